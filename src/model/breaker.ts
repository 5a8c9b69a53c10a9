/** What an agent answers that tries to break work with tests drawn from its criteria, and what became of its cases. */
import { z } from 'zod';
import { CommitId } from './id.ts';
import { SessionFailure } from './session-failure.ts';

/** An idea of how the work could fail, whether a case came of it or not. */
export const BreakIdea = z.strictObject({
  criterion: z.string().min(1).max(100).describe('The id of the criterion that it is drawn from.'),
  idea: z.string().min(1).max(500).describe('How a plausible program could miss what the criterion says.'),
  file: z.string().max(1_000).describe('The test file that asks it. Empty where you wrote none.'),
});
export type BreakIdea = z.infer<typeof BreakIdea>;

/** What a breaker must answer; its cases are the test files that it leaves. */
export const BreakReport = z.strictObject({
  summary: z.string().min(1).max(2_000).describe('What you tried, in two to six plain sentences.'),
  tried: z.array(BreakIdea).max(100).describe('Every idea, those without a file included.'),
});
export type BreakReport = z.infer<typeof BreakReport>;

/** What a judge must answer about each case, who does not know how the work did in it. */
export const CaseJudgements = z.strictObject({
  judgements: z
    .array(
      z.strictObject({
        file: z.string().min(1).max(1_000).describe('The case, as it is called above.'),
        valid: z
          .boolean()
          .describe(
            'Whether every program that does what the criteria say must pass it, and its words demand no less.',
          ),
        why: z.string().min(1).max(1_000).describe('What the criterion says about it, in its own words.'),
      }),
    )
    .max(50)
    .describe('One for each case.'),
});
export type CaseJudgements = z.infer<typeof CaseJudgements>;

/**
 * broke: the work fails it · held: the work passes it. The others do not count — no-criterion: none of its tests names
 * a criterion · did-not-run: no test of it ran · unsteady: it does not say the same each time · trivial: it would pass
 * without the work, or touches nothing of the program · against-the-spec: the criteria do not ask for it.
 */
export const CaseVerdict = z.enum([
  'broke',
  'held',
  'no-criterion',
  'did-not-run',
  'unsteady',
  'trivial',
  'against-the-spec',
]);
export type CaseVerdict = z.infer<typeof CaseVerdict>;

/** One test file of a breaker. */
export const BreakerCase = z.strictObject({
  path: z.string().max(1_000),
  criteria: z.array(z.string().max(100)).max(50),
  /** Names of its tests: each of them must pass from then on. */
  tests: z.array(z.string().max(1_000)).max(200).optional(),
  verdict: CaseVerdict,
  says: z.string().max(1_000),
});
export type BreakerCase = z.infer<typeof BreakerCase>;

/** A round of a breaker: those of its cases that count, and those that do not. */
const round = {
  cases: z.array(BreakerCase).max(300),
  tried: z.array(BreakIdea).max(100),
};

/** Whether a case says something about the work. */
export function counts({ verdict }: BreakerCase): boolean {
  return verdict === 'broke' || verdict === 'held';
}

export const BreakOutcome = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('tried'),
    ...round,
    /** Whether new cases were asked for; else those of earlier rounds were run again. */
    asked: z.boolean(),
    /** The candidate with the cases that count in it. */
    commit: CommitId,
    /** What failed, as the tests print it. */
    excerpt: z.string().max(16_000),
  }),
  /** None of its cases counts, so nothing has been tried. */
  z.strictObject({ type: z.literal('no-case'), ...round }),
  ...SessionFailure.options,
]);
export type BreakOutcome = z.infer<typeof BreakOutcome>;
