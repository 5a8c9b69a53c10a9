/** Everything about one item, from its journal. */
import { describeFailure } from '../machine/session-failure.ts';
import { phasesInOrder, reviewsInOrder } from '../machine/order.ts';
import type { Gate, ItemState } from '../machine/state.ts';
import type { BreakerCase, BreakIdea, BreakOutcome } from '../model/breaker.ts';
import type { JournalEvent } from '../model/event.ts';
import { attemptAddress, type ItemId } from '../model/id.ts';
import {
  failureIn,
  type AttemptOutcome,
  type CheckResult,
  type Finding,
  type ReviewOutcome,
} from '../model/outcome.ts';
import type { SessionRecord } from '../model/session-record.ts';
import type { Usage } from '../model/usage.ts';
import type { WorkItem } from '../model/work-item.ts';
import type { Store } from '../store/store.ts';
import { listClaims, type Claim } from './evidence.ts';
import { readPicture, type ItemRow } from './item-row.ts';

export interface AttemptPage {
  /** `MW-1/build#2`, `MW-1/review.security#1`, or `MW-1/build.breaker#1`. */
  readonly address: string;
  readonly run: number;
  readonly outcome: string;
  readonly text: string;
  readonly at: string;
  readonly costMicroUsd: number | null;
  readonly usage: Usage;
  readonly sessions: readonly SessionRecord[];
}

export interface ItemPage {
  readonly row: ItemRow;
  readonly item: WorkItem;
  readonly run: number;
  readonly phases: readonly { readonly id: string; readonly status: string; readonly attempts: number }[];
  readonly attempts: readonly AttemptPage[];
  readonly checks: readonly (CheckResult & { readonly commit: string })[];
  readonly findings: readonly (Finding & { readonly reviewer: string })[];
  /** Rounds of breakers, in order: their cases, and what they thought of. */
  readonly breaks: readonly {
    readonly address: string;
    readonly cases: readonly BreakerCase[];
    readonly tried: readonly BreakIdea[];
  }[];
  readonly usage: Usage;
  readonly knownMicroUsd: number;
  readonly unknownSessions: number;
  readonly gate: Gate | null;
  readonly landed: ItemState['landed'];
  /** What is claimed of the candidate, and how well it is known. */
  readonly claims: readonly Claim[];
}

/** Throws when there is no such item; ask first. */
export async function readItem(store: Store<ItemState>, id: ItemId): Promise<ItemPage> {
  const [{ rows, states }, events] = await Promise.all([readPicture(store, { ids: [id] }), store.events({ item: id })]);
  const row = rows[0];
  const state = states.get(id);
  if (row === undefined || state === undefined) throw new Error(`there is no item ${id}`);
  const pipeline = state.pipeline === null ? null : await store.pipeline(state.pipeline);
  const phases = phasesInOrder(state.phases, pipeline);
  const findings = phases.flatMap(([phase, { reviews }]) =>
    reviewsInOrder(reviews, phase, pipeline).flatMap(([reviewer, review]) =>
      review.findings.map((finding) => ({ ...finding, reviewer })),
    ),
  );
  return {
    row,
    item: state.item,
    run: state.run,
    phases: phases.map(([phase, { status, attempts }]) => ({ id: phase, status, attempts })),
    attempts: attemptsOf(events),
    checks: events.flatMap(({ body }) =>
      body.type === 'checks-finished' ? body.results.map((result) => ({ ...result, commit: body.commit })) : [],
    ),
    findings,
    breaks: breaksOf(events),
    usage: state.spending.usage,
    knownMicroUsd: state.spending.knownMicroUsd,
    unknownSessions: state.spending.unknownSessions,
    gate: state.gate,
    landed: state.landed,
    claims: listClaims(state, pipeline, events),
  };
}

/** Attempts and reviews in the order in which they ended. */
export function attemptsOf(events: readonly JournalEvent[]): readonly AttemptPage[] {
  return events.flatMap(({ item, at, body }) => {
    if (body.type !== 'attempt-finished' && body.type !== 'review-finished' && body.type !== 'break-finished')
      return [];
    const { usage, sessions } = body;
    const outcome = body.outcome.type === 'reviewed' ? body.outcome.review.verdict : body.outcome.type;
    return [
      {
        ...addressOf(item, body.effect),
        outcome,
        text: outcomeText(body.outcome),
        at,
        costMicroUsd: usage.costMicroUsd,
        usage,
        sessions,
      },
    ];
  });
}

function breaksOf(events: readonly JournalEvent[]): ItemPage['breaks'] {
  return events.flatMap(({ item, body }) => {
    if (body.type !== 'break-finished' || !('cases' in body.outcome)) return [];
    const { cases, tried } = body.outcome;
    return [{ address: addressOf(item, body.effect).address, cases, tried }];
  });
}

function addressOf(item: ItemId, effect: string): { address: string; run: number } {
  const match = /^[^:]+:(\d+)\/([^/]+)\/(attempt|breaker|review\.[^/]+?)-(\d+)$/.exec(effect);
  if (match === null) return { address: effect, run: 1 };
  const [, run = '1', phase = '', kind = '', number = '1'] = match;
  const who = kind === 'attempt' ? phase : kind === 'breaker' ? `${phase}.breaker` : kind;
  return { address: attemptAddress(item, who, Number(number)), run: Number(run) };
}

function outcomeText(outcome: AttemptOutcome | BreakOutcome | ReviewOutcome): string {
  const failure = failureIn(outcome);
  if (failure !== null) return describeFailure(failure);
  if (outcome.type === 'succeeded' && outcome.reusedFrom !== undefined)
    return `the same as ${outcome.reusedFrom}, nobody was asked: ${outcome.summary}`;
  if (outcome.type === 'succeeded' || outcome.type === 'unchanged') return outcome.summary;
  if (outcome.type === 'no-change-needed') return outcome.reason;
  if (outcome.type === 'spec-conflict') return `${outcome.criterion}: ${outcome.evidence}`;
  if (outcome.type === 'question') return outcome.question;
  if (outcome.type === 'tried' || outcome.type === 'no-case') return tellCases(outcome.cases);
  return outcome.type === 'reviewed' ? (outcome.review.findings[0]?.title ?? '') : '';
}

function tellCases(cases: readonly BreakerCase[]): string {
  const broken = cases.filter(({ verdict }) => verdict === 'broke').map(({ path }) => path);
  const held = cases.filter(({ verdict }) => verdict === 'held').length;
  const lost = cases.length - broken.length - held;
  return [
    ...(broken.length === 0 ? [] : [`broken by ${broken.join(', ')}`]),
    `${held} held`,
    ...(lost === 0 ? [] : [`${lost} did not count`]),
  ].join('; ');
}
