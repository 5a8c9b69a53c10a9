/**
 * Deleting folders without waiting: a rename takes microseconds at any size, deleting 50,000 files takes seconds. The
 * renamed folder is deleted by a program of its own, so that this process's threads stay free.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, lstat, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { currentStarter } from './short-git.ts';
import { absent } from './repository-files.ts';

/** Folders whose deletion has not begun, the deletions that run, and what makes them run at once. */
const waiting: string[] = [];
let running: Promise<void> | null = null;
let hurry: () => void = () => undefined;
let settling = 0;
const lingerMs = 250;
const perProgram = 100;
const suffix = '.discarded-';

/** Moves a file or folder out of the way and starts its deletion. Absent is fine. */
export async function discard(path: string): Promise<void> {
  const away = `${path}${suffix}${randomUUID()}`;
  if (await moveAway(path, away)) deleteLater(away);
}

/**
 * Renames although a folder is read-only: moving one needs the right to write in it. `false`: it was not there. Only
 * ever given paths whose parent folders are ours.
 */
export async function moveAway(path: string | Buffer, to: string): Promise<boolean> {
  for (const lastTry of [false, true]) {
    try {
      await rename(path, to);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return false;
      if (lastTry || (code !== 'EACCES' && code !== 'EPERM')) throw error;
      if ((await lstat(path)).isDirectory()) await chmod(path, 0o700);
    }
  }
  return false;
}

/**
 * Starts the deletion of a folder that nobody uses any more. What cannot be deleted is found again by `sweepDiscarded`.
 * What is asked for while a deletion runs goes together in the next one: starting a program costs more than it does.
 */
export function deleteLater(path: string): void {
  waiting.push(path);
  running ??= deleteWaiting();
}

async function deleteWaiting(): Promise<void> {
  while (waiting.length > 0) {
    await linger();
    await deleteTrees(waiting.splice(0, perProgram));
  }
  running = null;
}

/** Until others have come to go along, or somebody waits. */
function linger(): Promise<void> {
  return new Promise((resolve) => {
    if (settling > 0) return resolve();
    const timer = setTimeout(resolve, lingerMs);
    hurry = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** Whether a folder of this name was given up already. */
function isDiscarded(name: string): boolean {
  return name.includes(suffix);
}

/** Starts the deletion of what an earlier process left half deleted in a folder. */
export async function sweepDiscarded(folder: string): Promise<void> {
  const names = (await readdir(folder).catch(absent)) ?? [];
  for (const name of names) {
    if (isDiscarded(name)) deleteLater(join(folder, name));
  }
}

/** Waits for all deletions that this process has started. */
export async function settleDeletions(): Promise<void> {
  // The programs are unreferenced: without this, waiting for them alone would end the process.
  const alive = setInterval(() => undefined, 1_000);
  settling += 1;
  hurry();
  while (running !== null) await running;
  settling -= 1;
  clearInterval(alive);
}

async function deleteTrees(paths: readonly string[]): Promise<void> {
  if ((await runQuietly('rm', ['-rf', '--', ...paths])) === 0) return;
  // Read-only folders, as a normal user.
  await runQuietly('chmod', ['-R', 'u+rwx', '--', ...paths]);
  await runQuietly('rm', ['-rf', '--', ...paths]);
}

async function runQuietly(program: string, args: readonly string[]): Promise<number | null> {
  const starter = currentStarter();
  if (starter === null) return spawnQuietly(program, args);
  const { status } = await starter.shell.run({
    // A program that prints more than the starter keeps is ended: one complaint a file must not stop a deletion.
    argv: ['/bin/sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', program, ...args],
    env: { PATH: '/usr/bin:/bin' },
    input: undefined,
    maxBytes: 64 * 1024,
    onStart: () => undefined,
  });
  return status;
}

function spawnQuietly(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: 'ignore' });
    // Must not keep `mw` from ending; the rest is swept by the next one.
    child.unref();
    child.on('error', () => resolve(null));
    child.on('close', (code) => resolve(code));
  });
}
