import type { PlanHere } from '../app/plan-here.ts';

/** A plan for programs. */
export function planJson({
  rows,
  items,
  estimate,
  nameless,
  undelivered,
  uncommitted,
  faults,
  empty,
  unprovable,
}: PlanHere): object {
  return {
    criteria: rows,
    items: items.map(({ title, criteria, after, afterItems }) => ({
      title,
      criteria: criteria.map(({ id, action, hash }) => ({ id, action, hash })),
      after,
      afterItems,
    })),
    estimate,
    withoutId: nameless,
    undelivered,
    uncommitted,
    faults,
    empty,
    unprovable,
  };
}
