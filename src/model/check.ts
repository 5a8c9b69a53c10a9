import { z } from 'zod';

/** What counts as evidence: `test` needs a report with a count, the others the exit code. */
export const CheckKind = z.enum(['test', 'types', 'lint', 'build', 'command']);
export type CheckKind = z.infer<typeof CheckKind>;

/** A command that the core runs in a second sandbox on exactly the imported commit. */
export const Check = z.strictObject({
  run: z.string().min(1).describe('Shell command, run from the root of a clean checkout.'),
  kind: CheckKind.describe('test: a report with a count is required. The others: the exit code is the evidence.'),
});
export type Check = z.infer<typeof Check>;
