/** Follows one line of a file back to the commit that brought its words, through renames, moves and reformatting. */
import { blame, type BlamedLine } from './blame.ts';
import { findSource, parsePatch, type Hunk, type Source } from './find-source.ts';
import { runGit } from './git.ts';
import type { KnownPasts } from './known-past.ts';

export interface Hop {
  readonly commit: string;
  readonly how: Source['how'];
}

export interface TracedLine {
  readonly commit: string;
  readonly path: string;
  readonly line: number;
  /** Commits of others on the way, newest first. */
  readonly hops: readonly Hop[];
}

const mostHops = 50;
/** A larger patch is a new vendor folder, not a move that anybody made by hand. */
const maxPatchBytes = 16 * 1024 * 1024;

/**
 * The commit that brought the line's words: where it was moved from, and what it looked like before somebody formatted
 * it, also when the commit in between is ours. Words that others changed stay with them: the hop says `edited`, and the
 * way goes on to the commit of ours that the line was edited from; words that we changed are ours. Without a commit of
 * ours, the last one on the way. `null` when the file has no such line.
 */
export async function traceLine(question: {
  readonly gitDir: string;
  readonly commit: string;
  readonly path: string;
  readonly line: number;
  readonly isOurs: (commit: string) => Promise<boolean>;
  /** What is known of files' pasts, which makes the way short. */
  readonly known?: KnownPasts;
}): Promise<TracedLine | null> {
  const { gitDir, isOurs } = question;
  const hops: Hop[] = [];
  let traced: TracedLine | null = null;
  let { commit, path, line } = question;
  for (;;) {
    const known = (await question.known?.blame(commit, path, line)) ?? null;
    const [found] =
      known === null ? ((await blame({ gitDir, commit, path, range: { from: line, to: line } })) ?? []) : [known];
    if (found === undefined) return traced;
    traced = { commit: found.commit, path: found.pathThen, line: found.lineThen, hops };
    if (hops.length >= mostHops) return traced;
    const [ours, step] = await Promise.all([isOurs(found.commit), stepBack(gitDir, found)]);
    if (step === null || (ours && step.source.how === 'edited')) return traced;
    hops.push({ commit: found.commit, how: step.source.how });
    ({ path, line } = step.source);
    commit = `${found.commit}^${step.parent}`;
  }
}

/** Where the line was before the commit that blame names; `null` when its words are new there. */
async function stepBack(
  gitDir: string,
  { commit, pathThen, lineThen }: BlamedLine,
): Promise<{ readonly source: Source; /** From 1. */ readonly parent: number } | null> {
  for (const [index, hunks] of (await readPatches(gitDir, commit)).entries()) {
    const source = findSource(hunks, pathThen, lineThen);
    if (source !== null) return { source, parent: index + 1 };
  }
  return null;
}

/** What the commit changed, against each of its parents; empty for one that has none. */
async function readPatches(gitDir: string, commit: string): Promise<readonly (readonly Hunk[])[]> {
  const args = ['diff-tree', '-r', '-m', '-p', '-U0', '-M', '--no-color', '--no-ext-diff', '--no-textconv', commit];
  const { stdout } = await runGit(args, { gitDir, maxBytes: maxPatchBytes, whenTooLong: 'cut' });
  // The commit's name stands before each; no line of a patch without context begins like that.
  const patches = stdout.toString('utf8').split(new RegExp(`^${commit}$`, 'm'));
  return patches.slice(1).map(parsePatch);
}
