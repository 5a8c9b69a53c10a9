/**
 * Handing landed work to the user's repository. The user's bytes come first: a checkout that is not clean, or a branch
 * that has moved, is left alone, and the work waits on a branch of its own.
 */
import type { LandMode } from '../model/config.ts';
import type { Delivery } from '../model/event.ts';
import { copyLooseHistory } from './copy-loose.ts';
import { runGit } from './git.ts';
import { GitFailed } from './git-call.ts';
import { copyHistory, isAncestor, keepKnown } from './history.ts';
import { branchRef, committer, moveRef, readLooseRef, readRef, writeRef } from './refs.ts';
import { type TrustedRepository, requireUserRepository, seenRef, withTrusted } from './trusted-repository.ts';
import { type Checkout, type UserRepository, findBorrower, findCheckouts, findUnfinished } from './user-repository.ts';

type Advance = { readonly type: 'advanced' } | { readonly type: 'refused'; readonly why: string };

/**
 * Makes a landed commit visible in the user's repository. Safe to repeat: what has arrived stays as it is. Throws a
 * `UserError` when the repository is gone; the work is safe in the trusted one and the next delivery brings it.
 */
export async function deliver(options: {
  readonly trusted: TrustedRepository;
  readonly target: string;
  readonly commit: string;
  readonly mode: LandMode;
}): Promise<Delivery> {
  const { trusted, target, commit, mode } = options;
  return withTrusted(trusted, async () => {
    const user = await requireUserRepository(trusted);
    const tip = await readRef(user.commonDir, branchRef(target));
    if (tip === commit) return { type: 'delivered', branch: target };
    const ahead = tip === null || (await isAncestor(trusted.gitDir, tip, commit));
    if (!ahead && (await isAncestor(user.commonDir, commit, tip))) return { type: 'delivered', branch: target };
    await copyLanded(trusted, user, { target, commit, contained: ahead ? tip : null });
    if (mode === 'branch') return keep(user, target, commit, 'land.mode is branch');
    if (!ahead) return keep(user, target, commit, `${target} has commits that the landed work does not contain`);
    const advance = await advanceBranch(user, target, tip, commit);
    if (advance.type === 'refused') return keep(user, target, commit, advance.why);
    await writeRef(trusted.gitDir, seenRef(target), commit);
    return { type: 'delivered', branch: target };
  });
}

async function copyLanded(
  trusted: TrustedRepository,
  user: UserRepository,
  {
    target,
    commit,
    contained,
  }: { readonly target: string; readonly commit: string; readonly contained: string | null },
): Promise<void> {
  const place = { from: trusted.gitDir, to: user.commonDir, commit };
  if (contained !== null && (await copyLooseHistory({ ...place, known: contained }))) return;
  await copyHistory({ ...place, shared: await findShared(trusted, user, target, contained) });
}

/** What need not be copied: a tip that the landed commit contains, or what was last seen if both still have it. */
async function findShared(
  trusted: TrustedRepository,
  user: UserRepository,
  target: string,
  contained: string | null,
): Promise<readonly string[]> {
  if (contained !== null) return [contained];
  const seen = await readLooseRef(trusted.gitDir, seenRef(target));
  return seen === null ? [] : keepKnown(user.commonDir, await keepKnown(trusted.gitDir, [seen]));
}

/** Leaves the work on `millwright/TARGET`, or on a name of its own when the user is at work on that one too. */
async function keep(user: UserRepository, target: string, commit: string, why: string): Promise<Delivery> {
  const usual = `millwright/${target}`;
  const tip = await readRef(user.commonDir, branchRef(usual));
  if (tip !== null && (await isAncestor(user.commonDir, commit, tip))) return { type: 'kept', branch: usual, why };
  const free = tip === null || (await isAncestor(user.commonDir, tip, commit));
  if (free && (await advanceBranch(user, usual, tip, commit)).type === 'advanced')
    return { type: 'kept', branch: usual, why };
  const own = `millwright-${target}-${commit.slice(0, 12)}`;
  const existing = await readRef(user.commonDir, branchRef(own));
  if (existing === null)
    await moveRef({ gitDir: user.commonDir, ref: branchRef(own), to: commit, from: null, reason: 'millwright: kept' });
  return { type: 'kept', branch: own, why };
}

