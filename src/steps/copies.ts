/**
 * Kept working copies, one owner at a time. The owner is written beside the copy before it is used, so that a worker
 * that was killed finds its session's copy again, and never gives one away that something still runs in.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Copies {
  /** The copy that this effect owns already, or a free one, or a new one. */
  take(project: string, effect: string): Promise<{ readonly directory: string; readonly taken: 'again' | 'now' }>;
  /** The effect is over and nothing of it runs: another may have the copy. */
  release(effect: string): Promise<void>;
  /** Frees what belongs to effects that are over. */
  sweep(projects: readonly string[], live: ReadonlySet<string>): Promise<void>;
}

/** Copies of one worker: no two workers share any, so no lock is needed between them. */
export function openCopies(worker: string, folderOf: (project: string) => string): Copies {
  const owners = new Map<string, string>();
  const known = new Set<string>();

  async function learn(project: string): Promise<void> {
    if (known.has(project)) return;
    known.add(project);
    const folder = folderOf(project);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) {
      if (!name.startsWith(`${worker}.`)) continue;
      owners.set(join(folder, name), await readOwner(join(folder, name)));
    }
  }

  return {
    async take(project, effect) {
      await learn(project);
      for (const [directory, owner] of owners) if (owner === effect) return { directory, taken: 'again' };
      const folder = folderOf(project);
      const free = [...owners].find(([directory, owner]) => owner === '' && directory.startsWith(`${folder}/`))?.[0];
      const directory = free ?? join(folder, `${worker}.${[...owners.keys()].filter((each) => each.startsWith(`${folder}/`)).length + 1}`);
      owners.set(directory, effect);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(join(directory, 'owner'), effect);
      return { directory, taken: 'now' };
    },
    async release(effect) {
      for (const [directory, owner] of owners) {
        if (owner !== effect) continue;
        await rm(join(directory, 'owner'), { force: true });
        owners.set(directory, '');
      }
    },
    async sweep(projects, live) {
      for (const project of projects) await learn(project);
      for (const owner of new Set(owners.values())) if (owner !== '' && !live.has(owner)) await this.release(owner);
    },
  };
}

async function readOwner(directory: string): Promise<string> {
  return readFile(join(directory, 'owner'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
