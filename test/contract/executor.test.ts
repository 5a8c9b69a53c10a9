/** The executors against their contract, and what several workers on one database add to it. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClaimsExecutor } from '../../src/engine/claims/claims-executor.ts';
import { createMemoryExecutor } from '../../src/engine/memory/memory-executor.ts';
import type { ItemState } from '../../src/machine/state.ts';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import { createPostgresStore } from '../../src/store/postgres-store.ts';
import { joinPostgres } from '../../src/store/postgres-presence.ts';
import type { Presence, Store, WorkerRow } from '../../src/store/store.ts';
import { waitFor } from '../support/cli-desk.ts';
import { startTestServer, type TestServer } from '../support/postgres.ts';
import {
  executorContract,
  expectLanded,
  startTestWorker,
  type ExecutorUnderTest,
  type Seat,
  type TestWorker,
} from './executor.ts';
import { addTinyItems, waitForAbort, type Work } from './tiny-steps.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const beatMs = 200;
const ignore = () => undefined;

executorContract('memory', async () => {
  const rows: WorkerRow[] = [{ id: 'w', boot: '', pid: 1, sessions: 4, work: 4, silentMs: 0 }];
  const store: Store<ItemState> = { ...createMemoryStore<ItemState>(() => Date.now()), workers: async () => rows };
  return {
    async sit() {
      let gone = false;
      const mine: Store<ItemState> = {
        ...store,
        transact: (work) => (gone ? new Promise(() => undefined) : store.transact(work)),
      };
      const executor = createMemoryExecutor({ store: mine, worker: 'w', onTrouble: ignore });
      return {
        store: mine,
        executor,
        presence: alonePresence('w', () => !gone),
        vanish: async () => {
          gone = true;
        },
        close: () => Promise.resolve(),
      };
    },
    close: () => Promise.resolve(),
  };
});

executorContract('claims', createClaims);

/** The only worker of a store in memory. */
function alonePresence(worker: string, alive: () => boolean): Presence {
  return {
    worker,
    alive,
    leads: async () => alive(),
    beat: async () => undefined,
    offer: async () => undefined,
    fence: async () => undefined,
    onSignal: ignore,
    onLost: ignore,
    leave: async () => undefined,
  };
}

async function createClaims(): Promise<ExecutorUnderTest> {
  await server.clear();
  return { sit: (options = {}) => sitAtClaims(options.store), close: () => Promise.resolve() };
}

async function sitAtClaims(wrap: (store: Store<ItemState>) => Store<ItemState> = (store) => store): Promise<Seat> {
  const database = await server.open();
  const presence = await joinPostgres(database, {
    homeId: 'home',
    boot: randomUUID(),
    pid: process.pid,
    sessions: 2,
    work: 2,
  });
  const plain = createPostgresStore<ItemState>(database);
  let gone = false;
  const store = wrap({ ...plain, transact: (work) => (gone ? new Promise(() => undefined) : plain.transact(work)) });
  return {
    store,
    presence,
    executor: createClaimsExecutor({ store, presence, beatMs, onTrouble: ignore }),
    async vanish() {
      gone = true;
      const { rows } = await server.database.pool.query<{ backend: number }>(
        'select backend, pg_terminate_backend(backend) from worker where id = $1',
        [presence.worker],
      );
      // Its locks go with the process of the server, shortly after the connection.
      const isGone = async () =>
        (
          await server.database.pool.query('select from pg_stat_activity where pid = any($1)', [
            rows.map(({ backend }) => backend),
          ])
        ).rowCount === 0;
      await waitFor('it has lost its place', 5_000, async () => !presence.alive() && (await isGone()));
    },
    close: () => database.close(),
  };
}

