import { z } from 'zod';
import { CriterionHash, CriterionId, Evidence } from './criterion.ts';
import { CriterionVerdict } from './outcome.ts';
import { CommitId, ContentHash, ItemId } from './id.ts';

/** One session's work, as it is remembered beside the commit. */
const Attempt = z.object({
  /** `MW-4/build#2`, or `MW-4/review.security#1`. */
  address: z.string(),
  run: z.number(),
  outcome: z.string(),
  agent: z.string().nullable(),
  adapter: z.string().nullable(),
  model: z.string().nullable(),
  /** The phase's or reviewer's instructions, by name and SHA-256 of the text. */
  instructions: z.object({ name: z.string(), hash: ContentHash }).nullable(),
  /** SHA-256 of what the agent was given; the text is in the factory's artifacts. */
  prompt: ContentHash.nullable(),
  /** `null`: not known. */
  costMicroUsd: z.number().nullable(),
  at: z.string(),
});

/**
 * Where a landed commit comes from. It is kept as a git note of that commit (`refs/notes/millwright`), so that it goes
 * where the repository goes; further fields of later versions are let through.
 */
export const ProvenanceRecord = z.object({
  version: z.literal(1),
  commit: CommitId,
  base: CommitId.nullable(),
  item: ItemId,
  run: z.number(),
  title: z.string(),
  body: z.string(),
  /** `text` hashes to `hash`. */
  criteria: z.array(
    z.object({
      id: CriterionId,
      action: z.enum(['implement', 'change', 'remove', 'adopt']),
      hash: CriterionHash,
      text: z.string(),
      /** What showed that it held when it landed; absent in records of its removal. */
      evidence: Evidence.optional(),
      verdict: CriterionVerdict.optional(),
    }),
  ),
  pipeline: z.object({ name: z.string(), hash: ContentHash }).nullable(),
  attempts: z.array(Attempt),
  /** The last result of each check, on `commit` where that is the one named. */
  checks: z.array(
    z.object({ name: z.string(), status: z.string(), passedTests: z.number().nullable(), commit: CommitId }),
  ),
  decisions: z.array(
    z.object({ type: z.enum(['approved', 'rejected', 'answered']), by: z.string(), text: z.string(), at: z.string() }),
  ),
});
export type ProvenanceRecord = z.infer<typeof ProvenanceRecord>;
