import { open, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Layout } from './layout.ts';
import { identifyProcess, isSameProcess, type ProcessIdentity, readProc, serverEnvironment } from './process.ts';

/** The living server of one data folder. */
export interface Postmaster {
  readonly identity: ProcessIdentity;
  /** starting: also while it recovers from a crash. */
  readonly phase: 'starting' | 'ready' | 'stopping';
}

const pollMs = 10;
const socketFiles = ['.s.PGSQL.5432', '.s.PGSQL.5432.lock'];

/**
 * The server that runs on this data folder; `null` when none does. PostgreSQL's pid file alone proves nothing: after a
 * crash it stays, and its number may belong to any program by now.
 */
export async function findPostmaster(dataFolder: string): Promise<Postmaster | null> {
  const lines = await readPidFile(dataFolder);
  const pid = Number(lines?.[0]);
  if (lines === null || !Number.isInteger(pid) || pid <= 0) return null;
  const identity = identifyProcess(pid);
  if (identity === null || !(await servesFolder(pid, dataFolder))) return null;
  const word = lines[7]?.trim();
  return { identity, phase: word === 'ready' || word === 'stopping' ? word : 'starting' };
}

/** No process has this number: Linux counts to one below it, macOS to 99,998. */
const numberOfNobody = 2 ** 22;

/**
 * Takes the dead server's number out of what it left. PostgreSQL asks only whether a process with that number can be
 * signalled: a program that reuses it can, and so can the dead server itself until its parent has collected it, which in
 * a container may be never. The rest of the file stays: PostgreSQL finds in it the shared memory that the old server's
 * children may still use, and waits for them.
 */
export async function clearStaleFiles(layout: Layout): Promise<void> {
  const lines = await readPidFile(layout.dataFolder);
  if (lines !== null && /^[1-9][0-9]*$/.test(lines[0] ?? '')) {
    // In place, so that it stays the property of the server's account; that account's links are not followed.
    const inPlace = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
    await using file = await open(pidFile(layout.dataFolder), inPlace);
    await file.writeFile([numberOfNobody, ...lines.slice(1)].join('\n'));
  }
  for (const name of socketFiles) await rm(path.join(layout.socketFolder, name), { force: true });
}

/** Waits until the server accepts connections (true), or is gone (false). Recovery may take its time. */
export async function waitUntilReady(dataFolder: string, identity: ProcessIdentity): Promise<boolean> {
  while (isSameProcess(identity)) {
    const found = await findPostmaster(dataFolder);
    if (found?.identity.pid === identity.pid && found.phase === 'ready') return true;
    await sleep(pollMs);
  }
  return false;
}

/** Waits until the process is gone (true), at most `waitMs` (false). */
export async function waitUntilGone(identity: ProcessIdentity, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  while (isSameProcess(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}

/** Every server process stands in its data folder, which no program with a reused pid does. */
async function servesFolder(pid: number, dataFolder: string): Promise<boolean> {
  if (process.platform === 'linux') {
    if (readProc(`/proc/${pid}/comm`)?.startsWith('postgres') !== true) return false;
    const [cwd, folder] = await Promise.all([readlink(`/proc/${pid}/cwd`).catch(ignoreGone), realpath(dataFolder)]);
    return cwd === folder;
  }
  const options = { encoding: 'utf8', env: serverEnvironment } as const;
  const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], options);
  return command.includes('postgres') && command.includes(`-D ${dataFolder} `);
}

async function readPidFile(dataFolder: string): Promise<readonly string[] | null> {
  const text = await readFile(pidFile(dataFolder), 'utf8').catch(ignoreGone);
  return text?.split('\n') ?? null;
}

function pidFile(dataFolder: string): string {
  return path.join(dataFolder, 'postmaster.pid');
}

function ignoreGone(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'EACCES') throw error;
  return undefined;
}
