import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { UserError } from '../../model/user-error.ts';

/** One forward step of the schema: `NNN-name.sql`. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, kept with the database: an applied file never changes. */
  readonly checksum: string;
}

interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/** Our schema in every database, ours or a team's. */
export const schemaName = 'millwright';
/** The files that this version ships, beside this module. */
export const shippedMigrations = new URL('./migrations/', import.meta.url);
/** Any constant; everybody who migrates takes the same. */
const migrationLock = 0x6d77;
const oldestServer = 14;

/** The migrations of a folder in their order; numbered from 1 without a gap, anything else is a bug. */
export async function readMigrations(folder: URL = shippedMigrations): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      if (!/^\d{3}-[a-z0-9-]+\.sql$/.test(name) || Number.parseInt(name, 10) !== index + 1) {
        throw new Error(`migrations are numbered from 001 without a gap: ${name} is in place ${index + 1}`);
      }
      return { version: index + 1, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings the schema to the newest of `migrations` and returns its version. One query when there is nothing to do.
 * Several processes may do so at once. Fails with E_DB_NEWER, E_DB_OTHER_BUILD, E_DB_TOO_OLD, E_DB_PERMISSION.
 */
export async function migrate(client: ClientBase, migrations: readonly Migration[]): Promise<number> {
  const applied = await readApplied(client);
  if (applied === null || nextMigration(applied, migrations) !== undefined) {
    while (await inTransaction(client, () => migrateOnce(client, migrations)));
  }
  return migrations.length;
}

/** Takes the lock of everybody who changes the schema, until the end of the transaction. */
export async function lockSchema(client: ClientBase): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
}

/** Makes the schema with its list of applied migrations, unless it exists. In a transaction, under the lock. */
export async function createSchema(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ found: boolean }>('select to_regnamespace($1) is not null as found', [
    schemaName,
  ]);
  if (rows[0]?.found !== true) await client.query(`create schema ${schemaName}`);
  await client.query(`
    create table if not exists ${schemaName}.migration (
      version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
    )`);
}

/** Applies one migration, in the transaction of the caller. */
export async function applyMigration(client: ClientBase, migration: Migration): Promise<void> {
  const { version, name, sql, checksum } = migration;
  await client.query(sql);
  await client.query(`insert into ${schemaName}.migration (version, name, checksum) values ($1, $2, $3)`, [
    version,
    name,
    checksum,
  ]);
}

/** Runs `work` in a transaction of its own; `begin` may say more, such as the isolation level. */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>, begin = 'begin'): Promise<T> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    try {
      await client.query('rollback');
    } catch (lost) {
      throw new AggregateError([error, lost], 'the connection was lost inside a transaction', { cause: error });
    }
    throw error;
  }
}

/** The next one, applied; `false` when there was none left. The lock makes the second of two processes see the first's work. */
async function migrateOnce(client: ClientBase, migrations: readonly Migration[]): Promise<boolean> {
  await lockSchema(client);
  try {
    await createSchema(client);
  } catch (error) {
    throw (error as { code?: unknown }).code === '42501' ? noPermission(error) : error;
  }
  const next = nextMigration((await readApplied(client)) ?? [], migrations);
  if (next === undefined) return false;
  await applyMigration(client, next);
  return true;
}

/** `null` when there is no schema yet. The server's version comes along, so that the usual case stays one query. */
async function readApplied(client: ClientBase): Promise<readonly AppliedMigration[] | null> {
  try {
    const { rows } = await client.query<AppliedMigration & { server: number }>(
      `select version, name, checksum, current_setting('server_version_num')::integer / 10000 as server
       from ${schemaName}.migration order by version`,
    );
    const server = rows[0]?.server;
    if (server !== undefined && server < oldestServer) throw tooOld(server);
    return rows;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === '42P01' || code === '3F000') return null;
    throw error;
  }
}

/** What to apply next; refuses a database that a newer or another build has made. */
function nextMigration(applied: readonly AppliedMigration[], migrations: readonly Migration[]): Migration | undefined {
  const newest = applied.at(-1);
  if (newest !== undefined && newest.version > migrations.length)
    throw newerSchema('The database', newest.version, migrations.length);
  for (const { version, name, checksum } of applied) {
    if (migrations[version - 1]?.checksum !== checksum) throw otherBuild(name);
  }
  return migrations[applied.length];
}

/** The UserError for something of a later schema version than we know. */
export function newerSchema(what: string, found: number, known: number): UserError {
  const message = `${what} has schema version ${found}; this mw knows versions up to ${known}.`;
  return new UserError('E_DB_NEWER', message, 'Update mw: npm install --global millwright@latest');
}

function otherBuild(name: string): UserError {
  const message = `The database was made with another text of ${name} than this mw ships.`;
  return new UserError(
    'E_DB_OTHER_BUILD',
    message,
    'Use the mw that made it; with that one, mw db backup saves its content.',
  );
}

function tooOld(found: number): UserError {
  return new UserError(
    'E_DB_TOO_OLD',
    `The database server is PostgreSQL ${found}.`,
    `Use PostgreSQL ${oldestServer} or later.`,
  );
}

function noPermission(cause: unknown): UserError {
  const message = `The database role of DATABASE_URL may not make the schema ${schemaName}.`;
  return new UserError(
    'E_DB_PERMISSION',
    message,
    `As the database's owner: create schema ${schemaName} authorization ROLE;`,
    { cause },
  );
}
