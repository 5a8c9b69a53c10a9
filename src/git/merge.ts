/** Merging in the object database: no checkout, no index, no merge program of anybody. */
import { askGit, runGit } from './git.ts';
import { committer } from './refs.ts';

export type Merge =
  | { readonly type: 'merged'; readonly tree: string }
  /** `tree` holds the conflicted files with markers; some conflicts (deleted here, changed there) leave none. */
  | { readonly type: 'conflicted'; readonly tree: string; readonly files: readonly string[] };

/** Merges two commits over their common ancestor, or over `base` when that is given. */
export async function mergeTrees(options: {
  readonly gitDir: string;
  readonly ours: string;
  readonly theirs: string;
  /** A parent of `theirs`: only what `theirs` changed since then is merged, whatever history says. */
  readonly base?: string;
}): Promise<Merge> {
  const { gitDir, theirs } = options;
  const ours = options.base === undefined ? options.ours : await graft(gitDir, options.ours, options.base);
  const { stdout, exitCode } = await runGit(
    ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs],
    { gitDir, accept: [0, 1] },
  );
  const [tree = '', ...names] = stdout.toString('utf8').split('\0');
  if (exitCode === 0) return { type: 'merged', tree };
  return { type: 'conflicted', tree, files: [...new Set(names.filter((name) => name !== ''))] };
}

/** A commit with the files of one commit and the history of another: it makes `parent` the common ancestor. */
async function graft(gitDir: string, files: string, parent: string): Promise<string> {
  return askGit(['commit-tree', `${files}^{tree}`, '-p', parent, '-F', '-'], {
    gitDir,
    input: 'common ancestor\n',
    env: { ...committer, GIT_AUTHOR_DATE: '@0 +0000', GIT_COMMITTER_DATE: '@0 +0000' },
  });
}
