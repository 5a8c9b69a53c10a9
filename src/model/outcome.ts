import { z } from 'zod';
import { ArtifactRef } from './artifact.ts';
import type { BreakOutcome } from './breaker.ts';
import { BuiltInCheck, CheckKind } from './check.ts';
import { Concern } from './concern.ts';
import { CommitId, ContentHash, Name } from './id.ts';
import { SessionFailure } from './session-failure.ts';

/** Scalars of a structured result, the only thing that a pipeline's conditions may look at. */
export const Facts = z.record(z.string(), z.union([z.string().max(500), z.number(), z.boolean()]));
export type Facts = z.infer<typeof Facts>;

/** One of several questions that are asked together, with the answer that the agent would take. */
export const Question = z.strictObject({
  question: z.string().min(1).max(2_000),
  options: z.array(z.string().max(500)).max(10),
  proposed: z.string().max(2_000),
});
export type Question = z.infer<typeof Question>;

/** How one attempt of a maker ended. */
export const AttemptOutcome = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('succeeded'),
    /** The candidate after this attempt: one commit on the run's base, holding all work so far. */
    commit: CommitId,
    /** Whether this attempt changed any file. */
    changed: z.boolean(),
    result: ArtifactRef.nullable(),
    facts: Facts,
    summary: z.string().max(4_000),
    /** Hash of everything that went in; the same inputs give the same result again. */
    inputs: ContentHash.optional(),
    /** The attempt whose result this is: nobody was asked again. */
    reusedFrom: z.string().max(200).optional(),
  }),
  /** It says that it is done and changed nothing, where a change is the result. */
  z.strictObject({ type: z.literal('unchanged'), summary: z.string().max(4_000) }),
  /** An honest exit: what was asked for is there already. */
  z.strictObject({
    type: z.literal('no-change-needed'),
    reason: z.string().max(8_000),
    /** A commit without changes that names the criteria, when a person agrees that they hold already. */
    commit: CommitId.optional(),
  }),
  /** An honest exit: what was asked for contradicts itself, the code, or a test. */
  z.strictObject({
    type: z.literal('spec-conflict'),
    criterion: z.string().max(500),
    /** The test that asks for something else, where it is a test. */
    test: z.string().max(500).optional(),
    evidence: z.string().max(8_000),
  }),
  /** An honest exit: only a person can say. */
  z.strictObject({
    type: z.literal('question'),
    question: z.string().max(4_000),
    options: z.array(z.string().max(500)).max(10),
    /** Several questions in one round; `question` then says what they are about. */
    round: z.array(Question).max(20).optional(),
  }),
  ...SessionFailure.options,
]);
export type AttemptOutcome = z.infer<typeof AttemptOutcome>;

export const Severity = z.enum(['blocker', 'major', 'minor', 'note']);
export type Severity = z.infer<typeof Severity>;

/** One remark of a reviewer. */
export const Finding = z.strictObject({
  severity: Severity,
  title: z.string().min(1).max(300),
  file: z.string().max(1_000).nullable(),
  line: z.number().int().positive().nullable(),
  evidence: z.string().max(4_000),
});
export type Finding = z.infer<typeof Finding>;

/** Whether a finding stops a change. */
export function isStopping({ severity }: Pick<Finding, 'severity'>): boolean {
  return severity === 'blocker' || severity === 'major';
}

/** What a reviewer must answer; blocker and major findings stop the change. */
export const Review = z.strictObject({
  verdict: z.enum(['pass', 'fail']),
  findings: z.array(Finding).max(100),
});
export type Review = z.infer<typeof Review>;

export const ReviewOutcome = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reviewed'), review: Review }),
  ...SessionFailure.options,
]);
export type ReviewOutcome = z.infer<typeof ReviewOutcome>;

/** What stops a check from passing, each its own word. */
export const CheckStatus = z.enum(['passed', 'failed', 'ran-no-test', 'command-not-found', 'timed-out', 'crashed']);
export type CheckStatus = z.infer<typeof CheckStatus>;

/** What tests said about one criterion. */
export const CriterionVerdict = z.strictObject({
  id: z.string().max(100),
  type: z.enum(['passed', 'failed', 'skipped-only', 'no-test']),
  /** What its hold-out said, where it has one for these words. */
  holdout: z.enum(['passed', 'failed']).optional(),
  /** Those that name it, at most twenty. */
  tests: z.array(
    z.strictObject({
      name: z.string().max(1_000),
      file: z.string().max(1_000).nullable(),
      status: z.enum(['passed', 'failed', 'skipped']),
    }),
  ),
});
export type CriterionVerdict = z.infer<typeof CriterionVerdict>;

/** A change with more than this is to be made anew. */
export const maxConcerns = 200;

export const CheckResult = z.strictObject({
  name: Name,
  kind: z.enum([...CheckKind.options, ...BuiltInCheck.shape.kind.options]),
  status: CheckStatus,
  exitCode: z.number().int().nullable(),
  tests: z.strictObject({ passed: z.number().int(), failed: z.number().int(), skipped: z.number().int() }).nullable(),
  /** The part of the output that matters, escaped, at most a few kilobytes. */
  excerpt: z.string().max(16_000),
  /** Equal for the same failure in spite of timings and temporary paths; empty when it passed. */
  signature: z.string().max(200),
  log: ArtifactRef.nullable(),
  /** Tests that failed, and passed when they were run again on the same files. */
  flaky: z.array(z.string().max(500)).max(50).optional(),
  /** Of the check `criteria` alone. */
  criteria: z.array(CriterionVerdict).optional(),
  /** Of the check `guard` alone: what a person has not agreed to. */
  concerns: z.array(Concern).max(maxConcerns).optional(),
  durationMs: z.number().int().nonnegative(),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** What goes into the next attempt: a finding of some gate, shortened to what matters. */
export const Feedback = z.strictObject({
  source: z.enum(['check', 'review', 'person', 'session', 'landing']),
  /** Which check, reviewer or person. */
  from: z.string().max(200),
  text: z.string().max(20_000),
});
export type Feedback = z.infer<typeof Feedback>;

/** The failure of the session, when that is how it ended; `null` when the agent gave some answer. */
export function failureIn(outcome: AttemptOutcome | BreakOutcome | ReviewOutcome): SessionFailure | null {
  switch (outcome.type) {
    case 'succeeded':
    case 'unchanged':
    case 'no-change-needed':
    case 'spec-conflict':
    case 'question':
    case 'reviewed':
    case 'tried':
    case 'no-case':
      return null;
    case 'crashed':
    case 'stalled':
    case 'timed-out':
    case 'malformed':
    case 'denied':
    case 'over-budget':
    case 'over-turns':
    case 'unauthorized':
    case 'rate-limited':
    case 'provider-failed':
    case 'unreachable':
    case 'context-overflow':
    case 'not-installed':
    case 'unsafe-content':
      return outcome;
  }
}
