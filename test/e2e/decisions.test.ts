/** What a person decides, and what a session of the factory is bounded by. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createCloneSandbox } from '../../src/sandbox/clone/clone-sandbox.ts';
import { readSessionOutput, runSession } from '../../src/sandbox/session.ts';
import {
  fileAt,
  git,
  launcher,
  makeRepository,
  openDesk,
  sessionProcesses,
  waitFor,
  type Desk,
} from '../support/cli-desk.ts';
import {
  addItems,
  errorOf,
  expectRefusal,
  listItems,
  mwJson,
  projectFiles,
  showItem,
  solo,
} from '../support/cli-project.ts';

const maker = `
work() { echo "$1 $MW_ATTEMPT" >> "$MW_ITEM.txt"; }
case "$ACT" in
  good) work done ;;
  listen) work heard; printf '%s\\n' "$prompt" > "$MW_ITEM.prompt" ;;
  deaf) if [ "$MW_ATTEMPT" = 2 ]; then echo broken > state.txt; else echo whole > state.txt; fi; work deaf ;;
  ask) if [ "$MW_ATTEMPT" = 1 ]; then echo '{"type":"question","question":"Which colour?","options":["red","blue"]}'; else work answered; printf '%s\\n' "$prompt" > "$MW_ITEM.prompt"; fi ;;
  needless) echo '{"type":"no-change-needed","reason":"it is there already"}' ;;
  slow) sleep 2; work slow ;;
  stuck) work half; if [ "$MW_PHASE" = outline ] && [ "$MW_ATTEMPT" -lt 5 ]; then exit 9; fi ;;
esac
`;

const pipelines = {
  asking:
    'name: asking\nphases:\n  - { id: build, instructions: build, output: .millwright/report.schema.json, checks: [all] }\n',
  twice:
    'name: twice\nphases:\n  - { id: outline, instructions: build, output: text }\n  - { id: build, instructions: build, output: text, checks: [all], approval: true }\n',
  solo,
};
const files = projectFiles({ maker, pipelines });

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(files);
});
afterAll(() => desk.close());

/** Nothing open is left for the next test: \`mw up\` looks at everything. */
afterEach(async () => {
  const { items } = await mwJson<{ items: { id: string; state: string }[] }>(desk, ['list', '--all']);
  for (const { id } of items.filter(({ state }) => state !== 'landed' && state !== 'cancelled'))
    await desk.mw(['cancel', id]);
});

function add(...items: readonly object[]): Promise<readonly string[]> {
  return addItems(desk, items);
}

const up = (...args: string[]) => desk.mw(['up', '--until-empty', ...args]);

