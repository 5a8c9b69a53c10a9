/** Scenarios that no maker sees, run on exactly one commit. They lie where only their own run finds them, and are gone after it. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CriterionId, CriterionTask } from '../model/criterion.ts';
import type { Holdout } from '../model/holdout.ts';
import { shortName } from '../store/home.ts';
import { runInRoom, type CheckRoom } from './check-room.ts';
import type { StepContext, StepItem } from './context.ts';
import { findHoldout, unfit } from './holdouts.ts';

export interface GradedHoldout {
  readonly id: CriterionId;
  readonly passed: boolean;
  /** The one sentence that a maker may learn. */
  readonly says: string;
  /** For people alone. */
  readonly output: string;
}

/** A hold-out that can decide about one of the item's criteria. */
export interface FitHoldout {
  readonly holdout: Holdout;
  readonly folder: string;
}

/** Those of the item's criteria as they are pinned; one for other words is left out. */
export async function holdoutsFor({ item }: StepItem, context: StepContext): Promise<readonly FitHoldout[]> {
  const { holdouts } = context.home.project(item.project);
  const fit: FitHoldout[] = [];
  for (const { id, hash } of item.criteria.filter(isToHold)) {
    const found = await findHoldout(holdouts, id);
    if (found.type === 'found' && unfit(found, id, hash) === null) fit.push(found);
  }
  return fit;
}

/** What is taken away has nothing to show, and what is adopted shows itself. */
function isToHold({ action }: CriterionTask): boolean {
  return action !== 'remove' && action !== 'adopt';
}

/**
 * One after the other in the checkout. The program that a scenario starts finds nothing in its environment that tells it
 * from ordinary use.
 */
export async function gradeHoldouts(
  holdouts: readonly FitHoldout[],
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly GradedHoldout[]> {
  const graded: GradedHoldout[] = [];
  for (const each of holdouts) graded.push(await gradeOne(each, room, context, signal));
  return graded;
}

async function gradeOne(
  { holdout, folder: original }: FitHoldout,
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<GradedHoldout> {
  const { criterion: id, run, says } = holdout;
  const name = `a${shortName(`${room.folder} ${id}`)}`;
  const files = join(room.folder, name);
  await rm(files, { recursive: true, force: true });
  await cp(original, files, { recursive: true });
  try {
    const argv = ['/bin/sh', '-c', run, 'sh', files];
    const end = await runInRoom({ name, argv, env: {}, readOnly: [files] }, room, context, signal);
    const passed = end.type === 'exited' && end.exitCode === 0;
    const how = end.type === 'exited' ? `exit code ${end.exitCode}` : end.type;
    return { id, passed, says, output: `${id}: ${how}\n${end.stdout}${end.stderr}\n` };
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}
