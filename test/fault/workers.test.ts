/** Several workers on one home, workers that freeze, and one that is killed at every single event of its work. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor, type Running } from '../support/cli-desk.ts';
import { findLeftovers, judgeLedger } from './leftovers.ts';
import { openLane, type Lane } from './lane.ts';
import { isFrozen, killFactory } from './processes.ts';

let lane: Lane;
beforeEach(async () => {
  lane = await openLane();
});
afterEach(() => lane.close());

async function expectNothingLeft(items: readonly string[]): Promise<void> {
  const { factory, desk } = lane;
  expect(await findLeftovers(factory, desk.repository, items)).toEqual([]);
}

function untilFrozen(worker: Running): Promise<true> {
  return waitFor('the worker is frozen', 20_000, () => isFrozen(worker.child.pid ?? 0));
}

it('lets a second worker take over from one that is frozen in a session, and nothing lands twice when that one thaws', async () => {
  const items = await lane.addThree('clone');
  const first = lane.up('during-session:1');
  await untilFrozen(first);
  const second = lane.up();
  expect(await second.ended).toMatchObject({ code: 0 });
  const journal = await lane.factory.store.events({ item: items[0] ?? '' });
  expect(journal.filter(({ body }) => body.type === 'effect-lost')).toHaveLength(1);
  first.child.kill('SIGCONT');
  expect((await first.ended).code).toBe(0);
  expect(judgeLedger(lane.ledger.lines(), items, []), 'its session was adopted, not paid again').toEqual([]);
  expect(
    (await findLeftovers(lane.factory, lane.desk.repository, items)).filter((line) => !line.startsWith('lost:')),
  ).toEqual([]);
});

it('gives up nothing when the frozen worker was in the middle of a transaction', async () => {
  const items = await lane.addThree('clone');
  const first = lane.up('inside-append:4');
  await untilFrozen(first);
  const second = lane.up();
  expect(await second.ended).toMatchObject({ code: 0 });
  first.child.kill('SIGCONT');
  expect((await first.ended).code).toBe(0);
  expect(judgeLedger(lane.ledger.lines(), items, [])).toEqual([]);
  expect(
    (await findLeftovers(lane.factory, lane.desk.repository, items)).filter((line) => !line.startsWith('lost:')),
  ).toEqual([]);
});

it('lets two workers of one home share the work', async () => {
  const items = [...(await lane.addThree('clone')), ...(await lane.addMore(9))];
  const workers = [lane.up(), lane.up()];
  const ends = await Promise.all(workers.map(({ ended }) => ended));
  expect(
    ends.map(({ code }) => code),
    ends.map(({ stderr }) => stderr).join('\n'),
  ).toEqual([0, 0]);
  const starts = (await lane.factory.store.events({})).flatMap(({ body }) =>
    body.type === 'effect-started' ? [body.worker] : [],
  );
  expect(new Set(starts).size).toBe(2);
  expect(judgeLedger(lane.ledger.lines(), items, [])).toEqual([]);
  await expectNothingLeft(items);
});

it('goes on at full width after everything was killed', async () => {
  const items = await lane.addMore(4);
  for (const item of items) lane.ledger.hold(`${item}-build`);
  const first = lane.up('during-session:2');
  await untilFrozen(first);
  await killFactory(lane.desk.home);
  const before = lane.ledger.lines().filter(({ type }) => type === 'start').length;
  const second = lane.up();
  await waitFor('both slots are at work again', 20_000, () => {
    const lines = lane.ledger.lines();
    return (
      lines.filter(({ type }) => type === 'start').length === before + 2 && lines.every(({ type }) => type !== 'end')
    );
  });
  lane.ledger.release();
  expect(await second.ended).toMatchObject({ code: 0 });
  const cut = lane.ledger.lines().slice(0, before);
  expect(
    judgeLedger(
      lane.ledger.lines(),
      items,
      cut.map(({ session }) => session),
    ),
  ).toEqual([]);
});

it('comes to an end although its worker is killed after every single event', async () => {
  const items = await lane.addThree('clone');
  let kills = 0;
  for (;;) {
    const worker = lane.up('after-append:1');
    const frozen = await Promise.race([untilFrozen(worker), worker.ended.then(() => false)]);
    if (!frozen) break;
    worker.child.kill('SIGKILL');
    await worker.ended;
    kills += 1;
  }
  expect(kills).toBeGreaterThan(30);
  expect(judgeLedger(lane.ledger.lines(), items, [])).toEqual([]);
  await expectNothingLeft(items);
});