it('waits at a gate with 4, shows it in the inbox, and lands what a person approves', async () => {
  const [id = ''] = await add({ title: 'Ask me', body: 'act: good', pipeline: 'gated' });
  expect(await up()).toMatchObject({ code: 4 });
  const waiting = await showItem(desk, id);
  expect(waiting).toMatchObject({
    state: 'waiting',
    phase: 'build',
    reasonCode: 'approval',
    gate: { type: 'approval' },
  });
  const inbox = await desk.mw(['inbox', '--check']);
  expect(inbox).toMatchObject({ code: 4 });
  expect(inbox.stdout).toContain(`Next: mw approve ${id}, or mw reject ${id} --reason "…"`);
  expect(await desk.mw(['status', '--check'])).toMatchObject({ code: 4 });
  expect((await mwJson<{ items: { id: string }[] }>(desk, ['inbox'])).items).toMatchObject([
    { id, gate: { type: 'approval', commit: waiting.gate?.commit } },
  ]);
  expectRefusal(await desk.mw(['answer', id, 'yes']), 6, 'E_OTHER_GATE');
  expect(await desk.mw(['approve', id, '--reason', 'looks right'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 0 });
  expect(git(desk.repository, 'rev-parse', 'main')).toBe(waiting.gate?.commit);
  expectRefusal(await desk.mw(['approve', id]), 6, 'E_NO_GATE');
  expect((await desk.mw(['inbox', '--count'])).stdout).toBe('0\n');
});

it('gives a rejection’s reason to the next attempt, and verifies again before it asks again', async () => {
  const [id = ''] = await add({ title: 'Do it well', body: 'act: listen', pipeline: 'gated' });
  expect(await up()).toMatchObject({ code: 4 });
  const first = (await showItem(desk, id)).gate?.commit;
  expect((await desk.mw(['reject', id])).code).toBe(2);
  expect(await desk.mw(['reject', id, '--reason', 'the tone is too shrill'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 4 });
  const again = await showItem(desk, id);
  expect(again.gate?.commit).not.toBe(first);
  expect(again.checks.map(({ name, status, commit }) => `${name} ${status} ${commit}`)).toEqual([
    `test passed ${first}`,
    `guard passed ${first}`,
    `test passed ${again.gate?.commit}`,
    `guard passed ${again.gate?.commit}`,
  ]);
  expect((await desk.mw(['diff', id])).stdout).toContain('the tone is too shrill');
});

it('does not ask again while the rework of a rejection breaks the tests', async () => {
  const [id = ''] = await add({ title: 'Break it in between', body: 'act: deaf', pipeline: 'gated' });
  expect(await up()).toMatchObject({ code: 4 });
  await desk.mw(['reject', id, '--reason', 'again']);
  expect(await up()).toMatchObject({ code: 4 });
  const { attempts, checks: all, gate } = await showItem(desk, id);
  const checks = all.filter(({ name }) => name === 'test');
  expect(attempts).toHaveLength(3);
  expect(checks.map(({ status }) => status)).toEqual(['passed', 'failed', 'passed']);
  expect(gate?.commit).toBe(checks[2]?.commit);
});

it.each(['asking', 'solo'])(
  'hands an agent’s question to a person, and the answer to the next attempt (%s)',
  async (pipeline) => {
    const [id = ''] = await add({ title: 'Paint it', body: 'act: ask', pipeline });
    expect(await up()).toMatchObject({ code: 4 });
    expect(await showItem(desk, id)).toMatchObject({
      state: 'waiting',
      reasonCode: 'question',
      reason: 'Which colour?',
    });
    const { stdout } = await desk.mw(['inbox']);
    expect(stdout).toMatch(/Which colour\?\n {3}1\. red\n {3}2\. blue\n {3}Next: mw answer/);
    expectRefusal(await desk.mw(['approve', id]), 6, 'E_OTHER_GATE');
    expect(await desk.mw(['answer', id, 'ultramarine'])).toMatchObject({ code: 0 });
    await up();
    expect((await desk.mw(['logs', `${id}/build#2`, '--prompt'])).stdout).toContain('The answer: ultramarine');
  },
);

it('decides nothing for a program inside a session', async () => {
  const [id = ''] = await add({ title: 'Mine to decide', body: 'act: good', pipeline: 'gated' });
  expect(await up()).toMatchObject({ code: 4 });
  const events = (await desk.mw(['events', id])).stdout;
  const commands = [
    ['approve', id],
    ['reject', id, '--reason', 'x'],
    ['answer', id, 'x'],
    ['cancel', id],
    ['pause', id],
    ['resume', id],
    ['retry', id],
    ['edit', id, '--priority', '5'],
    ['gc'],
    ['db', 'restore', 'x'],
    ['pause', '--all'],
    ['down'],
  ];
  for (const args of commands) {
    const ran = await desk.mw(args, { env: { MW_SESSION: '1' } });
    expectRefusal(ran, 4, 'E_NOT_A_PERSON');
  }
  // A program that takes the marker off its own environment is still a child of its session's wrapper.
  const cheat = `env -u MW_SESSION "$NODE" "$LAUNCHER" approve ${id} --json; exit $?`;
  const cheated = await inSession(join(desk.home, 'sessions', 'planted', 'turn-1'), cheat);
  expect(cheated).toMatchObject({ code: 4, stdout: expect.stringContaining('E_NOT_A_PERSON') as string });
  expect((await desk.mw(['events', id])).stdout).toBe(events);
  // The red control, and what somebody needs who has Millwright work on Millwright: below a session of another home the
  // same command decides.
  expect(await inSession(join(desk.root, 'elsewhere', 'turn-1'), cheat)).toMatchObject({ code: 0 });
});

/** Runs a shell command in a session without walls that is kept in this directory. */
async function inSession(directory: string, command: string) {
  const sandbox = createCloneSandbox({ scratch: join(desk.root, 'scratch') });
  const env = { ...desk.env, NODE: process.execPath, LAUNCHER: launcher };
  const end = await runSession({
    directory,
    enclosed: sandbox.enclose(['/bin/sh', '-c', command], {
      workdir: desk.repository,
      writable: [desk.repository],
      readOnly: [],
      env,
      egressSocket: null,
      loopback: [],
    }),
    stdin: '',
    egress: null,
    wallMs: 20_000,
    idleMs: null,
    watch: null,
    signal: new AbortController().signal,
  });
  const { stdout } = await readSessionOutput(directory);
  return { code: end.type === 'exited' ? end.exitCode : null, stdout };
}

it('holds a paused item and a paused factory, and goes on when resumed', async () => {
  const [held = '', free = ''] = await add({ title: 'Held', body: 'act: good' }, { title: 'Free', body: 'act: good' });
  expect(await desk.mw(['pause', held, '--reason', 'not now'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 3 });
  expect((await listItems(desk)).filter(({ id }) => [held, free].includes(id))).toMatchObject([
    { state: 'paused', reason: 'paused by pat: not now' },
    { state: 'landed' },
  ]);
  expect(await desk.mw(['pause', '--all'])).toMatchObject({ code: 0 });
  expect(await desk.mw(['resume', held])).toMatchObject({ code: 0 });
  onTestFinished(async () => void (await desk.mw(['resume', '--all'])));
  const closed = await up();
  expect(closed.code).toBe(3);
  expect(closed.stdout).toContain('the factory is paused by pat');
  expect(closed.stdout).toContain('Next: mw resume --all');
  expect(await desk.mw(['resume', '--all'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 0 });
  expectRefusal(await desk.mw(['resume', free]), 6, 'E_OVER');
});

it('cancels an item and keeps its work', async () => {
  const [id = '', after = ''] = await add(
    { key: 'given-up', title: 'Give up', body: 'act: good', pipeline: 'gated' },
    { title: 'After it', body: 'act: good', after: ['given-up'] },
  );
  expect(await up()).toMatchObject({ code: 4 });
  expect(await desk.mw(['cancel', id, '--reason', 'changed my mind'])).toMatchObject({ code: 0 });
  expect((await desk.mw(['diff', id])).stdout).toContain('+done 1');
  expectRefusal(await desk.mw(['cancel', id]), 6, 'E_OVER');
  expectRefusal(await desk.mw(['retry', id]), 6, 'E_OVER');
  const ran = await up();
  expect(ran.code).toBe(3);
  expect((await showItem(desk, after)).reason).toBe(`it comes after ${id}, which was cancelled`);
  expect(await desk.mw(['edit', after, '--after', ''])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 0 });
});

it('tries again with feedback, from a phase, and from the start', async () => {
  const [id = ''] = await add({ title: 'Try hard', body: 'act: stuck', pipeline: 'twice' });
  expect(await up()).toMatchObject({ code: 3 });
  expect(await showItem(desk, id)).toMatchObject({
    state: 'paused',
    phase: 'outline',
    run: 1,
    // As the pipeline has them; a database that keeps objects sorts keys by their length.
    phases: [{ id: 'outline' }, { id: 'build' }],
  });
  expect(await desk.mw(['retry', id, '--feedback', 'mind the gap'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 4 });
  expect((await desk.mw(['logs', `${id}/outline#4`, '--prompt'])).stdout).toContain('mind the gap');
  const planned = await showItem(desk, id);
  expectRefusal(await desk.mw(['retry', id, '--from', 'nowhere']), 5, 'E_NO_PHASE');
  expect(await desk.mw(['retry', id, '--from', 'build'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 4 });
  const rebuilt = await showItem(desk, id);
  expect(rebuilt.phases[0]).toEqual(planned.phases[0]);
  expect(rebuilt.phases[1]?.attempts).toBeGreaterThan(planned.phases[1]?.attempts ?? 0);
  expect(await desk.mw(['retry', id, '--from-start'])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 4 });
  expect((await showItem(desk, id)).phases[0]?.attempts).toBeGreaterThan(planned.phases[0]?.attempts ?? 0);
});

it('lets a person agree that no change is needed, and then nothing lands', async () => {
  const [id = ''] = await add({ title: 'Already there', body: 'act: needless', pipeline: 'asking' });
  expect(await up()).toMatchObject({ code: 4 });
  const head = git(desk.repository, 'rev-parse', 'main');
  expect(await showItem(desk, id)).toMatchObject({ state: 'waiting', reasonCode: 'no-change' });
  expect(await desk.mw(['approve', id])).toMatchObject({ code: 0 });
  expect(await up()).toMatchObject({ code: 0 });
  expect(await showItem(desk, id)).toMatchObject({ state: 'landed', branch: null, landed: { delivery: null } });
  expect(git(desk.repository, 'rev-parse', 'main')).toBe(head);
});

it('changes an item that waits, and refuses what does not fit', async () => {
  const [id = ''] = await add({ title: 'Before', body: 'act: good' });
  expect(
    await desk.mw(['edit', id, '--title', 'After', '--priority', '9', '--budget', '2.50', '--rung', 'bubblewrap']),
  ).toMatchObject({ code: 0 });
  expect(await mwJson(desk, ['show', id])).toMatchObject({
    item: { title: 'After', priority: 9, budgetMicroUsd: 2_500_000, rung: 'bubblewrap' },
  });
  for (const args of [[], ['--rung', 'vault'], ['--title', ''], ['--after', 'nobody']])
    expect((await desk.mw(['edit', id, ...args])).code, args.join(' ')).toBe(2);
  expectRefusal(await desk.mw(['edit', id, '--after', 'MW-999999']), 5, 'E_NOT_FOUND');
  expect(await up(), 'in the stronger sandbox').toMatchObject({ code: 0 });
});

it('begins no more items than it may, and says that with 7', async () => {
  await add(
    { title: 'One', body: 'act: good' },
    { title: 'Two', body: 'act: good' },
    { title: 'Three', body: 'act: good' },
  );
  const ran = await desk.mw(['up', '--max-items', '2']);
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 7 });
  expect(
    (await listItems(desk))
      .slice(-3)
      .map(({ state }) => state)
      .toSorted(),
  ).toEqual(['landed', 'landed', 'queued']);
  expect(await up('--max-items', '2')).toMatchObject({ code: 0 });
});

it('starts no session that could pass its bound of money, and says that with 7', async () => {
  const cwd = makeRepository(desk.folder('priced'), {
    ...files,
    'millwright.yaml': String(files['millwright.yaml']).replace('free: true', 'sessionUsd: 1'),
  });
  await addItems(
    desk,
    [
      { title: 'One', body: 'act: good' },
      { title: 'Two', body: 'act: good' },
      { title: 'Three', body: 'act: good' },
    ],
    { cwd },
  );
  const ran = await desk.mw(['up', '--until-empty', '--max-cost', '2.50'], { cwd });
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 7 });
  const items = await listItems(desk, { cwd });
  expect(items.map(({ state }) => state).toSorted()).toEqual(['landed', 'landed', 'queued']);
  expect(items.filter(({ state }) => state === 'landed').map(({ costMicroUsd }) => costMicroUsd)).toEqual([null, null]);
});

