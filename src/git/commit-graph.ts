/**
 * A commit-graph in a reading room: with it git walks through a long history several times as fast, and nothing is written
 * into the user's repository.
 */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './git.ts';
import { GitFailed } from './git-call.ts';
import { absent } from './repository-files.ts';

const lockFile = join('objects', 'info', 'commit-graphs', 'commit-graph-chain.lock');
const mostMs = 10 * 60_000;

/**
 * Covers what can be reached from the tips, and which paths each commit changed; only new commits are looked at. Where
 * git cannot, or somebody else is at it, the graph stays as it is: answers are the same without, only later.
 */
export async function refreshCommitGraph(room: string, tips: readonly string[]): Promise<void> {
  if (tips.length === 0) return;
  await removeOldLock(join(room, lockFile));
  await runGit(['commit-graph', 'write', '--stdin-commits', '--changed-paths', '--split', '--no-progress'], {
    gitDir: room,
    input: tips.map((tip) => `${tip}\n`).join(''),
    timeoutMs: mostMs,
  }).catch((error: unknown) => {
    if (!(error instanceof GitFailed)) throw error;
  });
}

/** Of a git that was killed: none works that long. */
async function removeOldLock(file: string): Promise<void> {
  const lock = await stat(file).catch(absent);
  if (lock !== null && Date.now() - lock.mtimeMs > mostMs) await rm(file, { force: true });
}
