/** Which criteria of a plan could not be shown to hold, before any work begins. */
import { UserError } from '../model/user-error.ts';
import type { PlannedItem } from '../spec/plan-items.ts';
import { findUnprovable, type Unprovable } from '../steps/unprovable.ts';
import { pinHere } from './pin-here.ts';

/** By the pipeline that work takes by itself; nothing where that cannot be read, which `mw pipeline check` explains. */
export async function unprovableHere(
  folder: string,
  items: readonly PlannedItem[],
  holdouts: string,
): Promise<readonly Unprovable[]> {
  const criteria = items.flatMap((item) => item.criteria);
  if (criteria.length === 0) return [];
  const pipeline = await pinHere(folder, undefined).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
  if (pipeline === null) return [];
  const place = { pipeline, rung: pipeline.rung, holdouts };
  const found = await Promise.all(criteria.map((criterion) => findUnprovable(criterion, place)));
  return found.filter((each) => each !== null);
}
