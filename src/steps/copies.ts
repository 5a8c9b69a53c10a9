/**
 * Kept working copies of a home, one owner at a time. The owner stands beside the copy before it is used, and belongs to
 * no worker: whoever goes on with the effect of a killed one finds its session's copy again, and nobody gives one away
 * that something still runs in.
 */
import { mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepDiscarded } from '../git/discard.ts';

export interface Copies {
  /** The copy that this effect owns already, or a free one, or a new one. */
  take(project: string, effect: string): Promise<{ readonly directory: string; readonly taken: 'again' | 'now' }>;
  /** The effect is over and nothing of it runs: another may have the copy. */
  release(effect: string): Promise<void>;
  /** Frees what belongs to effects that are over. `live` is asked after the owners were read: it cannot be too old. */
  sweep(projects: readonly string[], live: () => Promise<ReadonlySet<string>>): Promise<void>;
}

const ownerSuffix = '.owner';

export function openCopies(folderOf: (project: string) => string): Copies {
  /** Where copies may be. Who owns which is read every time: another worker may have taken it for the same effect. */
  const folders = new Set<string>();

  return {
    async take(project, effect) {
      const folder = folderOf(project);
      folders.add(folder);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const owners = await readOwners(folder);
      const own = owners.get(effect);
      if (own !== undefined) return { directory: join(folder, own), taken: 'again' };
      const taken = new Set(owners.values());
      for (let n = 1; ; n += 1) {
        const mark = join(folder, `${n}${ownerSuffix}`);
        if (taken.has(String(n)) || !(await claim(mark, effect))) continue;
        const directory = join(folder, String(n));
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return { directory, taken: 'now' };
      }
    },
    async release(effect) {
      for (const folder of folders) {
        const name = (await readOwners(folder)).get(effect);
        if (name !== undefined) await free(join(folder, `${name}${ownerSuffix}`), effect);
      }
    },
    async sweep(projects, live) {
      for (const project of projects) folders.add(folderOf(project));
      const found = await Promise.all(
        [...folders].map(async (folder) => ({ folder, owners: await readOwners(folder) })),
      );
      const needed = found.some(({ owners }) => owners.size > 0) ? await live() : new Set<string>();
      for (const { folder, owners } of found) {
        for (const [effect, name] of owners) {
          if (!needed.has(effect)) await free(join(folder, `${name}${ownerSuffix}`), effect);
        }
        await sweepDiscarded(folder);
        for (const name of await namesIn(folder)) if (/^[0-9]+$/.test(name)) await sweepDiscarded(join(folder, name));
      }
    },
  };
}

/** Copies that nobody owns, whoever runs; an owned one may hold work that is in no commit yet. */
export async function listFreeCopies(folder: string): Promise<readonly string[]> {
  const owned = new Set((await readOwners(folder)).values());
  return (await namesIn(folder))
    .filter((name) => /^[0-9]+$/.test(name) && !owned.has(name))
    .map((name) => join(folder, name));
}

/** A symbolic link, because it comes into being whole and for one only; it leads nowhere, its target is the effect. */
async function claim(mark: string, effect: string): Promise<boolean> {
  try {
    await symlink(effect, mark);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Looks once more: whose mark it was may have given it back meanwhile, and another taken it. */
async function free(mark: string, effect: string): Promise<void> {
  if ((await readlink(mark).catch(absent)) === effect) await rm(mark, { force: true });
}

/** Names of owned copies by the effect that owns them. */
async function readOwners(folder: string): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const name of await namesIn(folder)) {
    if (!name.endsWith(ownerSuffix)) continue;
    const effect = await readlink(join(folder, name)).catch(absent);
    if (effect !== null) owners.set(effect, name.slice(0, -ownerSuffix.length));
  }
  return owners;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(absent)) ?? [];
}

/** Given back or swept by another worker meanwhile. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
