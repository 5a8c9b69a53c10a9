/** The repository the user works in. Read with care, written by delivery only. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runGit } from './git.ts';
import { readRef } from './refs.ts';
import { absent, exists } from './repository-files.ts';

export interface UserRepository {
  /** The git dir of this checkout; a linked worktree has one of its own. */
  readonly gitDir: string;
  /** Where branches and objects are; equal to `gitDir` without linked worktrees. */
  readonly commonDir: string;
  /** Top folder of the checkout, `null` for a bare repository. */
  readonly workTree: string | null;
}

/** A checkout of the user's repository: the main one or a linked worktree. */
export interface Checkout {
  readonly workTree: string;
  readonly gitDir: string;
}

/**
 * Finds the repository whose top folder (or bare directory) is `path`; `null` when there is none. Starts no process
 * and does not search upwards.
 */
export async function locateUserRepository(path: string): Promise<UserRepository | null> {
  const dotGit = join(path, '.git');
  const info = await stat(dotGit).catch(absent);
  if (info?.isDirectory() === true) return describe(dotGit, path);
  if (info?.isFile() === true) {
    const pointer = /^gitdir: (.+)$/m.exec(await readFile(dotGit, 'utf8'));
    return pointer?.[1] === undefined ? null : describe(resolve(path, pointer[1].trimEnd()), path);
  }
  return describe(path, null);
}

async function describe(gitDir: string, workTree: string | null): Promise<UserRepository | null> {
  const common = await readFile(join(gitDir, 'commondir'), 'utf8').catch(absent);
  const commonDir = common === null ? gitDir : resolve(gitDir, common.trim());
  const complete = (await exists(join(gitDir, 'HEAD'))) && (await exists(join(commonDir, 'objects')));
  return complete ? { gitDir, commonDir, workTree } : null;
}

/** The branch that is checked out; `null` when HEAD is detached. The branch may have no commit yet. */
export async function readCurrentBranch(repository: UserRepository): Promise<string | null> {
  const { stdout, exitCode } = await runGit(['symbolic-ref', '--quiet', 'HEAD'], {
    gitDir: repository.gitDir,
    accept: [0, 1],
  });
  const ref = stdout.toString('utf8').trim();
  return exitCode === 0 && ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
}

/** The branch that work should land on when nobody says: the current one, else main, else master, else `null`. */
export async function defaultBranch(repository: UserRepository): Promise<string | null> {
  const current = await readCurrentBranch(repository);
  if (current !== null) return current;
  for (const branch of ['main', 'master']) {
    if ((await readRef(repository.commonDir, `refs/heads/${branch}`)) !== null) return branch;
  }
  return null;
}

/** All local branches that have a commit. */
export async function listBranches(repository: UserRepository): Promise<readonly string[]> {
  const { stdout } = await runGit(['for-each-ref', '--format=%(refname)', 'refs/heads'], {
    gitDir: repository.commonDir,
  });
  const refs = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  return refs.map((ref) => ref.slice('refs/heads/'.length));
}

/** Every checkout that has this branch as its HEAD. */
export async function findCheckouts(repository: UserRepository, branch: string): Promise<readonly Checkout[]> {
  const simple = await findOnlyCheckout(repository, branch);
  if (simple !== null) return simple;
  const { stdout } = await runGit(['worktree', 'list', '--porcelain', '-z'], { gitDir: repository.commonDir });
  const found: Checkout[] = [];
  for (const entry of stdout.toString('utf8').split('\0\0')) {
    const lines = entry.split('\0');
    const workTree = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    if (workTree === undefined || !lines.includes(`branch refs/heads/${branch}`)) continue;
    // A worktree whose folder was deleted without telling git holds nothing that could be overwritten.
    const checkout = await locateUserRepository(workTree);
    if (checkout !== null) found.push({ workTree, gitDir: checkout.gitDir });
  }
  return found;
}

/** The usual case without a process: one ordinary checkout, its HEAD a plain file. `null`: not that case. */
async function findOnlyCheckout(repository: UserRepository, branch: string): Promise<readonly Checkout[] | null> {
  const { commonDir, gitDir, workTree } = repository;
  if (gitDir !== commonDir || workTree === null || dirname(gitDir) !== workTree) return null;
  const linked = await readdir(join(commonDir, 'worktrees')).catch(absent);
  if (linked !== null && linked.length > 0) return null;
  const head = (await readFile(join(gitDir, 'HEAD'), 'utf8')).trim();
  if (head === 'ref: refs/heads/.invalid') return null;
  return head === `ref: refs/heads/${branch}` ? [{ workTree, gitDir }] : [];
}

/** Operations of the user that are under way and move branches at their end, with what to say of them. */
const unfinished: readonly (readonly [file: string, what: string])[] = [
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['BISECT_LOG', 'a bisect'],
];

/** What the user has begun and not ended in a checkout, in words; `null` when nothing. */
export async function findUnfinished(gitDir: string): Promise<string | null> {
  for (const [file, what] of unfinished) {
    if (await exists(join(gitDir, file))) return what;
  }
  return null;
}

/** What is under way with this branch in a checkout that shows another HEAD: a rebase or bisect returns to it. */
export async function findBorrower(repository: UserRepository, branch: string): Promise<string | null> {
  const linked = (await readdir(join(repository.commonDir, 'worktrees')).catch(absent)) ?? [];
  const gitDirs = [repository.commonDir, ...linked.map((name) => join(repository.commonDir, 'worktrees', name))];
  for (const gitDir of gitDirs) {
    for (const [file, what] of [
      ['rebase-merge/head-name', 'a rebase'],
      ['rebase-apply/head-name', 'a rebase'],
      ['BISECT_START', 'a bisect'],
    ] as const) {
      const name = (await readFile(join(gitDir, file), 'utf8').catch(absent))?.trim();
      if (name === branch || name === `refs/heads/${branch}`) return what;
    }
  }
  return null;
}
