import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, open, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { UserError } from '../../model/user-error.ts';
import type { Database } from '../database.ts';
import {
  type BackupLine,
  formatName,
  formatVersion,
  type Row,
  type Sequence,
  type TableHead,
} from './backup-format.ts';
import { inTransaction, schemaName } from './migrate.ts';

/** What a backup or a restore moved. */
export interface BackupReport {
  readonly tables: number;
  readonly rows: number;
  /** Of the compressed file. */
  readonly sizeBytes: number;
}

const rowsAtATime = 200;

/**
 * Writes all of our tables as of one moment into `file` (gzip, one JSON value a line, private to its owner), while
 * others go on working. Values are PostgreSQL's own text of them, which loses nothing. The file appears complete or not
 * at all; an existing one is never replaced (E_BACKUP_EXISTS).
 */
export async function backupDatabase(database: Database, file: string): Promise<BackupReport> {
  if ((await stat(file).catch(ignoreMissing)) !== undefined) throw alreadyExists(file);
  const draft = `${file}.${process.pid}.part`;
  const client = await database.connect();
  try {
    const counts = { tables: 0, rows: 0 };
    await inTransaction(
      client,
      () =>
        pipeline(
          Readable.from(sealLines(exportLines(client, counts))),
          createGzip(),
          createWriteStream(draft, { mode: 0o600 }),
        ),
      'begin isolation level repeatable read, read only',
    );
    const handle = await open(draft, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
    return { ...counts, sizeBytes: (await stat(file)).size };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? alreadyExists(file) : error;
  } finally {
    await rm(draft, { force: true });
    await client.end();
  }
}

async function* exportLines(client: pg.Client, counts: { tables: number; rows: number }): AsyncGenerator<BackupLine> {
  const { rows } = await client.query<{ version: number; at: Date }>(
    `select max(version) as version, now() as at from ${schemaName}.migration`,
  );
  const { version, at } = rows[0] ?? {};
  if (version === undefined || at === undefined) throw new Error('the schema has no version');
  yield { type: 'header', format: formatName, formatVersion, schemaVersion: version, at: at.toISOString() };
  for (const table of await listTables(client)) {
    counts.tables += 1;
    yield table;
    for await (const row of readRows(client, table)) {
      counts.rows += 1;
      yield row;
    }
  }
  // Last, because sequences know no snapshot: this way they are never behind the rows.
  yield { type: 'sequences', sequences: await readSequences(client) };
}

/** Adds the last line, which tells a whole file from a part of one. */
async function* sealLines(lines: AsyncIterable<BackupLine>): AsyncGenerator<string> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const line of lines) {
    const text = `${JSON.stringify(line)}\n`;
    hash.update(text);
    count += 1;
    yield text;
  }
  yield `${JSON.stringify({ type: 'end', lines: count, sha256: hash.digest('hex') } satisfies BackupLine)}\n`;
}

/** Every table but the list of migrations, which the restore writes itself; columns without generated ones. */
export async function listTables(client: pg.ClientBase): Promise<readonly TableHead[]> {
  const { rows } = await client.query<{ table: string; columns: TableHead['columns'] }>(
    `select c.relname as table,
            json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname <> 'migration'
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname`,
    [schemaName],
  );
  return rows.map(({ table, columns }) => ({ type: 'table', table, columns }));
}

async function* readRows(client: pg.Client, { table, columns }: TableHead): AsyncGenerator<Row> {
  const values = columns.map(([column]) => `${client.escapeIdentifier(column)}::text`).join(', ');
  const source = `${schemaName}.${client.escapeIdentifier(table)}`;
  await client.query(`declare backup_rows no scroll cursor for select array[${values}]::text[] as row from ${source}`);
  for (;;) {
    const { rows } = await client.query<{ row: Row }>(`fetch ${rowsAtATime} from backup_rows`);
    if (rows.length === 0) break;
    for (const { row } of rows) yield row;
  }
  await client.query('close backup_rows');
}

async function readSequences(client: pg.Client): Promise<Sequence[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind = 'S' order by relname`,
    [schemaName],
  );
  const sequences: Sequence[] = [];
  for (const { name } of rows) {
    const state = await client.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${schemaName}.${client.escapeIdentifier(name)}`,
    );
    sequences.push({ name, ...(state.rows[0] as { last: string; called: boolean }) });
  }
  return sequences;
}

function alreadyExists(file: string): UserError {
  return new UserError(
    'E_BACKUP_EXISTS',
    `${file} exists already.`,
    'Choose another name, or move that file away first.',
  );
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
