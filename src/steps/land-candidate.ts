/** Bringing a candidate onto the target, by one compare-and-swap. Safe to repeat at any point. */
import type { EffectOf } from '../model/effect.ts';
import type { EventBody } from '../model/event.ts';
import { deliver } from '../git/delivery.ts';
import { isAncestor } from '../git/history.ts';
import { landCandidate, rebaseCandidate } from '../git/landing.ts';
import { writeNote } from '../git/notes.ts';
import { takeIn } from '../git/take-in.ts';
import { readAcceptedTip, withTrusted, type TrustedRepository } from '../git/trusted-repository.ts';
import { locateUserRepository } from '../git/user-repository.ts';
import { pinned, type StepContext, type StepItem } from './context.ts';
import { isProvenByRun, proofFile, recordProof } from './proof.ts';
import { findRolls } from './rolls.ts';
import { listUngraded } from './graded-holdouts.ts';
import { repositoriesOf } from './workplace.ts';

export async function landEffect(
  effect: EffectOf<'land'>,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventBody> {
  const pipeline = pinned(about);
  const { target, land: mode } = pipeline;
  const { trusted, candidate } = await repositoriesOf(about, context);
  const { commit, base } = effect;
  const taken = await takeIn({ trusted, target, signal });
  switch (taken.type) {
    case 'up-to-date':
    case 'taken-in':
    case 'merged':
      break;
    case 'diverged':
      return refused(
        effect,
        `${target} was changed by you and by landed work in ways that do not fit together: ${taken.cause} ${taken.files.join(', ')}`,
        `git merge millwright/${target}, then mw retry ${effect.item}`,
      );
    case 'no-commits':
    case 'no-branch':
      return refused(
        effect,
        `the branch ${target} is gone from your repository`,
        `git branch ${target} COMMIT, then mw retry ${effect.item}`,
      );
    case 'gone':
      return refused(
        effect,
        `there is no repository at ${trusted.userPath} any more`,
        `put it back, then mw retry ${effect.item}`,
      );
  }
  // What was begun before a kill has landed already: nobody can take that back here.
  const tip = await readAcceptedTip(trusted, target);
  const isIn = tip !== null && (await isAncestor(trusted.gitDir, commit, tip));
  const ungraded = isIn ? [] : await listUngraded(about, commit, context);
  if (ungraded.length > 0) {
    const judge = pipeline.phases.findLast(({ checks }) => checks.includes('criteria'))?.id ?? 'build';
    return refused(
      effect,
      `${ungraded.join(', ')}: the hold-out was made or changed after the checks, or cannot be used`,
      `mw holdout list, then mw retry ${effect.item} --from ${judge}`,
    );
  }
  const landing = await landCandidate({ trusted, candidate, commit, base, target });
  if (landing.type === 'landed') {
    const rolls = isProvenByRun(about, commit) ? await findRolls(about, commit, context) : null;
    if (rolls !== null) await recordProof(proofFile(about, commit, context), commit, rolls);
    const delivery = await deliver({ trusted, target, commit, mode });
    await Promise.all([noteOrigin(trusted, effect.item, commit, context), context.rememberPhases(effect.item)]);
    return { type: 'landed', effect: effect.id, commit, delivery };
  }
  if (landing.tip === null) throw new Error(`the accepted branch ${target} is gone from ${trusted.gitDir}`);
  const rebase = await rebaseCandidate({
    candidate,
    commit,
    base,
    onto: landing.tip,
    attempt: `${effect.run}/land-${effect.number}`,
  });
  if (rebase.type === 'conflicted') {
    return {
      type: 'land-conflicted',
      effect: effect.id,
      commit: rebase.commit,
      base: landing.tip,
      files: [...rebase.files],
    };
  }
  return { type: 'rebased', effect: effect.id, commit: rebase.commit, base: landing.tip, samePatch: rebase.samePatch };
}

/** Beside the commit in the user's repository, so that it outlives the database. What cannot be noted now, the journal still holds. */
async function noteOrigin(
  trusted: TrustedRepository,
  item: string,
  commit: string,
  context: StepContext,
): Promise<void> {
  const user = await locateUserRepository(trusted.userPath);
  const origin = user === null ? null : await context.originOf(item, commit);
  if (user === null || origin === null) return;
  await withTrusted(trusted, () => writeNote(user.commonDir, commit, `${JSON.stringify(origin, null, 2)}\n`));
}

function refused(effect: EffectOf<'land'>, detail: string, next: string): EventBody {
  return { type: 'land-refused', effect: effect.id, detail, next };
}
