/** Taking in what the user has committed. */
import { askGit } from './git.ts';
import { copyHistory, isAncestor, keepKnown } from './history.ts';
import { mergeTrees } from './merge.ts';
import { branchRef, committer, moveRef, readLooseRef, readRef, writeRef } from './refs.ts';
import { copyShallow } from './repository-files.ts';
import { type TrustedRepository, seenRef, withTrusted } from './trusted-repository.ts';
import { type UserRepository, listBranches, locateUserRepository } from './user-repository.ts';

/** `tip` is the accepted tip afterwards. */
export type TakeIn =
  | { readonly type: 'up-to-date'; readonly tip: string }
  | { readonly type: 'taken-in'; readonly tip: string }
  /** Both sides had moved; a merge commit joins them. */
  | { readonly type: 'merged'; readonly tip: string }
  | { readonly type: 'no-commits' }
  | { readonly type: 'no-branch'; readonly branches: readonly string[] }
  /** conflict: both changed `files` · rewritten: the user took commits away while landed work was not yet delivered. */
  | { readonly type: 'diverged'; readonly cause: 'conflict' | 'rewritten'; readonly files: readonly string[] }
  /** Nothing is left at the user's path. */
  | { readonly type: 'gone' };

/**
 * Brings the user's branch into accepted history. The user's branch is the authority: history that the user rewrote
 * is followed when all landed work had been delivered (what it replaces is kept under `refs/replaced/`).
 */
export async function takeIn(options: {
  readonly trusted: TrustedRepository;
  readonly target: string;
  readonly signal?: AbortSignal;
}): Promise<TakeIn> {
  const { trusted, target } = options;
  const user = await locateUserRepository(trusted.userPath);
  if (user === null) return { type: 'gone' };
  return withTrusted(trusted, async () => {
    // Another process may land or take in at the same moment; whoever loses the swap looks again.
    for (;;) {
      const result = await takeInOnce(trusted, user, target, options.signal);
      if (result !== 'moved-meanwhile') return result;
    }
  });
}

async function takeInOnce(
  trusted: TrustedRepository,
  user: UserRepository,
  target: string,
  signal: AbortSignal | undefined,
): Promise<TakeIn | 'moved-meanwhile'> {
  const { gitDir } = trusted;
  // In the opposite order of a delivery, which moves ours, theirs, seen: another process's delivery between two of
  // these looks must not make the user's branch seem older than what was seen of it.
  const seen = await readLooseRef(gitDir, seenRef(target));
  const ours = await readLooseRef(gitDir, branchRef(target));
  const theirs = await readRef(user.commonDir, branchRef(target));
  if (theirs === null) {
    const branches = await listBranches(user);
    return branches.length === 0 ? { type: 'no-commits' } : { type: 'no-branch', branches };
  }
  const note = (): Promise<void> => writeRef(gitDir, seenRef(target), theirs);
  const accept = (to: string, reason: string): Promise<'moved' | 'moved-meanwhile'> =>
    moveRef({ gitDir, ref: branchRef(target), to, from: ours, reason });

  if (ours !== null && theirs === seen) return { type: 'up-to-date', tip: ours };
  if (ours === theirs) {
    await note();
    return { type: 'up-to-date', tip: theirs };
  }
  await copyShallow(user.commonDir, gitDir);
  const shared = await keepKnown(
    user.commonDir,
    [ours, seen].filter((id) => id !== null),
  );
  await copyHistory({
    from: user.commonDir,
    to: gitDir,
    commit: theirs,
    shared,
    ...(signal === undefined ? {} : { signal }),
  });

  if (ours === null || (await isAncestor(gitDir, ours, theirs))) {
    if ((await accept(theirs, 'taken in')) === 'moved-meanwhile') return 'moved-meanwhile';
    await note();
    return { type: 'taken-in', tip: theirs };
  }
  const rewritten = seen !== null && !(await isAncestor(gitDir, seen, theirs));
  if (rewritten && ours === seen) {
    await writeRef(gitDir, `refs/replaced/${ours}`, ours);
    if ((await accept(theirs, 'taken in, rewritten by the user')) === 'moved-meanwhile') return 'moved-meanwhile';
    await note();
    return { type: 'taken-in', tip: theirs };
  }
  if (await isAncestor(gitDir, theirs, ours)) {
    // Going back behind what was seen would be undone by the next delivery; that is for the user to decide.
    if (rewritten) return { type: 'diverged', cause: 'rewritten', files: [] };
    await note();
    return { type: 'up-to-date', tip: ours };
  }
  return mergeBoth(gitDir, { ours, theirs, target, rewritten }, accept, note);
}

async function mergeBoth(
  gitDir: string,
  sides: { readonly ours: string; readonly theirs: string; readonly target: string; readonly rewritten: boolean },
  accept: (to: string, reason: string) => Promise<'moved' | 'moved-meanwhile'>,
  note: () => Promise<void>,
): Promise<TakeIn | 'moved-meanwhile'> {
  const { ours, theirs, target } = sides;
  const merged = await mergeTrees({ gitDir, ours, theirs });
  if (merged.type === 'conflicted')
    return { type: 'diverged', cause: sides.rewritten ? 'rewritten' : 'conflict', files: merged.files };
  const message = `Merge the user's ${target} with landed work\n`;
  const commit = await askGit(['commit-tree', merged.tree, '-p', ours, '-p', theirs, '-F', '-'], {
    gitDir,
    input: message,
    env: committer,
  });
  if ((await accept(commit, 'merged with the user’s commits')) === 'moved-meanwhile') return 'moved-meanwhile';
  await note();
  return { type: 'merged', tip: commit };
}
