import { z } from 'zod';

/** The address of an acceptance criterion: `invoice-download/AC-3`. */
export const CriterionId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}\/AC-[1-9][0-9]{0,5}$/, 'a criterion is written SPEC/AC-3');
export type CriterionId = z.infer<typeof CriterionId>;

/** The first 16 hexadecimal digits of the SHA-256 of what a criterion demands: equal exactly while it demands the same. */
export const CriterionHash = z.string().regex(/^[0-9a-f]{16}$/);
export type CriterionHash = z.infer<typeof CriterionHash>;

/**
 * What must show that a criterion holds, before the work may land. test: a passing test that names it · command: a check
 * of this name passes · hold-out: a scenario that no maker sees passes · person: somebody approves.
 */
export const Evidence = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('test') }),
  z.strictObject({ type: z.literal('command'), check: z.string().max(100) }),
  z.strictObject({ type: z.literal('hold-out') }),
  z.strictObject({ type: z.literal('person') }),
]);
export type Evidence = z.infer<typeof Evidence>;

/** What an item must do about one criterion. Pinned when the item is added: a later edit of the spec changes the plan, not the item. */
export const CriterionTask = z.strictObject({
  id: CriterionId,
  /** adopt: the code does it already; the spec is to say so. */
  action: z.enum(['implement', 'change', 'remove', 'adopt']),
  hash: CriterionHash,
  text: z.string().max(20_000),
  /** What it demanded when it was last built, where that is known. */
  before: z.string().max(20_000).nullable(),
  evidence: Evidence,
});
export type CriterionTask = z.infer<typeof CriterionTask>;
