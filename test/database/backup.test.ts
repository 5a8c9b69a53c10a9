import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { backupDatabase } from '../../src/store/postgres/backup.ts';
import { restoreDatabase } from '../../src/store/postgres/restore.ts';
import { dropSchema, makeFolder, makeMigrations, planHome } from './homes.ts';

/** Everything that is easily lost: order of keys, microseconds, large numbers, JSON null, references in both directions. */
const first = `
  create table parent (id text primary key, favourite bigint);
  create table child (
    id bigint generated always as identity primary key, parent text not null references parent (id), next bigint references child (id),
    body jsonb, raw json, at timestamptz, tags text[], ratio double precision, bytes bytea, doubled bigint generated always as (id * 2) stored
  );
  alter table parent add foreign key (favourite) references child (id);
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'append only'; end $$;
  create trigger refused before insert on parent for each row when (new.id = 'forbidden') execute function refuse();
  create table setting (only_row boolean primary key default true, value text);
  insert into setting default values;
`;
const second = `alter table child add column note text not null default 'added later';`;
const large = '9007199254740993';

let home: string;
let folder: string;
let older: URL;
let newer: URL;

beforeAll(async () => {
  home = await planHome();
  folder = await makeFolder();
  older = await makeMigrations(first);
  newer = await makeMigrations(first, second);
  await (await openDatabase({ home, migrations: older })).close();
});

beforeEach(() => dropSchema(home));

async function fill(client: pg.ClientBase): Promise<void> {
  await client.query(`insert into parent (id) values ('p'), ('q')`);
  await client.query(
    `insert into child (parent, body, raw, at, tags, ratio, bytes)
     values ('p', 'null', '{"b": 1,  "a": ${large}}', '2026-01-02 03:04:05.678901+02', array['a"b', null, ''], 'NaN', '\\x00ff'),
            ('p', null, null, 'infinity', null, 0.1, null),
            ('q', '{"n": ${large}, "line": "one\u2028two"}', '"\\u00e9"', '0044-03-15 00:00:00+00 BC', '{}', 1e300, '')`,
  );
  await client.query(
    `insert into child (parent, body) select 'q', to_jsonb(repeat('x', n)) from generate_series(1, 1500) as n`,
  );
  await client.query('update child set next = id + 1 where id < 1503');
  await client.query(`update parent set favourite = 3 where id = 'p'`);
  await client.query(`update setting set value = 'changed'`);
}

/** All rows as PostgreSQL writes them. */
async function dump(client: pg.ClientBase): Promise<unknown> {
  const content: Record<string, unknown> = {};
  for (const table of ['parent', 'child', 'setting']) {
    content[table] = (await client.query(`select ${table}::text as row from ${table} order by 1`)).rows;
  }
  return content;
}

async function makeBackup(name: string): Promise<{ readonly file: string; readonly content: unknown }> {
  const database = await openDatabase({ home, migrations: older });
  const client = await database.connect();
  await fill(client);
  const content = await dump(client);
  const file = path.join(folder, name);
  const report = await backupDatabase(database, file);
  expect(report).toMatchObject({ tables: 3, rows: 1_506, sizeBytes: (await stat(file)).size });
  await client.end();
  await database.close();
  return { file, content };
}

