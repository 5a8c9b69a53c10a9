/** Copying a few new commits from one repository to another, object by object, without a process. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readCommit } from './commits.ts';
import { looseFile } from './objects.ts';
import { exists, flush } from './repository-files.ts';
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
  const missing: string[] = [];
  for (const id of ids) if (!(await exists(looseFile(copy.to, id)))) missing.push(id);
  // All of them are waited for, so that none comes into being after the rest was taken away again.
  const copied = await Promise.allSettled(missing.map((id) => copyAside(looseFile(copy.from, id), copy.to)));
  const drafts = copied.map((each) => (each.status === 'fulfilled' ? each.value : null));
  try {
    const failed = copied.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (drafts.includes(null)) return false;
    for (const [index, id] of missing.entries()) await moveIn(drafts[index] ?? '', looseFile(copy.to, id));
  } finally {
    for (const draft of drafts) if (draft !== null) await rm(draft, { force: true });
  }
  const folders = new Set(missing.map((id) => dirname(looseFile(copy.to, id))));
  await Promise.all([...folders, join(copy.to, 'objects')].map(flush));
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

/** A copy that a power cut does not take, not under its name yet; `null`: the object lies in a pack. */
async function copyAside(from: string, gitDir: string): Promise<string | null> {
  const draft = join(gitDir, 'objects', `tmp_obj_${randomUUID()}`);
  try {
    await copyFile(from, draft);
    await flush(draft);
    return draft;
  } catch (error) {
    await rm(draft, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function moveIn(draft: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(draft, to);
}
