/** Follows one line of a file back to the commit that brought its words, through renames, moves and reformatting. */
import { blame } from './blame.ts';
import { readCommit } from './commits.ts';
import { findSource, parsePatch, type Hunk, type Source } from './find-source.ts';
import { runGit } from './git.ts';
import { keepKnown } from './history.ts';

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
 * The commit for which `isOurs` holds, or the last one on the way when there is none; `null` when the file has no such
 * line. Words that were changed on the way stay with whoever changed them: the hop says `edited`.
 */
export async function traceLine(question: {
  readonly gitDir: string;
  readonly commit: string;
  readonly path: string;
  readonly line: number;
  readonly isOurs: (commit: string) => Promise<boolean>;
}): Promise<TracedLine | null> {
  const { gitDir, isOurs } = question;
  const hops: Hop[] = [];
  let { commit, path, line } = question;
  for (;;) {
    const [found] = (await blame({ gitDir, commit, path, range: { from: line, to: line } })) ?? [];
    if (found === undefined) return hops.length === 0 ? null : { commit, path, line, hops };
    const traced = { commit: found.commit, path: found.pathThen, line: found.lineThen, hops };
    if (hops.length >= mostHops || (await isOurs(found.commit))) return traced;
    const [parent] = (await readCommit(gitDir, found.commit)).parents;
    // Also where history is cut off: the parent has a name then, and is not there.
    if (parent === undefined || (await keepKnown(gitDir, [parent])).length === 0) return traced;
    const source = findSource(await readPatch(gitDir, parent, found.commit), found.pathThen, found.lineThen);
    if (source === null) return traced;
    hops.push({ commit: found.commit, how: source.how });
    ({ path, line } = source);
    commit = parent;
  }
}

async function readPatch(gitDir: string, from: string, to: string): Promise<readonly Hunk[]> {
  const args = ['diff-tree', '-r', '-p', '-U0', '-M', '--no-color', '--no-ext-diff', '--no-textconv', from, to];
  const { stdout } = await runGit(args, { gitDir, maxBytes: maxPatchBytes, whenTooLong: 'cut' });
  return parsePatch(stdout.toString('utf8'));
}
