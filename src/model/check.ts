import { z } from 'zod';

/** What counts as evidence: `test` needs a report with a count, `mutation` one of mutants, the others the exit code. */
export const CheckKind = z.enum(['test', 'types', 'lint', 'build', 'command', 'mutation']);
export type CheckKind = z.infer<typeof CheckKind>;

/** A command that the core runs in a second sandbox on exactly the imported commit. */
export const Check = z.strictObject({
  run: z.string().min(1).describe('Shell command, run from the root of a clean checkout.'),
  report: z
    .string()
    .regex(
      /^(?!\/)(?!(?:.*\/)?\.{1,2}(?:\/|$)).*[^/]$/,
      'write a path from the root of the repository, such as build/report.xml',
    )
    .optional()
    .describe(
      'A file that it writes, with the names of its tests (JUnit, CTRF, TAP or JSON; default: its output), or with its mutants.',
    ),
  minimum: z
    .number()
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('mutation: of a hundred mutants on changed lines, those that tests must notice. Default 60.'),
  equivalent: z
    .array(z.string().min(1))
    .optional()
    .describe('mutation: mutants that change nothing that anybody could notice, by the names that it gives them.'),
  kind: CheckKind.describe(
    'test: a report with a count is required. mutation: the score on changed lines. The others: the exit code is the evidence.',
  ),
});
export type Check = z.infer<typeof Check>;

/**
 * Checks that are no command but the core's own judgement. specs: every spec that the change touches is ready ·
 * guard: nothing in the change lets the other checks say more than is true · criteria: each of the item's criteria has
 * its evidence.
 */
export const BuiltInCheck = z.strictObject({ kind: z.enum(['specs', 'guard', 'criteria']) });
export type BuiltInCheck = z.infer<typeof BuiltInCheck>;

/** Their names in pipelines are their kinds; no check of a project may be called so. */
export const builtInChecks: readonly BuiltInCheck['kind'][] = ['specs', 'guard', 'criteria'];

export const PinnedCheck = z.union([Check, BuiltInCheck]);
export type PinnedCheck = z.infer<typeof PinnedCheck>;
