import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll } from 'vitest';
import { planLayout } from '../../src/store/postgres/layout.ts';
import { serverStatus, stopServer, type ServerRecord } from '../../src/store/postgres/supervisor.ts';
import { identifyProcess } from '../../src/store/postgres/process.ts';

/** Folders to remove, homes whose server to stop, and processes to end, when the file's tests are over. */
const folders: string[] = [];
const homes: string[] = [];
const children: ChildProcess[] = [];

afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  const stopped = await Promise.allSettled(homes.map(removeServer));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  const failed = stopped.filter((result) => result.status === 'rejected');
  if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason as unknown));
});

/** A path for a home that does not exist yet. `open`: its parent may be passed by every user. */
export async function planHome(options: { readonly open?: boolean; readonly name?: string } = {}): Promise<string> {
  const parent = await makeFolder();
  if (options.open === true) await chmod(parent, 0o755);
  const home = path.join(parent, options.name ?? 'home');
  homes.push(home);
  return home;
}

/** A temporary folder of this test file. */
export async function makeFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'mw-db-')));
  folders.push(folder);
  return folder;
}

/** A folder of migrations with these texts, as the URL that `openDatabase` takes. */
export async function makeMigrations(...texts: readonly string[]): Promise<URL> {
  const folder = await makeFolder();
  for (const [index, text] of texts.entries()) {
    await writeFile(path.join(folder, `${String(index + 1).padStart(3, '0')}-step.sql`), text);
  }
  return pathToFileURL(`${folder}/`);
}

export async function readServerRecord(home: string): Promise<ServerRecord> {
  return JSON.parse(await readFile(path.join(home, 'postgres', 'connection.json'), 'utf8')) as ServerRecord;
}

/** Takes our schema away, whatever made it: the database is as on its first day. */
export async function dropSchema(home: string): Promise<void> {
  const { socketFolder, password, user, database } = await readServerRecord(home);
  const client = new pg.Client({ host: socketFolder, port: 5432, user, database, password, ssl: false });
  await client.connect();
  await client.query('drop schema if exists millwright cascade');
  await client.end();
}

/** What a child of `startChild` prints, one JSON value a line. */
export type ChildLine =
  | { readonly type: 'notice'; readonly text: string }
  | { readonly type: 'opened'; readonly postmaster: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

export interface OpenChild {
  readonly child: ChildProcess;
  readonly lines: readonly ChildLine[];
  /** Settles with its last word: opened or failed. */
  readonly settled: Promise<ChildLine>;
}

/** A process of its own that opens the database of `home`, and keeps it open unless it is told to `leave`. */
export function startChild(
  home: string,
  options: { readonly uid?: number; readonly gid?: number; readonly leave?: boolean } = {},
): OpenChild {
  const { leave = false, ...user } = options;
  const program = path.join(import.meta.dirname, 'open-child.ts');
  const child = spawn(process.execPath, [program, home, leave ? 'leave' : 'stay'], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  });
  children.push(child);
  const lines: ChildLine[] = [];
  const settled = new Promise<ChildLine>((resolve, reject) => {
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = JSON.parse(part) as ChildLine;
        lines.push(line);
        if (line.type !== 'notice') resolve(line);
      }
    });
    child.on('exit', (code) => reject(new Error(`the child ended with ${code} before it said how it went`)));
  });
  return { child, lines, settled };
}

/** A process of the server's account that only lives; for a pid that was given to somebody else. */
export function startBystander(user: { readonly uid?: number; readonly gid?: number }): ChildProcess {
  const child = spawn('/bin/sleep', ['600'], { cwd: '/', env: {}, stdio: 'ignore', ...user });
  children.push(child);
  return child;
}

/** The number of a process that has ended and whose parent, which lives on, never asks how. */
export async function makeZombie(user: { readonly uid?: number; readonly gid?: number }): Promise<number> {
  const command = 'sleep 0 & echo $!; exec sleep 600';
  const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
  const parent = spawn('/bin/sh', ['-c', command], { cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio, ...user });
  children.push(parent);
  const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout?.once('data', resolve)));
  await waitFor('it ends', 5_000, () => !isAlive(pid));
  return pid;
}

/** Polls until `question` answers true; fails after `waitMs`. */
export async function waitFor(what: string, waitMs: number, question: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await question())) {
    if (performance.now() > deadline) throw new Error(`not within ${waitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function isAlive(pid: number): boolean {
  return identifyProcess(pid) !== null;
}

/** The pid of the loop that stops an idle server. */
export async function idleStopperOf(home: string): Promise<number> {
  const { socketFolder } = await readServerRecord(home);
  const file = path.join(socketFolder, 'idle-stop');
  await waitFor('the idle stopper names itself', 5_000, async () =>
    (await readFile(file, 'utf8').catch(() => '')).endsWith('\n'),
  );
  return Number((await readFile(file, 'utf8')).split(' ')[0]);
}

async function removeServer(home: string): Promise<void> {
  if (!existsSync(home)) return;
  const { type } = await serverStatus(home).catch(() => ({ type: 'damaged' }));
  if (type !== 'damaged') await stopServer(home, { mode: 'immediate' });
  await rm((await planLayout(home)).socketFolder, { recursive: true, force: true });
}

/** A path for a home in a folder that belongs to `user` and has these access rights. Only root can make one. */
export async function ownedHome(user: { readonly uid: number; readonly gid: number }, mode: number): Promise<string> {
  const parent = await makeFolder();
  await chmod(parent, 0o755);
  const folder = path.join(parent, 'theirs');
  await mkdir(folder);
  await chown(folder, user.uid, user.gid);
  await chmod(folder, mode);
  const home = path.join(folder, 'home');
  homes.push(home);
  return home;
}

/** Whether another user can run this checkout's code; below a private folder it cannot, and that is said. */
export function othersMayRead(folder: string): boolean {
  for (let place = folder; place !== '/'; place = path.dirname(place)) {
    if ((statSync(place).mode & 0o001) !== 0) continue;
    console.warn(`not run: ${place} is closed to other users, so none of them can run this checkout's code`);
    return false;
  }
  return true;
}
