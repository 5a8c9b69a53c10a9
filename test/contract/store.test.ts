import { afterAll, beforeAll } from 'vitest';
import { createMemoryStore } from '../../src/store/memory-store.ts';
import { createPostgresStore } from '../../src/store/postgres-store.ts';
import { startTestServer, type TestServer } from '../support/postgres.ts';
import type { TestState } from './states.ts';
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
