/** That the matrix would see what it looks for: each thing is planted once, and found. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git } from '../support/cli-desk.ts';
import { findLeftovers, judgeLedger } from './leftovers.ts';
import { openLane, type Lane } from './lane.ts';
import type { LedgerLine } from './ledger.ts';
import { sessionsOf } from './workload.ts';

let lane: Lane;
let items: readonly string[];
beforeAll(async () => {
  lane = await openLane();
  items = await lane.addThree('clone');
  await lane.up().ended;
});
afterAll(() => lane.close());

function look(): Promise<readonly string[]> {
  return findLeftovers(lane.factory, lane.desk.repository, items);
}

it('finds nothing after work that nothing has disturbed', async () => {
  expect(await look()).toEqual([]);
});

it.each([
  ['a session folder', (home: string) => join(home, 'sessions', 'x'), /session folder x is left/],
  ['what was thrown away', (home: string) => join(home, 'trash', 'x'), /trash\/x is left/],
  [
    'a half-deleted copy',
    (home: string, project: string) => join(home, 'projects', project, 'copies', '1.discarded-x'),
    /1\.discarded-x is left/,
  ],
  [
    'a half-made environment',
    (home: string, project: string) => join(home, 'projects', project, 'environments', 'x.making'),
    /x\.making is left/,
  ],
])('finds %s', async (_, placeOf, expected) => {
  const [project] = await lane.factory.store.projects();
  const place = placeOf(lane.desk.home, project?.id ?? '');
  mkdirSync(place, { recursive: true });
  const found = await look();
  rmSync(place, { recursive: true });
  expect(found).toEqual([expect.stringMatching(expected)]);
});

it('finds an owned working copy', async () => {
  const [project] = await lane.factory.store.projects();
  const mark = join(lane.factory.home.project(project?.id ?? '').copies, '9.owner');
  symlinkSync('MW-1:1/build/attempt-1', mark);
  const found = await look();
  rmSync(mark);
  expect(found).toEqual([expect.stringMatching(/owned: .*9\.owner by MW-1:1\/build\/attempt-1/)]);
});

it('finds a process of this home', async () => {
  const child = spawn('/bin/sleep', ['60'], { env: { MW_HOME: lane.desk.home }, stdio: 'ignore' });
  const found = await look();
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(found).toEqual([expect.stringMatching(/^a process is left: \d+ \/bin\/sleep 60/)]);
});

it('finds a second landing, another branch, a lock and an unclean checkout', async () => {
  const { repository } = lane.desk;
  git(repository, 'commit', '-q', '--allow-empty', '-m', `again\n\nMillwright-Item: ${items[0]}`);
  git(repository, 'branch', 'other');
  writeFileSync(join(repository, '.git', 'x.lock'), '');
  writeFileSync(join(repository, 'stray.txt'), '');
  const found = await look();
  git(repository, 'reset', '-q', '--hard', 'HEAD~1');
  git(repository, 'branch', '-q', '-D', 'other');
  for (const file of ['.git/x.lock', 'stray.txt']) rmSync(join(repository, file));
  expect(found).toEqual([
    `${items[0]} landed 2 times`,
    'the ref refs/heads/other is left',
    'the checkout is not clean: ?? stray.txt',
    '.git/x.lock is left',
  ]);
  expect(await look()).toEqual([]);
});

it('finds a state that its journal does not fold to, and an item that is not over', async () => {
  const { pool } = lane.factory.database;
  await pool.query(`update item set state = jsonb_set(state, '{landRounds}', '5') where id = $1`, [items[1]]);
  const changed = await look();
  await pool.query(`update item set state = jsonb_set(state, '{landRounds}', '0') where id = $1`, [items[1]]);
  expect(changed).toEqual([`db check: ${items[1]}: its journal folds to another state than the stored one`]);
  const [more = ''] = await lane.addMore(1);
  const found = await findLeftovers(lane.factory, lane.desk.repository, [more]);
  expect(found).toContain(`${more} is queued: undefined undefined`);
  expect(found).toContain(`${more} landed 0 times`);
});

it('expects of each session that was killed, and of no other, that the journal tells of it', async () => {
  const effect = `${items[0]}:1/build/attempt-1`;
  expect(await findLeftovers(lane.factory, lane.desk.repository, items, [effect])).toEqual([
    `what the killed session of ${effect} may have cost is not in the journal`,
  ]);
  const { pool } = lane.factory.database;
  const body = { type: 'effect-lost', effect, token: 1, why: 'planted' };
  await pool.query(
    `insert into event (item, n, id, type, body, machine, decided, at) values ($1, 99, 'planted', $2, $3, 1, '{}', now())`,
    [items[0], body.type, JSON.stringify(body)],
  );
  const told = await findLeftovers(lane.factory, lane.desk.repository, items, [effect]);
  const untold = await look();
  await pool.query(`delete from event where id = 'planted'`);
  expect(told.filter((line) => !line.startsWith('db check'))).toEqual([]);
  expect(untold).toContain(`lost: ${effect}#1: planted`);
});

it('counts who was paid', () => {
  const line = (type: LedgerLine['type'], session: string): LedgerLine => ({ type, session, atMs: 0 });
  const paid = sessionsOf('MW-1').flatMap((session) => [line('start', session), line('end', session)]);
  const [maker = ''] = sessionsOf('MW-1');
  expect(judgeLedger(paid, ['MW-1'], [])).toEqual([]);
  expect(judgeLedger([...paid, line('start', maker)], ['MW-1'], [maker]), 'it was killed in its middle').toEqual([]);
  expect(judgeLedger([...paid, line('start', maker)], ['MW-1'], [])).toEqual([`${maker} was started 2 times`]);
  expect(judgeLedger([...paid, line('end', maker)], ['MW-1'], [maker])).toEqual([`${maker} ended 2 times`]);
  expect(judgeLedger([...paid, line('start', 'MW-1/2/maker')], ['MW-1'], [])).toEqual([
    'MW-1/2/maker should never have been needed',
  ]);
  expect(judgeLedger(paid.slice(2), ['MW-1'], [])).toEqual([`${maker} ended 0 times`]);
});
