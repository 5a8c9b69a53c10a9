import { z } from 'zod';
import { CriterionHash, CriterionId } from './criterion.ts';

/**
 * `holdout.yaml`: how a scenario that no maker sees decides about a criterion. It lies in a folder of its own, with the
 * files that it needs, in a store outside the repository.
 */
export const Holdout = z.strictObject({
  version: z.literal(1),
  criterion: CriterionId,
  demands: CriterionHash.describe(
    'What the criterion demanded when this was written; for other words it does not count.',
  ),
  run: z
    .string()
    .min(1)
    .max(4_000)
    .describe('Shell command, run from the root of a clean checkout. "$1" is this folder. Exit code 0: it holds.'),
  says: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]*$/u, 'write one line')
    .describe('All that a maker learns when it fails, beside the name of the criterion.'),
});
export type Holdout = z.infer<typeof Holdout>;
