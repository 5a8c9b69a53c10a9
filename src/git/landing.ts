/** Bringing a candidate onto the target: rebased in the object database, landed by one compare-and-swap. */
import { isAncestor, parentsOf } from './history.ts';
import type { CandidateRepository } from './candidate.ts';
import { mergeTrees } from './merge.ts';
import { readObject, writeObject } from './objects.ts';
import { isSamePatch } from './patch.ts';
import { branchRef, moveRef, readLooseRef, writeRef } from './refs.ts';
import { migrateObjects } from './repository-files.ts';
import { type TrustedRepository, withTrusted } from './trusted-repository.ts';

export type Rebase =
  /** `samePatch`: it adds and removes the same lines as before; false when the target held a part of it already. */
  | { readonly type: 'rebased'; readonly commit: string; readonly samePatch: boolean }
  /** `commit` has the files with conflict markers, on top of `onto`. */
  | { readonly type: 'conflicted'; readonly commit: string; readonly files: readonly string[] };

/** Puts a candidate's one commit, made on `base`, onto another commit. Author, dates and message stay. */
export async function rebaseCandidate(options: {
  readonly candidate: CandidateRepository;
  readonly commit: string;
  readonly base: string;
  readonly onto: string;
  /** Kept as `refs/attempts/NAME`. */
  readonly attempt: string;
}): Promise<Rebase> {
  const { commit, base, onto } = options;
  const { gitDir } = options.candidate;
  const straight = base === onto || (await isAncestor(gitDir, base, onto));
  const merge = await mergeTrees({ gitDir, ours: onto, theirs: commit, ...(straight ? {} : { base }) });
  const rebased = await recommit(gitDir, commit, merge.tree, onto);
  await writeRef(gitDir, `refs/attempts/${options.attempt}`, rebased);
  if (merge.type === 'conflicted') return { type: 'conflicted', commit: rebased, files: merge.files };
  return { type: 'rebased', commit: rebased, samePatch: await isSamePatch(gitDir, [base, commit], [onto, rebased]) };
}

export type Landing =
  | { readonly type: 'landed' }
  /** The target is not `base` any more: rebase onto `tip`, verify, try again. */
  | { readonly type: 'target-moved'; readonly tip: string | null };

/**
 * Makes the commit the accepted tip if the tip still is its base. Called again after success, by whomever, it answers
 * `landed` and changes nothing.
 */
export async function landCandidate(options: {
  readonly trusted: TrustedRepository;
  readonly candidate: CandidateRepository;
  readonly commit: string;
  readonly base: string;
  readonly target: string;
}): Promise<Landing> {
  const { trusted, candidate, commit, base, target } = options;
  const ref = branchRef(target);
  return withTrusted(trusted, async () => {
    const tip = await readLooseRef(trusted.gitDir, ref);
    if (tip !== base) return judge(trusted, commit, tip);
    // Otherwise `base` would be a claim of the caller, and the swap could drop what lies between.
    const parents = await parentsOf(candidate.gitDir, commit);
    if (parents.length !== 1 || parents[0] !== base) throw new Error(`${commit} is not one commit on ${base}`);
    await migrateObjects(candidate.gitDir, trusted.gitDir);
    const swap = await moveRef({ gitDir: trusted.gitDir, ref, to: commit, from: base, reason: 'landed' });
    if (swap === 'moved') return { type: 'landed' };
    return judge(trusted, commit, await readLooseRef(trusted.gitDir, ref));
  });
}

/** Already contained is landed: a commit that the trusted repository does not have is not contained. */
async function judge(trusted: TrustedRepository, commit: string, tip: string | null): Promise<Landing> {
  const landed = tip !== null && (await isAncestor(trusted.gitDir, commit, tip));
  return landed ? { type: 'landed' } : { type: 'target-moved', tip };
}

/** The same commit with other files and another parent. */
async function recommit(gitDir: string, commit: string, tree: string, parent: string): Promise<string> {
  const { content } = await readObject(gitDir, commit);
  const text = content.toString('latin1');
  const end = text.indexOf('\n\n');
  const kept = text
    .slice(0, end)
    .split('\n')
    .filter((line) => /^(?:author|committer|encoding) /.test(line));
  const rewritten = [`tree ${tree}`, `parent ${parent}`, ...kept].join('\n') + text.slice(end);
  return writeObject(gitDir, 'commit', Buffer.from(rewritten, 'latin1'));
}
