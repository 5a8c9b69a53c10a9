import { afterAll, beforeAll, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import { createPostgresStore } from '../../src/store/postgres-store.ts';
import { startTestServer, type TestServer } from '../support/postgres.ts';
import { awaiting, eventOf, project, stateOf, type TestState } from './states.ts';
import { storeContract } from './store.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

storeContract('memory', async () => ({
  store: createMemoryStore<TestState>(() => Date.now()),
  effectRows: null,
  close: () => Promise.resolve(),
}));

storeContract('PostgreSQL', async () => {
  await server.clear();
  const database = await server.open();
  return {
    store: createPostgresStore<TestState>(database),
    async effectRows() {
      const { rows } = await database.pool.query<{ id: string; state: string; worker: string | null; token: number }>(
        'select id, state, worker, token from effect order by id',
      );
      return Object.fromEntries(rows.map(({ id, ...row }) => [id, row]));
    },
    close: () => database.close(),
  };
});

it('keeps session starts in PostgreSQL no longer than rates need them', async () => {
  await server.clear();
  const database = await server.open();
  const store = createPostgresStore<TestState>(database);
  await store.saveProject({ id: project, path: '/repository', target: null, limits: null });
  await store.addItems(1, project, () => [{ state: stateOf(1), event: eventOf('MW-1', 1) }]);
  for (const age of ['2 hours', '30 seconds']) {
    const insert =
      'insert into session_start (effect, project, agent, at) values ($1::text, $2, $3, now() - $1::text::interval)';
    await database.pool.query(insert, [age, project, 'x']);
  }
  await store.transact(async (tx) => {
    const locked = await tx.lockItem('MW-1');
    if (locked === null) throw new Error('no such item');
    await tx.insertEvent(eventOf('MW-1', 2));
    const begun = awaiting('MW-1', { new: { token: 1, worker: 'w', agent: 'x' } });
    await tx.saveItem(locked.state, { ...locked.state, awaiting: begun }, 2, null);
  });
  const { rows } = await database.pool.query<{ effect: string }>('select effect from session_start order by at');
  expect(rows.map(({ effect }) => effect)).toEqual(['30 seconds', 'new']);
  await database.close();
});
