import { stat } from 'node:fs/promises';
import type pg from 'pg';
import { UserError } from '../../model/user-error.ts';
import type { Database } from '../database.ts';
import { type BackupReport, listTables } from './backup.ts';
import { isRow, readBackup, type Row, type Sequence, type TableHead, verifyBackup } from './backup-format.ts';
import {
  applyMigration,
  createSchema,
  inTransaction,
  lockSchema,
  migrate,
  type Migration,
  newerSchema,
  readMigrations,
  schemaName,
} from './migrate.ts';

const rowsAtATime = 500;
const charactersAtATime = 1_000_000;

/**
 * Puts a backup in the place of a database that nobody has used yet. The file is read to its end and verified before
 * anything is touched, and all of it becomes visible in one transaction. A backup of an older schema is loaded as that,
 * then migrated. Fails with E_BACKUP_DAMAGED, E_BACKUP_MISSING, E_BACKUP_NEWER, E_DB_NEWER, E_DB_NOT_EMPTY.
 */
export async function restoreDatabase(database: Database, file: string, migrationsFolder?: URL): Promise<BackupReport> {
  const { schemaVersion } = await verifyBackup(file);
  const migrations = await readMigrations(migrationsFolder);
  if (schemaVersion > migrations.length) throw newerSchema(`The backup ${file}`, schemaVersion, migrations.length);
  const client = await database.connect();
  try {
    const counts = await inTransaction(client, async () => {
      await lockSchema(client);
      await replaceUnusedSchema(client, migrations, schemaVersion);
      return loadBackup(client, file);
    });
    await migrate(client, migrations);
    await client.query('analyze');
    return { ...counts, sizeBytes: (await stat(file)).size };
  } finally {
    await client.end();
  }
}

/**
 * Builds the schema anew, at the backup's version and without a row. Migrations may put rows into fresh tables, so a
 * database counts as unused when no table holds more rows than a new schema of today has.
 */
async function replaceUnusedSchema(
  client: pg.Client,
  migrations: readonly Migration[],
  version: number,
): Promise<void> {
  const old = `${schemaName}_replaced`;
  for (const { table } of await listTables(client))
    await client.query(`lock table ${qualify(client, table)} in access exclusive mode`);
  const before = await countRows(client);
  await client.query(`alter schema ${schemaName} rename to ${old}`);
  await buildSchema(client, migrations);
  const fresh = await countRows(client);
  const used = [...before].find(([table, rows]) => rows > (fresh.get(table) ?? 0));
  if (used !== undefined) throw notEmpty(...used);
  await client.query(`drop schema ${old} cascade`);
  if (version < migrations.length) {
    await client.query(`drop schema ${schemaName} cascade`);
    await buildSchema(client, migrations.slice(0, version));
  }
  for (const { table } of await listTables(client)) await client.query(`truncate ${qualify(client, table)} cascade`);
}

async function buildSchema(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  await createSchema(client);
  for (const migration of migrations) await applyMigration(client, migration);
}

async function countRows(client: pg.Client): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { table } of await listTables(client)) {
    const { rows } = await client.query<{ count: number }>(`select count(*) as count from ${qualify(client, table)}`);
    counts.set(table, rows[0]?.count ?? 0);
  }
  return counts;
}

async function loadBackup(
  client: pg.Client,
  file: string,
): Promise<{ readonly tables: number; readonly rows: number }> {
  const attach = await detachChecks(client);
  const known = new Map((await listTables(client)).map((head) => [head.table, head]));
  const counts = { tables: 0, rows: 0 };
  let table: TableHead | undefined;
  let rows: Row[] = [];
  let characters = 0;
  const flush = async () => {
    if (table !== undefined && rows.length > 0) await insertRows(client, table, rows);
    counts.rows += rows.length;
    rows = [];
    characters = 0;
  };
  for await (const line of readBackup(file)) {
    if (isRow(line)) {
      rows.push(line);
      characters += line.reduce((sum, value) => sum + (value?.length ?? 0), 0);
      if (rows.length >= rowsAtATime || characters >= charactersAtATime) await flush();
      continue;
    }
    await flush();
    if (line.type === 'table') {
      table = requireSameTable(file, line, known.get(line.table));
      counts.tables += 1;
    } else if (line.type === 'sequences') {
      await restoreSequences(client, line.sequences);
    }
  }
  await attach();
  return counts;
}

/**
 * Takes off foreign keys and our triggers, so that the order of tables and rows does not matter; the answer puts them
 * back, and PostgreSQL then checks every row.
 */
async function detachChecks(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and connamespace = $1::regnamespace order by oid`,
    [schemaName],
  );
  const tables = (await listTables(client)).map(({ table }) => qualify(client, table));
  for (const { table, name } of rows) await client.query(`alter table ${table} drop constraint ${name}`);
  for (const table of tables) await client.query(`alter table ${table} disable trigger user`);
  return async () => {
    for (const { table, name, definition } of rows)
      await client.query(`alter table ${table} add constraint ${name} ${definition}`);
    for (const table of tables) await client.query(`alter table ${table} enable trigger user`);
  };
}

async function insertRows(client: pg.Client, { table, columns }: TableHead, rows: readonly Row[]): Promise<void> {
  const names = columns.map(([column]) => client.escapeIdentifier(column)).join(', ');
  const values = columns.map(([, type], index) => `(line ->> ${index})::${type}`).join(', ');
  await client.query(
    `insert into ${qualify(client, table)} (${names}) overriding system value
     select ${values} from json_array_elements($1::json) as line`,
    [JSON.stringify(rows)],
  );
}

async function restoreSequences(client: pg.Client, sequences: readonly Sequence[]): Promise<void> {
  for (const { name, last, called } of sequences) {
    await client.query('select setval($1::regclass, $2::bigint, $3)', [qualify(client, name), last, called]);
  }
}

/** The types become part of a statement, so they are taken from a file only where they are those of our own schema. */
function requireSameTable(file: string, found: TableHead, own: TableHead | undefined): TableHead {
  if (own !== undefined && JSON.stringify(own.columns) === JSON.stringify(found.columns)) return own;
  const message = `${file} was made with another table ${found.table} than this mw knows for its schema version.`;
  throw new UserError('E_DB_OTHER_BUILD', message, 'Restore it with the mw that made it.');
}

function qualify(client: pg.Client, name: string): string {
  return `${schemaName}.${client.escapeIdentifier(name)}`;
}

function notEmpty(table: string, rows: number): UserError {
  const message = `A backup is restored into an unused database only; this one holds ${rows} rows in ${table}.`;
  return new UserError(
    'E_DB_NOT_EMPTY',
    message,
    'Point MW_HOME to a new folder, or DATABASE_URL to a new database, and restore there.',
  );
}
