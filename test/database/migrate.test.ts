import { mkdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { createServer } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { migrate, readMigrations, shippedMigrations } from '../../src/store/postgres/migrate.ts';
import { dropSchema, makeMigrations, planHome, readServerRecord } from './homes.ts';

const first =
  'create table note (id bigint generated always as identity primary key, counts bigint[] not null default array[1, 2]);';
const second = "alter table note add column text text; insert into note (text) values ('by the migration');";
let home: string;
let url: string;

beforeAll(async () => {
  home = await planHome();
  await (await openDatabase({ home })).close();
  const { socketFolder, password, user, database } = await readServerRecord(home);
  url = `postgres://${user}:${password}@/${database}?host=${socketFolder}`;
});

beforeEach(() => dropSchema(home));

describe('the schema', () => {
  test('that this version ships applies to an empty database', async () => {
    const database = await openDatabase({ home });
    const { rows } = await database.pool.query<{ n: number }>('select count(*) as n from migration');
    expect(rows[0]?.n).toBe((await readMigrations(shippedMigrations)).length);
    expect(rows[0]?.n).toBeGreaterThan(0);
    await database.close();
  });

  test('is made once by several that migrate at the same time, and asked for with one query afterwards', async () => {
    const migrations = await makeMigrations(first, second);
    const databases = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ home, migrations })));
    const { rows } = await (databases[0] as Database).pool.query<{ n: number }>('select count(*) as n from note');
    expect(rows).toEqual([{ n: 1 }]);
    const client = await (databases[0] as Database).connect();
    let queries = 0;
    const counting = Object.assign(Object.create(client), {
      query: (...args: Parameters<typeof client.query>) => ((queries += 1), client.query(...args)),
    }) as typeof client;
    expect(await migrate(counting, await readMigrations(migrations))).toBe(2);
    expect(queries).toBe(1);
    await client.end();
    await Promise.all(databases.map((database) => database.close()));
  });

  test('of a newer version is refused with both numbers, and not touched', async () => {
    await (await openDatabase({ home, migrations: await makeMigrations(first, second) })).close();
    const refused = openDatabase({ home, migrations: await makeMigrations(first) });
    await expect(refused).rejects.toMatchObject({
      code: 'E_DB_NEWER',
      message: expect.stringMatching(/version 2;.* up to 1/),
    });
  });

  test('of another build is refused', async () => {
    await (await openDatabase({ home, migrations: await makeMigrations(first) })).close();
    const refused = openDatabase({ home, migrations: await makeMigrations(`${first} -- edited later`, second) });
    await expect(refused).rejects.toMatchObject({ code: 'E_DB_OTHER_BUILD' });
  });

  test('stays at the last whole migration when one fails', async () => {
    const failing = openDatabase({
      home,
      migrations: await makeMigrations(first, 'create table half (id int); select 1 / 0;'),
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    const database = await openDatabase({ home, migrations: await makeMigrations(first) });
    expect((await database.pool.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }]);
    await database.close();
  });

  test('files that leave out a number are a bug', async () => {
    const folder = await makeMigrations(first, second);
    await rename(new URL('002-step.sql', folder), new URL('003-step.sql', folder));
    await expect(readMigrations(folder)).rejects.toThrow('without a gap');
  });
});

describe('bigint columns', () => {
  test('are numbers, alone and in arrays; one that a number cannot hold throws', async () => {
    const database = await openDatabase({ home, migrations: await makeMigrations(first) });
    const { rows } = await database.pool.query('insert into note default values returning id, counts');
    expect(rows).toEqual([{ id: 1, counts: [1, 2] }]);
    await expect(database.pool.query('select 9007199254740993::bigint as big')).rejects.toThrow(RangeError);
    expect((await database.pool.query('select 9007199254740991::bigint as big')).rows).toEqual([
      { big: Number.MAX_SAFE_INTEGER },
    ]);
    await database.close();
  });
});

describe('a given DATABASE_URL', () => {
  test('gets our schema, and connections look there first', async () => {
    const database = await openDatabase({
      home: '/nonexistent',
      databaseUrl: url,
      migrations: await makeMigrations(first),
    });
    await database.pool.query('insert into note default values');
    const alone = await database.connect();
    expect((await alone.query('select current_schema() as schema, count(*) as n from note group by 1')).rows).toEqual([
      { schema: 'millwright', n: 1 },
    ]);
    await alone.end();
    await database.close();
    const { password } = await readServerRecord(home);
    expect(database.description).not.toContain(password);
  });

  test('that nobody answers, that is refused, that is no address: each is its own error, without the password', async () => {
    const free = await freePort();
    const open = (databaseUrl: string) => openDatabase({ home: '/nonexistent', databaseUrl });
    await expect(open(`postgres://me:secret@127.0.0.1:${free}/db`)).rejects.toMatchObject({
      code: 'E_DB_UNREACHABLE',
      message: expect.not.stringContaining('secret'),
    });
    const { password } = await readServerRecord(home);
    await expect(open(url.replace(password, 'wrong'))).rejects.toMatchObject({ code: 'E_DB_REFUSED' });
    await expect(open('mysql://localhost/db')).rejects.toMatchObject({ code: 'E_DB_URL' });
  });
});

test('data that PostgreSQL did not make is not touched', async () => {
  const taken = await planHome();
  const stray = path.join(taken, 'postgres', 'data', 'stray');
  await mkdir(stray, { recursive: true });
  await expect(openDatabase({ home: taken })).rejects.toMatchObject({ code: 'E_DATABASE_DAMAGED' });
  expect((await stat(stray)).isDirectory()).toBe(true);
});

/** A port of loopback on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
