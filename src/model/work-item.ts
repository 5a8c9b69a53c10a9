import { z } from 'zod';
import { CriterionTask } from './criterion.ts';
import { ItemId, Name } from './id.ts';
import { SandboxRung } from './sandbox-rung.ts';

/** One entry of the backlog, as a person asked for it. */
export const WorkItem = z.strictObject({
  id: ItemId,
  project: z.string(),
  /** The caller's own name for it, unique in the project; lets `add` be repeated safely. */
  key: z.string().min(1).max(200).nullable(),
  title: z.string().min(1).max(500),
  body: z.string().max(200_000),
  /** Items that must have landed before this one starts. */
  after: z.array(ItemId),
  /** `null` takes the project's pipeline. */
  pipeline: Name.nullable(),
  /** Higher starts earlier; 0 is usual. */
  priority: z.number().int().min(-100).max(100),
  budgetMicroUsd: z.number().int().nonnegative().nullable(),
  /** The weakest sandbox this item may run in; `null` takes the project's. */
  rung: SandboxRung.nullable(),
  /** What it must do about acceptance criteria; its definition of done. */
  criteria: z.array(CriterionTask).max(500),
});
export type WorkItem = z.infer<typeof WorkItem>;

/** What `mw edit` may change. */
export const WorkItemChange = WorkItem.pick({
  title: true,
  body: true,
  after: true,
  pipeline: true,
  priority: true,
  budgetMicroUsd: true,
  rung: true,
}).partial();
export type WorkItemChange = z.infer<typeof WorkItemChange>;

/**
 * queued: not started, or between two effects · running: an effect is under way · waiting: for a person at a gate ·
 * paused: needs you · parked: until a time · landed, cancelled: over.
 */
export const ItemStatus = z.enum(['queued', 'running', 'waiting', 'paused', 'parked', 'landed', 'cancelled']);
export type ItemStatus = z.infer<typeof ItemStatus>;

export function isFinal(status: ItemStatus): boolean {
  return status === 'landed' || status === 'cancelled';
}
