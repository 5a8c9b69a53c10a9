/** Environments in the making: whose they are stands in their name, so that those of a killed process are found. */
import { readlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { discard } from '../git/discard.ts';
import { findProcess, isRunning, killSession } from '../sandbox/session.ts';

const making = /\.making-(\d*)-(\d+)-(\d+)$/;

/** Where this process makes what will lie at `directory`. One for each process: another may be making the same. */
export function draftOf(directory: string): string {
  return `${directory}.making-${pidNamespace()}-${process.pid}-${findProcess(process.pid)?.start ?? 0}`;
}

/** The session that runs the setup command of a draft. */
export function sessionOf(draft: string): string {
  return join(draft, 'session');
}

/** Drafts in a folder whose makers are gone. None where it cannot be seen who runs: in another container, for one. */
export async function findHalfMade(folder: string): Promise<readonly string[]> {
  if (findProcess(process.pid) === null) return [];
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const here = pidNamespace();
  return names
    .filter((name) => {
      const [, namespace, pid, start] = making.exec(name) ?? [];
      if (namespace !== here || pid === undefined || start === undefined) return false;
      return !isRunning({ pid: Number(pid), start });
    })
    .map((name) => join(folder, name));
}

/** The number of the namespace that this process's pid holds in; empty where there is none. */
function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Ends what a killed process's setup command still has running, and deletes the draft in the background. */
export async function discardHalfMade(draft: string): Promise<void> {
  await killSession(sessionOf(draft));
  await discard(draft);
}
