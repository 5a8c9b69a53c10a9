/** A worker's place in the store: identity, beat, signals, the scheduler's place, and how it is lost. */
import { randomUUID } from 'node:crypto';
import own from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { isWorkerOf, joinPostgres } from '../../src/store/postgres-presence.ts';
import { createPostgresStore } from '../../src/store/postgres-store.ts';
import type { Presence, Store, StoreSignal } from '../../src/store/store.ts';
import { waitFor } from '../support/cli-desk.ts';
import { startTestServer, type TestServer } from '../support/postgres.ts';
import { eventOf, project, stateOf, type TestState } from './states.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const joined: Process[] = [];
beforeEach(() => server.clear());
afterEach(async () => {
  for (const { presence, database } of joined.splice(0)) {
    await presence.leave();
    await database.close();
  }
});

interface Process {
  readonly database: Database;
  readonly store: Store<TestState>;
  readonly presence: Presence;
  readonly signals: StoreSignal[];
}

/** As a process of its own: a pool, a store, a presence. */
async function join(homeId = 'home'): Promise<Process> {
  const database = await server.open();
  const presence = await joinPostgres(database, { homeId, boot: randomUUID(), pid: own.pid, sessions: 2, work: 2 });
  const signals: StoreSignal[] = [];
  presence.onSignal((signal) => signals.push(signal));
  const process = { database, store: createPostgresStore<TestState>(database), presence, signals };
  joined.push(process);
  return process;
}

async function addItem(store: Store<TestState>): Promise<void> {
  await store.saveProject({ id: project, path: '/repository', target: null, limits: null });
  await store.addItems(1, project, (numbers) =>
    numbers.map((number) => ({ state: stateOf(number), event: eventOf(`MW-${number}`, 1) })),
  );
}

async function touch(store: Store<TestState>, item: string): Promise<void> {
  await store.transact(async (tx) => {
    const locked = await tx.lockItem(item);
    if (locked !== null)
      await tx.saveItem(locked.state, { ...locked.state, note: 'touched' }, locked.version + 1, null);
  });
}

/** Ends the standing connection of a worker, as a killed process or a lost network does. */
async function cut({ database }: Process, worker: string): Promise<void> {
  await database.pool.query('select pg_terminate_backend(backend) from worker where id = $1', [worker]);
}

it('gives each worker the first free identity of its home, and that of a dead one again', async () => {
  const [one, two, other] = [await join(), await join(), await join('elsewhere')];
  expect([one, two, other].map(({ presence }) => presence.worker)).toEqual(['home-1', 'home-2', 'elsewhere-1']);
  await cut(two, 'home-1');
  await waitFor('the first has lost its place', 5_000, () => !one.presence.alive());
  expect((await join()).presence.worker).toBe('home-1');
  expect(isWorkerOf('home', 'home-12')).toBe(true);
  expect(isWorkerOf('home', 'elsewhere-1')).toBe(false);
});

it('is listed with what it can do until it leaves, and with how long it has been silent', async () => {
  const { store, presence, database } = await join();
  expect(await store.workers()).toMatchObject([{ id: 'home-1', sessions: 2, work: 2, pid: own.pid }]);
  await database.pool.query(`update worker set beat_at = beat_at - interval '20 seconds'`);
  expect((await store.workers())[0]?.silentMs).toBeGreaterThan(19_000);
  await presence.beat();
  expect((await store.workers())[0]?.silentMs).toBeLessThan(5_000);
  await presence.leave();
  expect(await store.workers()).toEqual([]);
});

it('hears what others change, and nothing of its own but the factory’s facts', async () => {
  const [one, two] = [await join(), await join()];
  one.signals.length = 0;
  two.signals.length = 0;
  await addItem(one.store);
  await touch(one.store, 'MW-1');
  await waitFor('the other has heard', 5_000, () => two.signals.some(({ type }) => type === 'item'));
  expect(two.signals.filter(({ type }) => type !== 'factory')).toEqual([
    { type: 'items' },
    { type: 'item', id: 'MW-1' },
  ]);
  await waitFor('one hears of the project that it has named itself', 5_000, () => one.signals.length > 0);
  expect(one.signals.filter(({ type }) => type !== 'factory')).toEqual([]);
});

it('lets one worker schedule at a time, and the next one when that one leaves or is cut off', async () => {
  const [one, two, three] = [await join(), await join(), await join()];
  expect([await one.presence.leads(), await two.presence.leads(), await one.presence.leads()]).toEqual([
    true,
    false,
    true,
  ]);
  await one.presence.leave();
  await waitFor('the second schedules', 5_000, () => two.presence.leads());
  await cut(three, 'home-2');
  await waitFor('the third schedules', 5_000, () => three.presence.leads());
  expect(await two.presence.leads()).toBe(false);
});

it('is told once when it has lost its place, and not when it leaves', async () => {
  const [one, two] = [await join(), await join()];
  let losses = 0;
  for (const { presence } of [one, two]) presence.onLost(() => (losses += 1));
  await two.presence.fence('home-1');
  await waitFor('the loss is known', 5_000, () => losses > 0);
  expect(one.presence.alive()).toBe(false);
  await expect(one.presence.beat()).rejects.toThrow(/connection|client/i);
  await one.presence.leave();
  await two.presence.leave();
  expect(losses).toBe(1);
});

it('survives that a connection breaks while a transaction is using it', async () => {
  const { database, store } = await join();
  await addItem(store);
  const failed = store.transact(async (tx) => {
    await tx.lockItem('MW-1');
    await server.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'`,
    );
    // Long enough for the loss to arrive between two queries, when nobody waits for an answer.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await tx.insertEvent(eventOf('MW-1', 2));
  });
  await expect(failed).rejects.toThrow(/connection|client/i);
  expect(await store.events({})).toHaveLength(1);
  await touch(store, 'MW-1');
  expect((await store.item('MW-1'))?.state.note).toBe('touched');
  expect((await database.pool.query('show idle_in_transaction_session_timeout')).rows).toEqual([
    { idle_in_transaction_session_timeout: '10s' },
  ]);
});
