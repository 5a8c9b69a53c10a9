import { z } from 'zod';
import { ArtifactRef } from './artifact.ts';
import { CommitId, ItemId, Name } from './id.ts';
import { Feedback } from './outcome.ts';

const common = { id: z.string(), item: ItemId, run: z.number().int().positive() };

/** A line of an item's saved state: what was tried, what came of it. */
export const Tried = z.strictObject({ attempt: z.string(), result: z.string().max(1_000) });
export type Tried = z.infer<typeof Tried>;

/** Files of a commit that a breaker has written. */
export const BreakerCases = z.strictObject({
  commit: CommitId,
  paths: z.array(z.string()),
  /** By path, the names of its tests. */
  tests: z.record(z.string(), z.array(z.string())),
});
export type BreakerCases = z.infer<typeof BreakerCases>;

/** What the machine asks for. Imperative; performed at least once; each ends with exactly one event. */
export const Effect = z.discriminatedUnion('type', [
  /** Take in the user's commits, read configuration from the accepted commit, prove environment and checks on it. */
  z.strictObject({ type: z.literal('prepare'), ...common }),
  /** One try of a maker at one phase. */
  z.strictObject({
    type: z.literal('attempt'),
    ...common,
    phase: Name,
    number: z.number().int().positive(),
    agent: Name,
    base: CommitId,
    /** Where the working copy starts: `base`, or the candidate so far. */
    start: CommitId,
    feedback: z.array(Feedback),
    tried: z.array(Tried),
    artifacts: z.record(Name, ArtifactRef),
    /** Attempts whose work is in `start`; they stay in the commit's trailers. */
    contributors: z.array(z.string()),
    /** Files of `start` that hold conflict markers to be resolved. */
    conflicts: z.array(z.string()),
  }),
  z.strictObject({
    type: z.literal('checks'),
    ...common,
    phase: z.string(),
    number: z.number().int().positive(),
    commit: CommitId,
    checks: z.array(Name),
    /** What `commit` is compared with; equal to it while nothing has changed. */
    base: CommitId.optional(),
    /** Keys of concerns that a person has agreed to. */
    allowed: z.array(z.string()).optional(),
  }),
  /** One reviewer, one fresh session. */
  z.strictObject({
    type: z.literal('review'),
    ...common,
    phase: Name,
    number: z.number().int().positive(),
    reviewer: Name,
    agent: Name,
    base: CommitId,
    commit: CommitId,
    artifacts: z.record(Name, ArtifactRef),
  }),
  /** A breaker's session, and the runs of its cases. */
  z.strictObject({
    type: z.literal('break'),
    ...common,
    phase: Name,
    number: z.number().int().positive(),
    agent: Name,
    base: CommitId,
    commit: CommitId,
    /** Cases of earlier rounds, which it must still pass. */
    known: BreakerCases.nullable(),
    /** Whether new cases are asked for; else the known ones are run again. */
    asks: z.boolean(),
    feedback: z.array(Feedback),
    contributors: z.array(z.string()),
  }),
  /** Bring `commit` onto the target: fast-forward when the target is still `base`, else rebase and say so. */
  z.strictObject({
    type: z.literal('land'),
    ...common,
    number: z.number().int().positive(),
    base: CommitId,
    commit: CommitId,
  }),
  z.strictObject({
    type: z.literal('timer'),
    ...common,
    phase: z.string(),
    number: z.number().int().positive(),
    dueAt: z.iso.datetime(),
    /** What goes on when it fires: the phase's maker, or one reviewer. */
    resumes: z.union([
      z.strictObject({ type: z.literal('attempt') }),
      z.strictObject({ type: z.literal('review'), reviewer: Name }),
      z.strictObject({ type: z.literal('break') }),
    ]),
  }),
]);
export type Effect = z.infer<typeof Effect>;
export type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;
