import { chmod, chown, cp, mkdir, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/store/database.ts';
import { markUsed, planLayout } from '../../src/store/postgres/layout.ts';
import { serverStatus, stopServer } from '../../src/store/postgres/supervisor.ts';
import {
  idleStopperOf,
  isAlive,
  makeFolder,
  makeMigrations,
  othersMayRead,
  ownedHome,
  planHome,
  readServerRecord,
  startChild,
} from './homes.ts';

const asRoot = process.getuid?.() === 0;
const nobody = { uid: 65_534, gid: 65_534 };
const migrations = await makeMigrations(
  'create table note (id bigint generated always as identity primary key, text text not null)',
);

async function notes(database: Database): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ text: string }>('select text from note order by id');
  return rows.map(({ text }) => text);
}

describe('the private server', () => {
  let home: string;
  beforeAll(async () => {
    home = await planHome();
  });

  test('is made on first use, keeps what was committed over a stop of either mode, and leaves no process', async () => {
    expect(await serverStatus(home)).toEqual({ type: 'absent' });
    expect(await stopServer(home, { mode: 'fast' })).toBe('not-running');
    const texts: string[] = [];
    for (const mode of ['fast', 'immediate'] as const) {
      const database = await openDatabase({ home, migrations });
      await database.pool.query('insert into note (text) values ($1)', [mode]);
      texts.push(mode);
      expect(await notes(database)).toEqual(texts);
      await database.close();
      const status = await serverStatus(home);
      const stopper = await idleStopperOf(home);
      expect(status).toMatchObject({ type: 'running', phase: 'ready' });
      expect(await stopServer(home, { mode })).toBe('stopped');
      expect(status.type === 'running' && isAlive(status.pid)).toBe(false);
      await expect.poll(() => isAlive(stopper)).toBe(false);
      expect(await serverStatus(home)).toMatchObject({ type: 'stopped' });
    }
    const database = await openDatabase({ home, migrations });
    expect(await notes(database)).toEqual(texts);
    await database.close();
  });

  test('is started once by processes that come at the same time, and outlives a kill of their whole group', async () => {
    const home = await planHome();
    const three = [startChild(home), startChild(home), startChild(home)];
    const ends = await Promise.all(three.map(({ settled }) => settled));
    const pids = ends.map((end) => (end.type === 'opened' ? end.postmaster : JSON.stringify(end)));
    expect(pids).toEqual([pids[0], pids[0], pids[0]]);
    expect(three.flatMap(({ lines }) => lines).filter(({ type }) => type === 'notice')).toHaveLength(1);
    for (const { child } of three) process.kill(-(child.pid ?? 0), 'SIGKILL');
    await expect.poll(() => three.every(({ child }) => child.signalCode === 'SIGKILL')).toBe(true);
    expect(await serverStatus(home)).toMatchObject({ type: 'running', pid: pids[0] });
  });

  test('writes only below the home and in the recorded socket folder, both closed to others', async () => {
    const database = await openDatabase({ home, migrations });
    await database.pool.query(`insert into note (text) select repeat('x', 1000) from generate_series(1, 1000)`);
    const { socketFolder } = await readServerRecord(home);
    const { cluster } = await planLayout(home);
    const files = await openFiles(cluster);
    const within = files.filter((file) => file.startsWith(`${home}/`) || file.startsWith(`${socketFolder}/`));
    expect(files.filter((file) => !within.includes(file))).toEqual([]);
    expect(within.length).toBeGreaterThan(0);
    for (const folder of [path.join(home, 'postgres', 'data'), socketFolder])
      expect((await stat(folder)).mode & 0o077).toBe(0);
    expect((await stat(path.join(home, 'postgres', 'connection.json'))).mode & 0o077).toBe(0);
    await database.close();
  });

  test('lets in one role, by its password only', async () => {
    await (await openDatabase({ home, migrations })).close();
    const { socketFolder, password } = await readServerRecord(home);
    const tryAs = async (user: string, secret: string) => {
      const client = new pg.Client({
        host: socketFolder,
        port: 5432,
        user,
        database: 'millwright',
        password: secret,
        ssl: false,
      });
      try {
        await client.connect();
        return 'in';
      } catch (error) {
        return (error as { code?: string }).code;
      } finally {
        await client.end();
      }
    };
    expect(await tryAs('millwright', password)).toBe('in');
    expect(await tryAs('millwright', 'guess')).toBe('28P01');
    expect(await tryAs('postgres', password)).toBe('28000');
  });

  test('works in a home with a path longer than a socket may have', async () => {
    const home = await planHome({ name: path.join('long'.repeat(40), 'long'.repeat(40)) });
    const database = await openDatabase({ home, migrations });
    expect(await notes(database)).toEqual([]);
    await database.close();
    expect((await readServerRecord(home)).socketFolder.length).toBeLessThan(80);
  });

  test('keeps its socket in the home when its account can reach that', async () => {
    const home = await planHome({ open: true });
    await mkdir(home, { mode: 0o755 });
    const database = await openDatabase({ home, migrations });
    expect(await notes(database)).toEqual([]);
    await database.close();
    expect((await readServerRecord(home)).socketFolder).toBe(path.join(home, 'postgres', 'socket'));
  });

  test('of a copied home is another one, and so is its data', async () => {
    const home = await planHome();
    const original = await openDatabase({ home, migrations });
    await original.pool.query(`insert into note (text) values ('before the copy')`);
    await original.close();
    await stopServer(home, { mode: 'fast' });
    const copy = await planHome();
    await cp(home, copy, { recursive: true, filter: async (file) => !(await stat(file)).isSocket() });
    await giveLike(path.join(home, 'postgres', 'data'), path.join(copy, 'postgres', 'data'));
    const [first, second] = [await openDatabase({ home, migrations }), await openDatabase({ home: copy, migrations })];
    await second.pool.query(`insert into note (text) values ('in the copy')`);
    expect(await notes(first)).toEqual(['before the copy']);
    expect(await notes(second)).toEqual(['before the copy', 'in the copy']);
    await Promise.all([first.close(), second.close()]);
  });

  test('gets a new password when the record of the old one is lost, even while it runs', async () => {
    const before = await openDatabase({ home, migrations });
    await before.pool.query(`truncate note; insert into note (text) values ('kept')`);
    await before.close();
    await rm(path.join(home, 'postgres', 'connection.json'));
    const after = await openDatabase({ home, migrations });
    expect(await notes(after)).toEqual(['kept']);
    await after.close();
  });
});