it('stops after its time, aborts nothing, and says with 8 that something is left', async () => {
  const [first = '', second = ''] = await add(
    { key: 'slow-1', title: 'Slow', body: 'act: slow' },
    { title: 'Next', body: 'act: slow', after: ['slow-1'] },
  );
  const ran = await desk.mw(['up', '--for', '1s']);
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 8 });
  expect((await showItem(desk, second)).state).toBe('queued');
  expect(await up()).toMatchObject({ code: 0 });
  for (const id of [first, second])
    expect((await showItem(desk, id)).attempts).toMatchObject([{ outcome: 'succeeded' }]);
});

it('drains on the first Ctrl-C: what runs is finished, nothing new starts, 130', async () => {
  const [id = ''] = await add({ title: 'Slow', body: 'act: slow' });
  const running = desk.start(['up', '--until-empty']);
  await waitFor(
    'the agent works',
    30_000,
    () => sessionProcesses(desk.home).length > 0 && running.stdout().includes(' build '),
  );
  running.child.kill('SIGINT');
  const ran = await running.ended;
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 130 });
  expect(ran.stderr).toContain('Ctrl-C again stops now');
  expect((await showItem(desk, id)).attempts).toMatchObject([{ outcome: 'succeeded' }]);
  expect(sessionProcesses(desk.home)).toEqual([]);
  expect(await up()).toMatchObject({ code: 0 });
});

