/** Addresses: the same strings in the command line, logs, commit trailers and the database. */
import { z } from 'zod';

/** A work item: `MW-12`. Numbered across the whole factory. */
export const ItemId = z.string().regex(/^MW-[1-9][0-9]{0,8}$/, 'an item is written MW-12');
export type ItemId = z.infer<typeof ItemId>;

/** A phase, reviewer, check or agent name: lower case, digits and hyphens. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'use lower-case letters, digits and hyphens, starting with a letter');
export type Name = z.infer<typeof Name>;

/** A git commit id, SHA-1 or SHA-256. */
export const CommitId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
export type CommitId = z.infer<typeof CommitId>;

/** SHA-256 of some content, lower-case hexadecimal. */
export const ContentHash = z.string().regex(/^[0-9a-f]{64}$/);
export type ContentHash = z.infer<typeof ContentHash>;

/** One durable effect: `MW-12:1/build/attempt-3` = item, run, phase, kind, number. */
export type EffectId = string;

/** The run of an item: `MW-12:2`. A retry starts the next run, so that a stale result matches nothing. */
export function runAddress(item: ItemId, run: number): string {
  return `${item}:${run}`;
}

/** The attempt as people write it: `MW-12/build#3`. */
export function attemptAddress(item: ItemId, phase: string, number: number): string {
  return `${item}/${phase}#${number}`;
}

/** The id of an effect; unique over the life of the item because runs and numbers only rise. */
export function effectId(item: ItemId, run: number, phase: string, kind: string, number: number): EffectId {
  return `${item}:${run}/${phase}/${kind}-${number}`;
}