describe('a home that cannot be used', () => {
  test.runIf(asRoot && othersMayRead(import.meta.dirname))(
    'is named when it is read-only, here for an ordinary user; a writable one works for the same user',
    async () => {
      const writable = startChild(await ownedHome(nobody, 0o700), nobody);
      expect((await writable.settled).type).toBe('opened');
      const readOnly = startChild(await ownedHome(nobody, 0o500), nobody);
      expect(await readOnly.settled).toMatchObject({ type: 'failed', code: 'E_HOME_READ_ONLY' });
    },
  );

  describe('and the folder of its socket, where everybody may write', () => {
    let home: string;
    let socketFolder: string;
    beforeEach(async () => {
      home = await planHome({ name: 'long'.repeat(40) });
      await mkdir(home);
      ({ socketFolder } = await planLayout(home));
    });
    afterEach(() => rm(socketFolder, { recursive: true, force: true }));
    const opening = () => openDatabase({ home, migrations });

    test('is refused when the name is a symbolic link', async () => {
      const elsewhere = await makeFolder();
      await symlink(elsewhere, socketFolder);
      await expect(opening()).rejects.toMatchObject({ code: 'E_SOCKET_FOLDER' });
      expect(await readdir(elsewhere)).toEqual([]);
    });

    test('is refused when others may look into it', async () => {
      await mkdir(socketFolder, { mode: 0o755 });
      await expect(opening()).rejects.toMatchObject({ code: 'E_SOCKET_FOLDER' });
    });

    test('is refused when it is a file', async () => {
      await writeFile(socketFolder, '');
      await expect(opening()).rejects.toMatchObject({ code: 'E_SOCKET_FOLDER' });
    });

    test.runIf(asRoot)('is refused when it belongs to somebody else', async () => {
      await mkdir(socketFolder, { mode: 0o700 });
      await chown(socketFolder, 4_711, 4_711);
      await expect(opening()).rejects.toMatchObject({ code: 'E_SOCKET_FOLDER' });
    });

    test('is taken when it is our own, left by a kill right after it was made', async () => {
      await mkdir(socketFolder, { mode: 0o700 });
      const database = await opening();
      await database.close();
      expect((await stat(socketFolder)).mode & 0o777).toBe(0o700);
    });

    test('has nothing written through a link in it', async () => {
      await mkdir(socketFolder, { mode: 0o700 });
      const precious = path.join(await makeFolder(), 'precious');
      await writeFile(precious, 'kept');
      await symlink(precious, path.join(socketFolder, 'used'));
      await markUsed(socketFolder);
      expect(await readFile(precious, 'utf8')).toBe('kept');
    });
  });
});

/** Regular files that the server's processes hold open, by the kernel's account. */
async function openFiles(cluster: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!title.includes(cluster) || !title.includes('postgres')) continue;
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      files.push(await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => ''));
    }
  }
  return files.filter((file) => file.startsWith('/') && !file.startsWith('/dev/'));
}

async function giveLike(model: string, folder: string): Promise<void> {
  if (!asRoot) return;
  const { uid, gid } = await stat(model);
  await chmod(folder, 0o700);
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true })) await chown(path.join(folder, entry), uid, gid);
}
