/**
 * The candidate repository of one work item: it holds what has not landed, and borrows accepted history from the
 * trusted repository. Agents can so be shown accepted history without ever seeing another item's work.
 */
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type ObjectFormat,
  absent,
  copyShallow,
  createBareRepository,
  exists,
  migrateObjects,
} from './repository-files.ts';
import { readLooseRef, writeRef } from './refs.ts';

export interface CandidateRepository {
  readonly gitDir: string;
}

interface Trusted {
  readonly gitDir: string;
  readonly objectFormat: ObjectFormat;
}

/** Makes the repository unless it is there. Starts no process. */
export async function openCandidate(gitDir: string, trusted: Trusted): Promise<CandidateRepository> {
  await createBareRepository({
    directory: gitDir,
    objectFormat: trusted.objectFormat,
    borrowsFrom: join(trusted.gitDir, 'objects'),
  });
  await copyShallow(trusted.gitDir, gitDir);
  return { gitDir };
}

/** Every commit that the candidate repository keeps, by ref name. */
export async function listKeptCommits(candidate: CandidateRepository): Promise<ReadonlyMap<string, string>> {
  const root = join(candidate.gitDir, 'refs');
  const files = (await readdir(root, { recursive: true, withFileTypes: true }).catch(absent)) ?? [];
  const kept = new Map<string, string>();
  for (const file of files) {
    if (!file.isFile()) continue;
    const ref = `refs${join(file.parentPath, file.name).slice(root.length)}`;
    const commit = await readLooseRef(candidate.gitDir, ref);
    if (commit !== null) kept.set(ref, commit);
  }
  return kept;
}

/**
 * Keeps all work of a candidate, so that its folder can be deleted without losing a commit. It goes to a repository
 * beside the trusted one, not into it: agents may read the trusted objects, and unaccepted work is none of their
 * business. Answers the refs, in `saved`, under which the commits are found. Safe to repeat.
 */
export async function saveCandidate(options: {
  readonly trusted: Trusted;
  readonly candidate: CandidateRepository;
  /** Item and run, for example `MW-12/1`. */
  readonly name: string;
}): Promise<{ readonly gitDir: string; readonly refs: readonly string[] }> {
  const { trusted, candidate, name } = options;
  const gitDir = savedRepository(trusted);
  await createBareRepository({
    directory: gitDir,
    objectFormat: trusted.objectFormat,
    borrowsFrom: join(trusted.gitDir, 'objects'),
  });
  if (!(await exists(candidate.gitDir))) return { gitDir, refs: [] };
  const kept = await listKeptCommits(candidate);
  await migrateObjects(candidate.gitDir, gitDir);
  const refs: string[] = [];
  for (const [ref, commit] of kept) {
    const saved = `refs/saved/${name}/${ref.replace(/^refs\//, '')}`;
    await writeRef(gitDir, saved, commit);
    refs.push(saved);
  }
  return { gitDir, refs };
}

/** Where `saveCandidate` keeps commits. */
export function savedRepository(trusted: { readonly gitDir: string }): string {
  return join(dirname(trusted.gitDir), 'saved.git');
}
