import type pg from 'pg';
import { UserError } from '../../model/user-error.ts';
import { diskFull, markUsed } from './layout.ts';
import { schemaName } from './migrate.ts';
import { seemsRunning } from './process.ts';
import { ensureServer, readRunningServer, type ServerOptions } from './supervisor.ts';

/** How connections to one database come about; the difference between the private server and a given one. */
export interface Connector {
  readonly config: pg.ClientConfig;
  /** For a person; holds no secret. */
  readonly description: string;
  /** Before each new connection. */
  readonly revive: () => Promise<void>;
  /** After each new connection. */
  readonly prepare: (client: pg.ClientBase) => Promise<void>;
  /** Makes another attempt worth while after this error, or throws what a person can act on. */
  readonly recover: (error: unknown) => Promise<void>;
}

const connectTimeoutMs = 10_000;
/** A process that is frozen inside a transaction holds its locks no longer than a lease; ours take milliseconds. */
const idleInTransaction = 'idle_in_transaction_session_timeout=10000';
const common = { application_name: 'millwright', keepAlive: true } satisfies pg.ClientConfig;

/** Connects to the private server of a home, and starts it whenever it does not run. */
export async function connectPrivate(options: ServerOptions): Promise<Connector> {
  let record = (await readRunningServer(options.home)) ?? (await ensureServer(options));
  return {
    description: `PostgreSQL ${record.version}, private to ${record.home}`,
    // Every setting is given, because the driver fills gaps from PGHOST and its like.
    config: {
      ...common,
      host: record.socketFolder,
      port: 5432,
      user: record.user,
      database: record.database,
      password: () => record.password,
      ssl: false,
      options: `-c search_path=${schemaName} -c ${idleInTransaction}`,
    },
    async revive() {
      if (!seemsRunning(record.postmaster)) record = await ensureServer(options);
      await markUsed(record.socketFolder);
    },
    prepare: () => Promise.resolve(),
    async recover(error) {
      if (codeOf(error) === '53100') throw diskFull(options.home, error);
      if (!isPassing(error)) throw error;
      record = await ensureServer(options);
    },
  };
}

/** Connects to a team's own server. Fails with E_DB_URL when the address is none. */
export function connectGiven(driver: typeof pg, databaseUrl: string): Connector {
  const name = describeUrl(driver, databaseUrl);
  return {
    description: `PostgreSQL at ${name}`,
    config: { ...common, connectionString: databaseUrl, connectionTimeoutMillis: connectTimeoutMs },
    revive: () => Promise.resolve(),
    // Not a startup option, because connection poolers refuse those.
    async prepare(client) {
      await client.query(`set search_path to ${schemaName}; set ${idleInTransaction}`);
    },
    recover: (error) => Promise.reject(explainFailure(error, name)),
  };
}

/** A server on its way down or up, or one that was gone: 57P are its own words for it, 28P01 a password just renewed. */
function isPassing(error: unknown): boolean {
  if (error instanceof UserError) return false;
  return !isServerAnswer(error) || String(codeOf(error)).startsWith('57P') || codeOf(error) === '28P01';
}

function explainFailure(error: unknown, name: string): unknown {
  if (error instanceof UserError) return error;
  const detail = describeError(error);
  if (!isServerAnswer(error)) {
    const message = `The database server ${name} cannot be reached: ${detail}`;
    return new UserError(
      'E_DB_UNREACHABLE',
      message,
      'Start it, or correct DATABASE_URL; without it mw uses a private server.',
      { cause: error },
    );
  }
  if (!/^(28|3D|53|57)/.test(String(codeOf(error)))) return error;
  const message = `The database server ${name} refuses the connection: ${detail}`;
  return new UserError('E_DB_REFUSED', message, 'Correct user, password and database in DATABASE_URL.', {
    cause: error,
  });
}

/** Errors that PostgreSQL itself sent have a severity; everything else happened on the way. */
function isServerAnswer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

/** Node reports a host with several addresses as a list of failures without a text of its own. */
function describeError(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describeError).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** The driver's own reading of the address, because it takes forms that no URL parser does. */
function describeUrl(driver: typeof pg, databaseUrl: string): string {
  try {
    if (!/^postgres(ql)?:/.test(databaseUrl)) throw new TypeError('another kind of address');
    const { host, port, database } = new driver.Client({ connectionString: databaseUrl });
    return `${host}:${port}/${database}`;
  } catch (error) {
    const message = 'DATABASE_URL is not an address of a PostgreSQL database.';
    throw new UserError('E_DB_URL', message, 'Write it as postgres://USER:PASSWORD@HOST:5432/DATABASE', {
      cause: error,
    });
  }
}
