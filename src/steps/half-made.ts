/** Environments in the making: whose they are stands in their name, so that those of a killed process are found. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { discard } from '../git/discard.ts';
import { findProcess, isRunning, killSession } from '../sandbox/session.ts';

const making = /\.making-(\d+)-(\d+)$/;

/** Where this process makes what will lie at `directory`. One for each process: another may be making the same. */
export function draftOf(directory: string): string {
  return `${directory}.making-${process.pid}-${findProcess(process.pid)?.start ?? 0}`;
}

/** The session that runs the setup command of a draft. */
export function sessionOf(draft: string): string {
  return join(draft, 'session');
}

/** Drafts in a folder whose makers are gone. None where it cannot be seen who runs. */
export async function findHalfMade(folder: string): Promise<readonly string[]> {
  if (findProcess(process.pid) === null) return [];
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => {
      const [, pid, start] = making.exec(name) ?? [];
      return pid !== undefined && start !== undefined && !isRunning({ pid: Number(pid), start });
    })
    .map((name) => join(folder, name));
}

/** Ends what a killed process's setup command still has running, and deletes the draft in the background. */
export async function discardHalfMade(draft: string): Promise<void> {
  await killSession(sessionOf(draft));
  await discard(draft);
}
