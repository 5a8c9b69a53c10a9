/** Copying a few new commits from one repository to another, object by object, without a process. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readCommit } from './commits.ts';
import { looseFile } from './objects.ts';
import { exists } from './repository-files.ts';
import { compareTrees } from './trees.ts';

const maxCommits = 50;
const maxObjects = 100;

/**
 * Copies the commits from `known`, which the receiver has, to `commit`, when that is a short straight line whose new
 * objects all lie by themselves in a repository of ours. `false`: it is not, and nothing or only a part was copied.
 */
export async function copyLooseHistory(copy: {
  readonly from: string;
  readonly to: string;
  readonly commit: string;
  readonly known: string;
}): Promise<boolean> {
  if (!(await isPlain(copy.to))) return false;
  const ids = await listNewObjects(copy.from, copy.commit, copy.known);
  if (ids === null) return false;
  for (const id of ids) {
    const target = looseFile(copy.to, id);
    if (await exists(target)) continue;
    if (!(await copyObject(looseFile(copy.from, id), target, copy.to))) return false;
  }
  return true;
}

/** Oldest first, and each after what it names: whoever reads meanwhile never meets a name without its object. */
async function listNewObjects(gitDir: string, commit: string, known: string): Promise<readonly string[] | null> {
  const line: string[] = [];
  for (let at = commit; at !== known;) {
    line.push(at);
    const { parents } = await readCommit(gitDir, at);
    if (parents.length !== 1 || line.length > maxCommits) return null;
    at = parents[0] ?? '';
  }
  const ids = new Set<string>();
  let before = (await readCommit(gitDir, known)).tree;
  for (const next of line.toReversed()) {
    const { tree } = await readCommit(gitDir, next);
    const changes = await compareTrees(gitDir, before, tree, 'with-folders');
    // Deeper ones first. A submodule's commit is in another repository.
    for (const { after } of changes.toReversed()) if (after !== null && after.mode !== '160000') ids.add(after.id);
    ids.add(tree).add(next);
    if (ids.size > maxObjects) return null;
    before = tree;
  }
  return [...ids];
}

/** A repository that several users share has rules of its own for who may read what is written into it. */
async function isPlain(gitDir: string): Promise<boolean> {
  const config = await readFile(join(gitDir, 'config'), 'utf8');
  return !/sharedrepository|include/i.test(config);
}

async function copyObject(from: string, to: string, gitDir: string): Promise<boolean> {
  const temporary = join(gitDir, 'objects', `tmp_obj_${randomUUID()}`);
  await mkdir(dirname(to), { recursive: true });
  try {
    await copyFile(from, temporary);
    await rename(temporary, to);
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    // It lies in a pack.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
