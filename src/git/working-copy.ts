/**
 * Kept working copies. A working copy is a folder with the files in `tree/`; what we know of them lies beside it, out
 * of the agent's reach: `index` for git, `contents.json` for what belongs there, and `ready`, which is present only
 * while the copy is known to have been in order.
 */
import { lstat, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteLater, discard } from './discard.ts';
import { runGit } from './git.ts';
import { GitFailed } from './git-call.ts';
import { writePrivateGit } from './private-git.ts';
import { absent, readObjectFormat } from './repository-files.ts';
import {
  type FolderContents,
  type TreeContents,
  listContents,
  removeForeign,
  updateContents,
} from './tree-contents.ts';

export interface WorkingCopy {
  readonly directory: string;
  /** The files; what an agent or a check is given. */
  readonly tree: string;
  /** The index of `tree`. */
  readonly index: string;
}

/** The paths of a working copy; touches nothing. */
export function workingCopyAt(directory: string): WorkingCopy {
  return { directory, tree: join(directory, 'tree'), index: join(directory, 'index') };
}

interface State {
  readonly commit: string;
  readonly folderMode: number;
  readonly contents: TreeContents;
}

/**
 * Brings `tree/` to exactly `commit`, as if freshly checked out, at the price of what differs. (One thing may remain:
 * read and write permissions of a file, if they were changed within the second in which the file was written.) `fresh`: there was no
 * copy that could be kept. No process may be using it. With `agentGit` the tree gets a private `.git` of its own.
 */
export async function prepareWorkingCopy(options: {
  readonly directory: string;
  /** Repository that has `commit`: a candidate's, or the trusted one. */
  readonly gitDir: string;
  readonly commit: string;
  readonly agentGit: {
    /** The commit that the agent sees as its starting point. */
    readonly base: string;
    readonly acceptedGitDir: string;
    /** Top-level paths that we mount into the tree, such as an environment. */
    readonly ignore: readonly string[];
  } | null;
  readonly signal?: AbortSignal;
}): Promise<WorkingCopy & { readonly how: 'kept' | 'fresh' }> {
  const { directory, gitDir, commit, agentGit } = options;
  const copy = workingCopyAt(directory);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const state = await readState(copy);
  const kept = state !== null && (await renew(copy, gitDir, commit, state, signal));
  if (!kept) await startFresh(copy, gitDir, commit, signal);
  if (agentGit !== null) {
    await writePrivateGit({
      ...agentGit,
      tree: copy.tree,
      index: copy.index,
      commit,
      objectFormat: await readObjectFormat(gitDir),
    });
  }
  return { ...copy, how: kept ? 'kept' : 'fresh' };
}

/** The commit that a working copy was last prepared for; `null` when it is not in order. */
export async function readPreparedCommit(directory: string): Promise<string | null> {
  return readFile(join(directory, 'ready'), 'utf8').catch(absent);
}

/** Takes a working copy away. The space is freed in the background. */
export async function discardWorkingCopy(directory: string): Promise<void> {
  await discard(directory);
}

async function renew(
  copy: WorkingCopy,
  gitDir: string,
  commit: string,
  state: State,
  signal: { signal?: AbortSignal },
): Promise<boolean> {
  const trash = join(copy.directory, `trash.discarded-${process.pid}-${performance.now()}`);
  try {
    await mkdir(trash);
    const moved = await removeForeign(copy.tree, state.contents, trash, state.folderMode);
    if (moved > 0) deleteLater(trash);
    else await rm(trash, { recursive: true });
    await rm(`${copy.index}.lock`, { force: true });
    const same = state.commit === commit;
    const [contents] = await Promise.all([
      same ? state.contents : updateContents(gitDir, state.contents, commit),
      checkOut(copy, gitDir, commit, signal),
    ]);
    await writeState(copy, { ...state, commit, contents }, same);
    return true;
  } catch (error) {
    // Whatever an agent did to make the short way fail, the long way starts from an empty folder.
    if (error instanceof GitFailed || (error as NodeJS.ErrnoException).syscall !== undefined) return false;
    throw error;
  }
}

async function startFresh(
  copy: WorkingCopy,
  gitDir: string,
  commit: string,
  signal: { signal?: AbortSignal },
): Promise<void> {
  await discard(copy.directory);
  await mkdir(copy.tree, { recursive: true });
  const { mode } = await stat(copy.tree);
  const [contents] = await Promise.all([listContents(gitDir, commit), checkOut(copy, gitDir, commit, signal)]);
  await writeState(copy, { commit, folderMode: mode & 0o7777, contents }, false);
}

/** One process: files that differ from the index in any way, a changed time included, are written anew. */
async function checkOut(
  copy: WorkingCopy,
  gitDir: string,
  commit: string,
  signal: { signal?: AbortSignal },
): Promise<void> {
  await runGit(['-c', 'checkout.workers=0', 'read-tree', '--reset', '-u', commit], {
    gitDir,
    workTree: copy.tree,
    indexFile: copy.index,
    timeoutMs: 60 * 60_000,
    ...signal,
  });
}

/** Reads what is known of the copy and takes the mark away: from here on it is in order only when we say so again. */
async function readState(copy: WorkingCopy): Promise<State | null> {
  const ready = await readPreparedCommit(copy.directory);
  if (ready === null) return null;
  await rm(join(copy.directory, 'ready'));
  const info = await lstat(copy.tree).catch(absent);
  const text = await readFile(join(copy.directory, 'contents.json'), 'utf8').catch(absent);
  if (info?.isDirectory() !== true || text === null) return null;
  const state = JSON.parse(text) as State;
  if (state.commit !== ready) return null;
  // Without a prototype, so that a file named `constructor` is not taken for a folder that is known.
  const folders = Object.assign(Object.create(null) as Record<string, FolderContents>, state.contents.folders);
  return { ...state, contents: { folders } };
}

async function writeState(copy: WorkingCopy, state: State, same: boolean): Promise<void> {
  if (!same) await writeFile(join(copy.directory, 'contents.json'), JSON.stringify(state));
  await writeFile(join(copy.directory, 'ready'), state.commit);
}