/** Moves a branch forward, with the files of the checkout that shows it. `commit` must contain `tip`. */
async function advanceBranch(
  user: UserRepository,
  branch: string,
  tip: string | null,
  commit: string,
): Promise<Advance> {
  const borrower = await findBorrower(user, branch);
  if (borrower !== null) return { type: 'refused', why: `${borrower} of ${branch} is under way` };
  const checkouts = await findCheckouts(user, branch);
  const [checkout, second] = checkouts;
  if (second !== undefined) return { type: 'refused', why: `${branch} is checked out in more than one place` };
  if (checkout !== undefined) return advanceCheckout(checkout, branch, tip, commit);
  return moveUserBranch(user, branch, tip, commit);
}

async function moveUserBranch(
  user: UserRepository,
  branch: string,
  tip: string | null,
  commit: string,
): Promise<Advance> {
  try {
    const swap = await moveRef({
      gitDir: user.commonDir,
      ref: branchRef(branch),
      to: commit,
      from: tip,
      reason: 'millwright: landed',
    });
    return swap === 'moved' ? { type: 'advanced' } : { type: 'refused', why: `${branch} moved at the same moment` };
  } catch (error) {
    // A branch whose name is a folder of this one, or a lock that somebody holds.
    if (error instanceof GitFailed && error.reason === 'exit')
      return { type: 'refused', why: `git would not move ${branch}` };
    throw error;
  }
}

async function advanceCheckout(
  checkout: Checkout,
  branch: string,
  tip: string | null,
  commit: string,
): Promise<Advance> {
  const unfinished = await findUnfinished(checkout.gitDir);
  if (unfinished !== null) return { type: 'refused', why: `${unfinished} is under way in ${checkout.workTree}` };
  if (tip === null) return { type: 'refused', why: `${branch} has no commit yet` };
  const place = { gitDir: checkout.gitDir, workTree: checkout.workTree };
  const status = await runGit(
    ['status', '--porcelain', '-z', '--untracked-files=no', '--ignore-submodules=all'],
    place,
  );
  if (status.stdout.length > 0) {
    const resumed = await finishInterrupted(checkout, branch, tip, commit);
    return resumed ?? { type: 'refused', why: `the checkout ${checkout.workTree} has uncommitted changes` };
  }
  try {
    // Takes the index lock, refuses to overwrite untracked files (ignored ones too), and moves the branch last.
    await runGit(
      [
        'merge',
        '--ff-only',
        '--quiet',
        '--no-autostash',
        '--no-overwrite-ignore',
        '--no-verify-signatures',
        '--no-stat',
        commit,
      ],
      {
        ...place,
        env: { ...committer, GIT_REFLOG_ACTION: 'millwright', GIT_OPTIONAL_LOCKS: '1' },
      },
    );
    return { type: 'advanced' };
  } catch (error) {
    if (!(error instanceof GitFailed) || error.reason !== 'exit') throw error;
    return { type: 'refused', why: `git would not update ${checkout.workTree}: ${firstLines(error.stderr)}` };
  }
}

/**
 * A delivery that was killed between the files and the branch leaves exactly the new files under the old branch; then
 * the branch is all that is missing. `null`: that is not what the changes are.
 */
async function finishInterrupted(
  checkout: Checkout,
  branch: string,
  tip: string,
  commit: string,
): Promise<Advance | null> {
  const place = { gitDir: checkout.gitDir, workTree: checkout.workTree, accept: [0, 1] };
  const index = await runGit(['diff-index', '--cached', '--quiet', commit, '--'], place);
  if (index.exitCode !== 0) return null;
  const files = await runGit(['diff-files', '--quiet', '--no-ext-diff', '--ignore-submodules=all'], place);
  if (files.exitCode !== 0) return null;
  const swap = await moveRef({
    gitDir: checkout.gitDir,
    ref: branchRef(branch),
    to: commit,
    from: tip,
    reason: 'millwright: landed',
  });
  return swap === 'moved' ? { type: 'advanced' } : null;
}

function firstLines(text: string): string {
  return text.trim().split('\n').slice(0, 5).join(' ').slice(0, 500);
}