describe('a backup', () => {
  test('brings back every value, the numbering, the references and the triggers', async () => {
    const { file, content } = await makeBackup('whole.gz');
    expect((await stat(file)).mode & 0o077).toBe(0);
    await dropSchema(home);
    const database = await openDatabase({ home, migrations: older });
    expect(await restoreDatabase(database, file, older)).toMatchObject({ tables: 3, rows: 1_506 });
    const client = await database.connect();
    expect(await dump(client)).toEqual(content);
    const { rows } = await client.query(`insert into child (parent) values ('p') returning id`);
    expect(rows).toEqual([{ id: 1_504 }]);
    await expect(client.query(`insert into child (parent) values ('nobody')`)).rejects.toMatchObject({ code: '23503' });
    await expect(client.query(`insert into parent (id) values ('forbidden')`)).rejects.toMatchObject({ code: 'P0001' });
    await client.end();
    await database.close();
  });

  test('of an older schema is migrated on the way', async () => {
    const { file } = await makeBackup('older.gz');
    await dropSchema(home);
    const database = await openDatabase({ home, migrations: newer });
    await restoreDatabase(database, file, newer);
    expect((await database.pool.query('select distinct note from child')).rows).toEqual([{ note: 'added later' }]);
    await database.close();
  });

  test('of a newer schema is refused with both numbers', async () => {
    const database = await openDatabase({ home, migrations: newer });
    const file = path.join(folder, 'newer.gz');
    await backupDatabase(database, file);
    await expect(restoreDatabase(database, file, older)).rejects.toMatchObject({
      code: 'E_DB_NEWER',
      message: expect.stringMatching(/version 2;.* up to 1/),
    });
    await database.close();
  });

  test('is refused by a database that has been used, which stays as it was', async () => {
    const { file, content } = await makeBackup('used.gz');
    const database = await openDatabase({ home, migrations: older });
    await expect(restoreDatabase(database, file, older)).rejects.toMatchObject({ code: 'E_DB_NOT_EMPTY' });
    const client = await database.connect();
    expect(await dump(client)).toEqual(content);
    await client.end();
    await database.close();
  });

  test('never replaces a file, and leaves no half one', async () => {
    const { file } = await makeBackup('once.gz');
    const before = await readFile(file);
    const database = await openDatabase({ home, migrations: older });
    await expect(backupDatabase(database, file)).rejects.toMatchObject({ code: 'E_BACKUP_EXISTS' });
    expect((await readFile(file)).equals(before)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
    await database.close();
  });
});

describe('a damaged backup', () => {
  const lines = (file: Buffer) => gunzipSync(file).toString().trimEnd().split('\n');
  const join = (texts: readonly string[]) => gzipSync(`${texts.join('\n')}\n`);
  const damages: readonly { readonly name: string; readonly damage: (file: Buffer) => Buffer }[] = [
    { name: 'cut off in the middle', damage: (file) => file.subarray(0, file.length / 2) },
    { name: 'cut off at its last byte', damage: (file) => file.subarray(0, file.length - 1) },
    { name: 'without its last line', damage: (file) => join(lines(file).slice(0, -1)) },
    { name: 'without one row', damage: (file) => join(lines(file).toSpliced(5, 1)) },
    {
      name: 'with one row changed',
      damage: (file) => join(lines(file).with(5, (lines(file)[5] ?? '').replace('x', 'y'))),
    },
    { name: 'that is text', damage: () => Buffer.from('not a backup') },
    { name: 'that is empty', damage: () => Buffer.alloc(0) },
  ];

  test('is refused before anything is touched, whatever is wrong with it; unharmed it is taken', async () => {
    const { file } = await makeBackup('harmed.gz');
    const whole = await readFile(file);
    await dropSchema(home);
    const database = await openDatabase({ home, migrations: older });
    for (const { name, damage } of damages) {
      const harmed = path.join(folder, `${name}.gz`);
      await writeFile(harmed, damage(whole));
      await expect(restoreDatabase(database, harmed, older), name).rejects.toMatchObject({ code: 'E_BACKUP_DAMAGED' });
      expect((await database.pool.query('select * from child')).rows).toEqual([]);
    }
    await expect(restoreDatabase(database, path.join(folder, 'none.gz'), older)).rejects.toMatchObject({
      code: 'E_BACKUP_MISSING',
    });
    const repacked = path.join(folder, 'repacked.gz');
    await writeFile(repacked, join(lines(whole)));
    expect(await restoreDatabase(database, repacked, older)).toMatchObject({ rows: 1_506 });
    await database.close();
  });
});
