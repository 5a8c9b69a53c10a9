import { z } from 'zod';

/**
 * The ways in which a change can make its checks say more than is true. The first four are told by which files changed
 * and by what tests did; the others by reading the text.
 */
export const ConcernFamily = z.enum([
  'judge-changed',
  'test-lost',
  'test-changed',
  'test-proves-nothing',
  'test-skipped',
  'test-focused',
  'assertion-weakened',
  'assertion-empty',
  'snapshot-refreshed',
  'types-silenced',
  'lint-silenced',
  'coverage-excluded',
  'retry-added',
  'timeout-stretched',
  'unit-mocked',
  'input-special-cased',
  'grader-detected',
  'answer-looked-up',
  'run-ended',
  'report-forged',
  'runner-patched',
  'unreadable',
]);
export type ConcernFamily = z.infer<typeof ConcernFamily>;

/** One place of a change that a person should see before its checks are believed. */
export const Concern = z.strictObject({
  family: ConcernFamily,
  /** Of the very content that it is about: a person's word on it holds for that and nothing else. */
  key: z.string().regex(/^[0-9a-f]{16}$/),
  path: z.string().max(1_000),
  /** In the file as the change leaves it; `null` where it has no line. */
  line: z.number().int().positive().nullable(),
  /** What it is, in one sentence without its place. */
  says: z.string().min(1).max(1_000),
});
export type Concern = z.infer<typeof Concern>;
