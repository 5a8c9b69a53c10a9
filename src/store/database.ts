import type pg from 'pg';
import { connectGiven, connectPrivate, type Connector } from './postgres/connector.ts';
import { migrate, readMigrations, schemaName } from './postgres/migrate.ts';
import type { ServerOptions } from './postgres/supervisor.ts';
import { connectionTypes } from './postgres/types.ts';

/** An open, migrated database. `bigint` columns are numbers; one that is too large for that throws. */
export interface Database {
  /** At most 4 connections, opened as needed; each new one starts the private server again if it is gone. */
  readonly pool: pg.Pool;
  /** Process ids of the server's side of the pool's connections: what they changed is known in this process already. */
  readonly backends: ReadonlySet<number>;
  /** A connection of the caller's own, to `end()`; for LISTEN and session locks. Starts the server like the pool. */
  connect(): Promise<pg.Client>;
  /** For a person; holds no secret. */
  readonly description: string;
  readonly schema: typeof schemaName;
  /** Closes the pool; the private server goes on until nobody has used it for a while. */
  close(): Promise<void>;
}

export interface DatabaseOptions extends ServerOptions {
  /** The team's own server instead of the private one. */
  readonly databaseUrl?: string | undefined;
  /** Folder of migrations, ending in a slash; usually what this version ships. */
  readonly migrations?: URL;
}

const poolSize = 4;
/** A server on its way down or up is met at most a few times in a row. */
const openAttempts = 4;

/**
 * Opens the private server of `home`, or `databaseUrl`, with our schema brought up to date. Fails with a UserError:
 * those of `ensureServer` and `migrate`, and E_DB_URL, E_DB_UNREACHABLE, E_DB_REFUSED for a `databaseUrl`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const loading = import('pg').then((module) => module.default);
  const [driver, connector, migrations] = await Promise.all([
    loading,
    options.databaseUrl === undefined ? connectPrivate(options) : connectGiven(await loading, options.databaseUrl),
    readMigrations(options.migrations),
  ]);
  const config = { ...connector.config, types: connectionTypes(driver) };
  const notify = options.onNotice ?? (() => undefined);
  const pool = createPool(driver, connector, config, notify);
  const backends = watchBackends(pool);
  try {
    await useOnce(pool, connector, (client) => migrate(client, migrations));
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    pool,
    backends,
    async connect() {
      await connector.revive();
      const client = new driver.Client(config);
      client.on('error', (error) => notify(`A database connection was lost: ${error.message}`));
      await client.connect();
      await connector.prepare(client);
      return client;
    },
    description: connector.description,
    schema: schemaName,
    close: () => pool.end(),
  };
}

function createPool(
  driver: typeof pg,
  connector: Connector,
  config: pg.ClientConfig,
  notify: (text: string) => void,
): pg.Pool {
  // The pool calls `new` on this; what it returns is a plain client that first sees to it that there is a server.
  function RevivingClient(): pg.Client {
    const client = new driver.Client(config);
    const connect = client.connect.bind(client);
    const connectRevived = (callback?: (error: unknown) => void) => {
      const connected = connector.revive().then(() => connect());
      if (callback === undefined) return connected;
      connected.then(() => callback(null), callback);
      return undefined;
    };
    return Object.assign(client, { connect: connectRevived });
  }
  const pool = new driver.Pool({
    ...config,
    max: poolSize,
    allowExitOnIdle: true,
    Client: RevivingClient as unknown as new () => pg.ClientBase,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it; its types do not say so
    onConnect: connector.prepare,
  });
  // A connection that breaks is thrown away by the pool, and whoever uses it is told by its own query. Without these
  // listeners the loss itself would end the process: the pool listens to those that are idle only.
  pool.on('error', (error) => notify(`An idle database connection was lost: ${error.message}`));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function watchBackends(pool: pg.Pool): ReadonlySet<number> {
  const backends = new Set<number>();
  const idOf = (client: pg.PoolClient) => (client as unknown as { readonly processID: number | null }).processID;
  pool.on('connect', (client) => {
    const id = idOf(client);
    if (id !== null) backends.add(id);
  });
  // The number may be another process's next.
  pool.on('remove', (client) => {
    const id = idOf(client);
    if (id !== null) backends.delete(id);
  });
  return backends;
}

/** The first use. What merely passes, such as a server that is just going down, is waited for. */
async function useOnce(
  pool: pg.Pool,
  connector: Connector,
  work: (client: pg.PoolClient) => Promise<unknown>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await withClient(pool, work);
    } catch (error) {
      if (attempt === openAttempts) throw error;
      await connector.recover(error);
    }
  }
}

async function withClient(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    await work(client);
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
}