describe('several workers on one database', () => {
  const workers: TestWorker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.leave();
  });
  const start = async (work: Work, wrap?: (store: Store<ItemState>) => Store<ItemState>) => {
    const worker = await startTestWorker(await sitAtClaims(wrap), work);
    workers.push(worker);
    return worker;
  };

  it('share the work, and each effect is performed and ended once', async () => {
    await server.clear();
    const performed: string[] = [];
    // Whoever comes first is busy until the other one has come too: neither has places for all of the items.
    const began = { one: Promise.withResolvers<void>(), two: Promise.withResolvers<void>() };
    const by =
      (name: 'one' | 'two'): Work =>
      async ({ effect, token }) => {
        performed.push(`${name} ${effect.id}#${token}`);
        began[name].resolve();
        await Promise.all([began.one.promise, began.two.promise]);
      };
    const one = await start(by('one'));
    await start(by('two'));
    const items = await addTinyItems(one.store, one.journal, 12);
    await expectLanded(one.store, items);
    const effects = performed.map((line) => line.slice(4));
    expect(effects).toHaveLength(new Set(effects).size);
    expect(effects).toHaveLength(36);
  });

  it('take over from one that has fallen silent; when it wakes, its results count for nothing', async () => {
    await server.clear();
    let release: () => void = ignore;
    const frozen = new Promise<void>((resolve) => (release = resolve));
    const one = await start(async ({ effect }) => (effect.type === 'attempt' ? frozen : undefined));
    const items = await addTinyItems(one.store, one.journal, 1);
    await waitFor('the attempt runs', 5_000, async () =>
      (await one.store.running()).some(({ effect }) => effect.includes('attempt')),
    );
    const losses: unknown[] = [];
    one.presence.onLost(() => losses.push('lost'));
    const two = await start(() => Promise.resolve());
    // Its beat goes on in this process; by the database's clock it has been silent for longer than a lease.
    const { pool } = server.database;
    const silence = setInterval(
      () =>
        void pool.query(`update worker set beat_at = now() - interval '11 seconds' where id = $1`, [
          one.presence.worker,
        ]),
      20,
    );
    await expectLanded(two.store, items).finally(() => clearInterval(silence));
    expect(losses).toEqual(['lost']);
    release();
    await waitFor('the late result is answered', 5_000, () => one.ends.includes('lost'));
    const events = await two.store.events({ item: items[0] ?? '' });
    expect(events.filter(({ body }) => body.type === 'attempt-finished')).toHaveLength(1);
    expect(events.filter(({ body }) => body.type === 'effect-lost')).toHaveLength(1);
  });

  it('do not abort what begins while one of them reads what it has to do', async () => {
    await server.clear();
    const reasons: unknown[] = [];
    let openGate: (() => void) | null = null;
    // The answer to "what runs here" is held back, as a slow network would, until a new effect has begun.
    const slow = (store: Store<ItemState>): Store<ItemState> => ({
      ...store,
      async running(worker) {
        const rows = await store.running(worker);
        if (rows.length === 0 && openGate === null && worker !== undefined)
          await new Promise<void>((resolve) => (openGate = resolve));
        return rows;
      },
    });
    const one = await start(async ({ effect }, signal) => {
      if (effect.type !== 'attempt') return;
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      await Promise.race([waitForAbort(signal), new Promise((resolve) => setTimeout(resolve, 3 * beatMs))]);
    }, afterFirst(slow));
    await waitFor('it reads', 5_000, () => openGate !== null);
    const items = await addTinyItems(one.store, one.journal, 1);
    await waitFor('the attempt runs', 5_000, async () =>
      (await one.store.events({})).some(({ id }) => id.startsWith('start:') && id.includes('attempt')),
    );
    (openGate as (() => void) | null)?.();
    await expectLanded(one.store, items);
    expect(reasons).toEqual([]);
    expect(one.ends).toEqual(['appended', 'appended', 'appended']);
  });
});

/** The first reading, at the start of a worker, is waited for by itself: only later ones are held back. */
function afterFirst(
  wrap: (store: Store<ItemState>) => Store<ItemState>,
): (store: Store<ItemState>) => Store<ItemState> {
  return (store) => {
    const wrapped = wrap(store);
    let first = true;
    return {
      ...store,
      running(worker) {
        const chosen = first ? store : wrapped;
        first = false;
        return chosen.running(worker);
      },
    };
  };
}
