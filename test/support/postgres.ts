/** A private PostgreSQL for the tests of one file; every opened view of it is a process of its own as far as it can tell. */
import { openDatabase, type Database } from '../../src/store/database.ts';
import { planHome } from '../database/homes.ts';

export interface TestServer {
  readonly home: string;
  /** The test's own view. */
  readonly database: Database;
  /** Another pool on the same data, to be closed by whoever asks; what is left open is closed at the end. */
  open(): Promise<Database>;
  /** All rows gone, numbers from 1. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const tables = 'effect, spend, session_start, event, item, pipeline, worker, project';

export async function startTestServer(): Promise<TestServer> {
  const home = await planHome({ open: true });
  const opened = new Set<Database>();
  const open = async () => {
    const database = await openDatabase({ home, searchPath: process.env['PATH'] ?? '' });
    opened.add(database);
    return {
      ...database,
      async close() {
        if (opened.delete(database)) await database.close();
      },
    };
  };
  const first = await open();
  return {
    home,
    database: first,
    open,
    async clear() {
      await first.pool.query(
        `truncate ${tables} restart identity; update factory set paused_by = null, drain_asked = null`,
      );
    },
    async close() {
      for (const database of opened) await database.close();
    },
  };
}