it('stops now on the second Ctrl-C, leaves no process, and a later mw up finishes', async () => {
  const [id = ''] = await add({ title: 'Slow', body: 'act: slow' });
  const running = desk.start(['up', '--until-empty']);
  await waitFor(
    'the agent works',
    30_000,
    () => sessionProcesses(desk.home).length > 0 && running.stdout().includes(' build '),
  );
  running.child.kill('SIGINT');
  await waitFor('it has understood', 5_000, () => running.stderr().includes('Ctrl-C again stops now'));
  running.child.kill('SIGINT');
  const ran = await running.ended;
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 130 });
  expect(ran.stdout).toContain(`${id} running: stopped with its session; mw up goes on   (Slow)`);
  expect(sessionProcesses(desk.home)).toEqual([]);
  expect((await showItem(desk, id)).attempts).toEqual([]);
  expect(await up()).toMatchObject({ code: 0 });
  expect(fileAt(desk.repository, 'main', `${id}.txt`).toString()).toBe('slow 1\n');
  expect((await showItem(desk, id)).attempts).toHaveLength(1);
});

it('gives its errors as JSON where that was asked for', async () => {
  const ran = await desk.mw(['show', 'MW-999999', '--json']);
  expect(ran.code).toBe(5);
  expect(errorOf(ran)).toEqual({ code: 'E_NOT_FOUND', message: 'there is no item "MW-999999"', next: 'mw list' });
});
