/**
 * Scenarios that no maker sees, run on exactly one commit. Each has a working copy of its own, which is thrown away: what
 * the program under test has seen must not reach any later session, by no file and no attribute of one.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { discardWorkingCopy } from '../git/working-copy.ts';
import type { CriterionId, CriterionTask } from '../model/criterion.ts';
import { shortName } from '../store/home.ts';
import { runInRoom } from './check-room.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { digestHoldout, findHoldout, unfit, type FoundHoldout } from './holdouts.ts';
import { takeWorkplace } from './workplace.ts';

export interface GradedHoldout {
  readonly id: CriterionId;
  readonly passed: boolean;
  /** The one sentence that a maker may learn. */
  readonly says: string;
  /** For people alone. */
  readonly output: string;
  /** Of the scenario that was run; `null` where none could be. */
  readonly digest: string | null;
}

/** A criterion with what the store has for it. */
export interface AskedHoldout {
  readonly id: CriterionId;
  readonly hash: string;
  readonly found: FoundHoldout;
}

/** Where they are run. */
export interface GradedCommit {
  readonly effect: string;
  readonly commit: string;
  /** It is accepted history, not a candidate. */
  readonly accepted: boolean;
}

/** Of the item's criteria, as they are pinned; those without one are left out. */
export async function holdoutsFor({ item }: StepItem, context: StepContext): Promise<readonly AskedHoldout[]> {
  const { holdouts } = context.home.project(item.project);
  const asked: AskedHoldout[] = [];
  for (const { id, hash } of item.criteria.filter(isToHold)) {
    const found = await findHoldout(holdouts, id);
    if (found.type !== 'missing') asked.push({ id, hash, found });
  }
  return asked;
}

/** What is taken away has nothing to show, and what is adopted shows itself. */
function isToHold({ action }: CriterionTask): boolean {
  return action !== 'remove' && action !== 'adopt';
}

/** One after the other. One that is there and cannot decide has not passed. */
export async function gradeHoldouts(
  asked: readonly AskedHoldout[],
  at: GradedCommit,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly GradedHoldout[]> {
  const graded: GradedHoldout[] = [];
  for (const { id, hash, found } of asked) {
    const fault = unfit(found, id, hash);
    if (found.type === 'found' && fault === null) graded.push(await gradeOne(found, at, about, context, signal));
    else
      graded.push({
        id,
        passed: false,
        says: 'It cannot be run any more; a person must look.',
        output: `${id} ${fault?.[0] ?? 'cannot be run'}\n`,
        digest: null,
      });
  }
  return graded;
}

async function gradeOne(
  { holdout, folder: original }: Extract<FoundHoldout, { readonly type: 'found' }>,
  { effect, commit, accepted }: GradedCommit,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<GradedHoldout> {
  const { criterion: id, run, says } = holdout;
  const folder = context.home.effect(effect);
  const name = `a${shortName(`${folder} ${id}`)}`;
  const [files, directory] = [join(folder, name), join(folder, `${name}.copy`)];
  try {
    const copy = { effect, about, commit, base: commit, accepted, keep: false, directory };
    const place = await takeWorkplace(copy, context, signal);
    await rm(files, { recursive: true, force: true });
    await cp(original, files, { recursive: true });
    const digest = await digestHoldout(files);
    const room = { pipeline: pinned(about), rung: rungOf(about), place, folder };
    const argv = ['/bin/sh', '-c', run, 'sh', files];
    const end = await runInRoom({ name, argv, env: {}, readOnly: [files], keepsHome: false }, room, context, signal);
    const passed = end.type === 'exited' && end.exitCode === 0;
    const how = end.type === 'exited' ? `exit code ${end.exitCode}` : end.type;
    return { id, passed, says, output: `${id}: ${how}\n${end.stdout}${end.stderr}\n`, digest };
  } finally {
    await rm(files, { recursive: true, force: true });
    await discardWorkingCopy(directory);
  }
}
