import { z } from 'zod';
import { BreakOutcome } from './breaker.ts';
import { CommitId, ContentHash, Name, type ItemId } from './id.ts';
import { AttemptOutcome, CheckResult, Feedback, ReviewOutcome } from './outcome.ts';
import { SessionRecord } from './session-record.ts';
import { Usage } from './usage.ts';
import { WorkItem, WorkItemChange } from './work-item.ts';

/** Where a landed commit can be seen by the user. */
export const Delivery = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('delivered'), branch: z.string() }),
  /** The checkout was not clean, or the mode says so: the work is on `branch`, because of `why`. */
  z.strictObject({ type: z.literal('kept'), branch: z.string(), why: z.string() }),
]);
export type Delivery = z.infer<typeof Delivery>;

const by = z.string().min(1).max(200);
const text = z.string().max(20_000);

/** What happened, in the past tense, never changed. `effect` is present where the event ends (or starts) one. */
export const EventBody = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('work-item-added'), item: WorkItem }).describe('Somebody asked for something.'),
  z
    .strictObject({ type: z.literal('work-item-edited'), change: WorkItemChange, by })
    .describe('Somebody changed what was asked for.'),

  z
    .strictObject({
      type: z.literal('effect-started'),
      effect: z.string(),
      worker: z.string(),
      token: z.number().int().positive(),
      reservedMicroUsd: z.number().int().nonnegative(),
    })
    .describe('A worker was given an effect; only the latest token may end it.'),
  z
    .strictObject({ type: z.literal('effect-lost'), effect: z.string(), token: z.number().int(), why: text })
    .describe('The worker died or lost its lease; nothing is known of a result.'),
  z
    .strictObject({ type: z.literal('effect-broke'), effect: z.string(), error: text })
    .describe('Our own code threw while performing it.'),

  z
    .strictObject({
      type: z.literal('effect-refused'),
      effect: z.string(),
      code: z.string(),
      detail: text,
      next: z.string().max(2_000),
    })
    .describe('It cannot be done here until a person mends something: a folder that is gone, a repository that moved.'),

  z
    .strictObject({
      type: z.literal('prepared'),
      effect: z.string(),
      base: CommitId,
      pipeline: ContentHash,
      /** What agents of this run are given of the user's own, in words: a login, the names of variables. */
      grants: z.array(z.string().max(500)),
      /** Tests that failed on `base` and passed when they were run again. */
      flaky: z.array(z.string().max(500)).max(100).optional(),
    })
    .describe('The user’s commits are taken in, the rules are pinned by hash, and the checks pass on `base`.'),
  z
    .strictObject({
      type: z.literal('prepare-refused'),
      effect: z.string(),
      reason: z.enum([
        'no-commits',
        'no-target-branch',
        'not-committed',
        'invalid-config',
        'diverged',
        'criteria-unprovable',
        'rung-missing',
        'agent-missing',
        'setup-failed',
        'base-red',
        'repository-gone',
      ]),
      detail: text,
      next: z.string().max(2_000),
    })
    .describe('The run cannot start; no agent was paid. `next` is what to type.'),
  z
    .strictObject({
      type: z.literal('attempt-finished'),
      effect: z.string(),
      outcome: AttemptOutcome,
      usage: Usage,
      /** Sessions that were run for it, in order. */
      sessions: z.array(SessionRecord),
    })
    .describe('A maker’s attempt ended, in whatever way.'),
  z
    .strictObject({
      type: z.literal('checks-finished'),
      effect: z.string(),
      commit: CommitId,
      results: z.array(CheckResult),
    })
    .describe('The checks were run on exactly `commit`.'),
  z
    .strictObject({
      type: z.literal('review-finished'),
      effect: z.string(),
      outcome: ReviewOutcome,
      usage: Usage,
      sessions: z.array(SessionRecord),
    })
    .describe('One reviewer’s session ended, in whatever way.'),
  z
    .strictObject({
      type: z.literal('break-finished'),
      effect: z.string(),
      outcome: BreakOutcome,
      usage: Usage,
      sessions: z.array(SessionRecord),
    })
    .describe('A breaker’s round ended, in whatever way.'),
  z
    .strictObject({ type: z.literal('timer-fired'), effect: z.string() })
    .describe('A wait for a quota or an outage is over.'),

  z
    .strictObject({
      type: z.literal('rebased'),
      effect: z.string(),
      commit: CommitId,
      base: CommitId,
      samePatch: z.boolean(),
    })
    .describe(
      'The target had moved: the candidate is now `commit` on `base`. With `samePatch` it adds and removes the same lines.',
    ),
  z
    .strictObject({
      type: z.literal('land-conflicted'),
      effect: z.string(),
      commit: CommitId,
      base: CommitId,
      files: z.array(z.string()),
    })
    .describe('The target had moved and the patches meet: `commit` on `base` holds the files with conflict markers.'),
  z
    .strictObject({ type: z.literal('land-refused'), effect: z.string(), detail: text, next: z.string().max(2_000) })
    .describe('The candidate may not land. `next` is what to type.'),
  z
    .strictObject({ type: z.literal('landed'), effect: z.string(), commit: CommitId, delivery: Delivery })
    .describe('The candidate is the target’s tip; `delivery` says where the user sees it.'),

  z
    .strictObject({ type: z.literal('approved'), gate: z.string(), by, note: text.nullable() })
    .describe('A person let the item through its gate.'),
  z
    .strictObject({ type: z.literal('rejected'), gate: z.string(), by, reason: text.min(1) })
    .describe('A person sent the item back; the reason goes into the next attempt.'),
  z
    .strictObject({ type: z.literal('answered'), gate: z.string(), by, answer: text.min(1) })
    .describe('A person answered the agent’s question.'),
  z.strictObject({ type: z.literal('pause-requested'), by, reason: text }).describe('A person holds the item.'),
  z.strictObject({ type: z.literal('resume-requested'), by }).describe('A person lets it go on.'),
  z.strictObject({ type: z.literal('cancel-requested'), by, reason: text }).describe('A person gave it up.'),
  z
    .strictObject({ type: z.literal('retry-requested'), by, phase: Name.nullable(), feedback: z.array(Feedback) })
    .describe(
      'A person starts the next run; from `phase`, keeping what earlier phases produced, or from the beginning.',
    ),
]);
export type EventBody = z.infer<typeof EventBody>;
export type EventOf<T extends EventBody['type']> = Extract<EventBody, { type: T }>;

/** An event as the journal keeps it. */
export interface JournalEvent {
  /** Order over the whole factory. */
  readonly seq: number;
  readonly item: ItemId;
  /** Order within the item, from 1. */
  readonly n: number;
  /** Unique; a second insert of the same id is known and changes nothing. */
  readonly id: string;
  readonly body: EventBody;
  /** Number of the machine's rules that folded it. */
  readonly machine: number;
  /** Ids of the effects that the fold asked for. */
  readonly decided: readonly string[];
  /** ISO 8601, by the database's clock. */
  readonly at: string;
}

/** What `transition` is handed: the body, and the only time it may know. */
export interface StampedEvent {
  readonly body: EventBody;
  readonly at: string;
}
