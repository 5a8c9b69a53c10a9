import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { planLayout } from '../../src/store/postgres/layout.ts';
import { findPostmaster } from '../../src/store/postgres/postmaster.ts';
import { identifyProcess } from '../../src/store/postgres/process.ts';
import { withStartLock } from '../../src/store/postgres/start-lock.ts';
import { serverStatus, stopServer } from '../../src/store/postgres/supervisor.ts';
import {
  isAlive,
  makeFolder,
  makeMigrations,
  makeZombie,
  planHome,
  readServerRecord,
  startBystander,
  waitFor,
} from './homes.ts';

const migrations = await makeMigrations(
  'create table note (id bigint generated always as identity primary key, text text not null)',
);
let home: string;
let dataFolder: string;

beforeAll(async () => {
  home = await planHome();
  dataFolder = path.join(home, 'postgres', 'data');
  await (await openDatabase({ home, migrations })).close();
});

async function killPostmaster(): Promise<void> {
  const { postmaster } = await readServerRecord(home);
  process.kill(postmaster.pid, 'SIGKILL');
  await waitFor('the postmaster dies', 5_000, () => !isAlive(postmaster.pid));
}

describe('after a kill -9 of the server', () => {
  test('an open database works again with its next connection, and nothing that was committed is lost', async () => {
    const lost: string[] = [];
    const database = await openDatabase({ home, migrations, onNotice: (text) => lost.push(text) });
    const count = async () =>
      (await database.pool.query<{ n: number }>('select count(*) as n from note')).rows[0]?.n ?? 0;
    const before = await count();
    await database.pool.query(`insert into note (text) select 'x' from generate_series(1, 2000)`);
    await killPostmaster();
    await waitFor('the pool notices', 5_000, () => database.pool.totalCount === 0);
    expect(await count()).toBe(before + 2_000);
    await killPostmaster();
    const alone = await database.connect();
    expect((await alone.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await alone.end();
    expect(lost.length).toBeGreaterThan(0);
    await database.close();
  });

  test.runIf(process.platform === 'linux')(
    'a new one waits for children of the old one that still hold its memory',
    async () => {
      const { socketFolder, password } = await readServerRecord(home);
      const client = new pg.Client({
        host: socketFolder,
        port: 5432,
        user: 'millwright',
        database: 'millwright',
        password,
        ssl: false,
      });
      client.on('error', () => undefined);
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const backend = rows[0]?.pid ?? 0;
      process.kill(backend, 'SIGSTOP');
      await killPostmaster();
      let open = false;
      const opening = openDatabase({ home, migrations }).then((database) => {
        open = true;
        return database;
      });
      const { startLog } = await planLayout(home);
      await waitFor('PostgreSQL refuses', 2_500, async () => (await readFile(startLog, 'utf8')).includes('FATAL'));
      expect(open).toBe(false);
      process.kill(backend, 'SIGCONT');
      await (await opening).close();
      await client.end().catch(() => undefined);
    },
  );
});

test('a server that is just going down is waited for and started again', async () => {
  for (let round = 0; round < 5; round += 1) {
    const held = await openDatabase({ home, migrations });
    const { postmaster } = await readServerRecord(home);
    process.kill(postmaster.pid, 'SIGINT');
    const database = await openDatabase({ home, migrations });
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect((await readServerRecord(home)).postmaster).not.toEqual(postmaster);
    await Promise.all([held.close(), database.close()]);
  }
});

describe('a pid file that a dead server left', () => {
  test('does not count when its number belongs to another program of the same account', async () => {
    await (await openDatabase({ home, migrations })).close();
    const text = await readFile(path.join(dataFolder, 'postmaster.pid'), 'utf8');
    expect(await findPostmaster(dataFolder)).not.toBeNull();
    await stopServer(home, { mode: 'fast' });
    const { serverUser, socketFolder } = await planLayout(home);
    const bystander = startBystander(serverUser ?? {});
    const [, ...rest] = text.split('\n');
    const foreign = [String(bystander.pid), ...rest].join('\n');
    await writeFile(path.join(dataFolder, 'postmaster.pid'), foreign);
    // A clean stop has taken it away where it lies outside the home; a dead server has not.
    await mkdir(socketFolder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(socketFolder, '.s.PGSQL.5432.lock'), foreign);
    expect(await serverStatus(home)).toMatchObject({ type: 'stopped' });
    await (await openDatabase({ home, migrations })).close();
    expect(await serverStatus(home)).toMatchObject({ type: 'running', phase: 'ready' });
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
  });

  test('does not count while the dead server waits for a parent that never collects it', async () => {
    await (await openDatabase({ home, migrations })).close();
    const [, ...rest] = (await readFile(path.join(dataFolder, 'postmaster.pid'), 'utf8')).split('\n');
    await stopServer(home, { mode: 'fast' });
    const zombie = await makeZombie((await planLayout(home)).serverUser ?? {});
    expect(process.kill(zombie, 0)).toBe(true);
    await writeFile(path.join(dataFolder, 'postmaster.pid'), [zombie, ...rest].join('\n'));
    await (await openDatabase({ home, migrations })).close();
    expect(process.kill(zombie, 0)).toBe(true);
    expect(await serverStatus(home)).toMatchObject({ type: 'running', phase: 'ready' });
  });

  test('and a record of it lead to a new server', async () => {
    const recordFile = path.join(home, 'postgres', 'connection.json');
    await stopServer(home, { mode: 'fast' });
    const record = await readServerRecord(home);
    const self = identifyProcess(process.pid);
    await writeFile(recordFile, JSON.stringify({ ...record, postmaster: self }));
    await (await openDatabase({ home, migrations })).close();
    expect((await readServerRecord(home)).postmaster.pid).not.toBe(process.pid);
  });

  test('a cluster that was only half made is made again', async () => {
    const unfinished = await planHome();
    await (await openDatabase({ home: unfinished, migrations })).close();
    await stopServer(unfinished, { mode: 'immediate' });
    const folder = path.join(unfinished, 'postgres');
    await rename(path.join(folder, 'data'), path.join(folder, 'data.new'));
    await rm(path.join(folder, 'data.new', 'PG_VERSION'));
    const database = await openDatabase({ home: unfinished, migrations });
    expect((await database.pool.query('select * from note')).rows).toEqual([]);
    await database.close();
    expect(await readdir(folder)).not.toContain('data.new');
  });
});

describe('the start lock', () => {
  const self = identifyProcess(process.pid);
  const holders = [
    { name: 'a process that is dead', holder: { ...self, pid: 4_194_303, token: 'x' }, taken: true },
    { name: 'an earlier boot of the machine', holder: { ...self, bootId: 'earlier', token: 'x' }, taken: true },
    { name: 'a process whose number was given away', holder: { ...self, startTime: '1', token: 'x' }, taken: true },
    { name: 'a process that lives', holder: { ...self, token: 'x' }, taken: false },
  ];
  test.each(holders)('held by $name: taken over = $taken', async ({ holder, taken }) => {
    const folder = await makeFolder();
    const file = path.join(folder, 'start.lock');
    await writeFile(file, JSON.stringify(holder));
    const work = withStartLock(file, 200, () => Promise.resolve('done'));
    if (taken) {
      expect(await work).toBe('done');
      expect(await readdir(folder)).toEqual([]);
    } else {
      await expect(work).rejects.toMatchObject({ code: 'E_DATABASE_BUSY' });
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(holder);
    }
  });

  test('lets one at a time through, however many come upon a stale one, and is free again after a failure', async () => {
    const folder = await makeFolder();
    const file = path.join(folder, 'start.lock');
    await writeFile(file, JSON.stringify({ ...self, startTime: '1', token: 'x' }));
    let inside = 0;
    let most = 0;
    const work = async (index: number) => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      if (index === 3) throw new Error('planned');
    };
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => withStartLock(file, 10_000, () => work(index))),
    );
    expect(ends.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
});
