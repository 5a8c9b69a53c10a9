/** Reading and moving refs. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../model/user-error.ts';
import { runGit } from './git.ts';
import { GitFailed } from './git-call.ts';

const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commit that a ref names, `null` when there is none. A loose ref is read without starting git, also the one that
 * HEAD points to; packed refs, linked worktrees and other storage formats take the slow way.
 */
export async function readRef(gitDir: string, ref: string): Promise<string | null> {
  const loose = (await readLooseRef(gitDir, ref)) ?? (ref === 'HEAD' ? await readLooseHead(gitDir) : null);
  if (loose !== null) return loose;
  const { stdout, exitCode } = await runGit(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    {
      gitDir,
      accept: [0, 1],
    },
  );
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}

/** The commit of the branch that is checked out, where that branch is a file. */
async function readLooseHead(gitDir: string): Promise<string | null> {
  const [, branch] = /^ref: (refs\/heads\/\S+)\n?$/.exec(await readFile(join(gitDir, 'HEAD'), 'utf8')) ?? [];
  return branch === undefined || branch.includes('..') ? null : readLooseRef(gitDir, branch);
}

/** The same for a repository that only we write, where every ref is loose: an absent file is an absent ref. */
export async function readLooseRef(gitDir: string, ref: string): Promise<string | null> {
  let content: string;
  try {
    content = await readFile(join(gitDir, ref), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return null;
    throw error;
  }
  const id = content.trim();
  return objectId.test(id) ? id : null;
}

/** Writes a ref of a repository that only we write, in one atomic step and without git. Asks no old value. */
export async function writeRef(gitDir: string, ref: string, commit: string): Promise<void> {
  const file = join(gitDir, ref);
  await mkdir(dirname(file), { recursive: true });
  // Not beside the ref: readers of the folder would take the temporary file for a branch.
  const temporary = join(gitDir, `ref-${randomUUID()}.tmp`);
  await writeFile(temporary, `${commit}\n`);
  await rename(temporary, file);
}

/** Moves a ref only if it still is `from` (`null`: does not exist). `moved-meanwhile` is the answer when it is not. */
export async function moveRef(move: {
  readonly gitDir: string;
  readonly ref: string;
  readonly to: string;
  readonly from: string | null;
  /** For the reflog. */
  readonly reason: string;
}): Promise<'moved' | 'moved-meanwhile'> {
  const from = move.from ?? '0'.repeat(move.to.length);
  try {
    await runGit(['update-ref', '--no-deref', '-m', move.reason, move.ref, move.to, from], {
      gitDir: move.gitDir,
      env: committer,
    });
    return 'moved';
  } catch (error) {
    // git has one exit code for everything; what the ref is now tells a lost race from a real fault.
    if (error instanceof GitFailed && error.reason === 'exit' && (await readRef(move.gitDir, move.ref)) !== move.from) {
      return 'moved-meanwhile';
    }
    throw error;
  }
}

/** Who moves refs and makes merge commits. */
export const committer: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'Millwright',
  GIT_AUTHOR_EMAIL: 'millwright@localhost',
  GIT_COMMITTER_NAME: 'Millwright',
  GIT_COMMITTER_EMAIL: 'millwright@localhost',
};

/** The full name of a branch. Throws a `UserError` for a name that git would not take, before it becomes a path. */
export function branchRef(branch: string): string {
  const bad =
    branch === '@' ||
    branch.startsWith('-') ||
    /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$/.test(branch) ||
    branch.split('/').some((part) => part === '' || part.startsWith('.') || part.endsWith('.lock'));
  if (bad)
    throw new UserError(
      'bad-branch-name',
      `${JSON.stringify(branch)} is not a branch name`,
      'set target in millwright.yaml to an existing branch',
    );
  return `refs/heads/${branch}`;
}
