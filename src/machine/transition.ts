/**
 * The heart: one event changes one item's state and may ask for effects. Pure: no clock, disk, network, randomness.
 * Every arm either goes on, or leaves the item with a reason. An event that nothing waits for changes nothing.
 */
import type { Effect, EffectOf } from '../model/effect.ts';
import type { EventBody, EventOf, StampedEvent } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { freeUsage, unknownUsage } from '../model/usage.ts';
import { attemptFinished, reviewFinished } from './attempt.ts';
import { answered, approved, cancelled, rejected, retried } from './decide.ts';
import { breakFinished } from './breaker.ts';
import { askAboutConcerns, concernsAlone, isAboutTests, isToldAlready } from './concerns.ts';
import { afterLanding, fulfil, landConflicted, landed, rebased } from './landing.ts';
import { checkFailure, enterFrom, firstUnfinished, goOn, phaseOf, resetPhases, sendBack } from './phase.ts';
import { updateProgress, type Draft, type ItemState } from './state.ts';
import { statusOf } from './status.ts';
import { spend, stop, wantAttempt, wantBreak, wantPrepare, wantReview } from './want.ts';

/** Number of these rules. It rises when the same journal would fold to something else. */
export const machineVersion = 2;

const lossLimit = 3;

export interface Decision {
  readonly state: ItemState;
  /** Effects that this event asked for; those no longer in `state.awaiting` are over. */
  readonly effects: readonly Effect[];
}

/** `pipeline` is the one that `state.pipeline` (or a `prepared` event) names, `null` before that. */
export function transition(pipeline: PinnedPipeline | null, state: ItemState | null, event: StampedEvent): Decision {
  const draft = state === null ? firstState(event.body) : { ...state };
  if (draft === null) throw new Error(`${event.body.type} came before work-item-added`);
  const before = state?.awaiting ?? {};
  if (state === null) wantPrepare(draft);
  else if (draft.landed === null && draft.status !== 'cancelled') apply(draft, pipeline, event);
  draft.status = statusOf(draft);
  draft.reason = ['paused', 'waiting', 'parked', 'cancelled'].includes(draft.status) ? reasonOf(draft) : null;
  const effects = Object.values(draft.awaiting).flatMap(({ effect }) => (effect.id in before ? [] : [effect]));
  return { state: draft, effects };
}

function apply(draft: Draft, pipeline: PinnedPipeline | null, { body, at }: StampedEvent): void {
  switch (body.type) {
    case 'work-item-added':
      return;
    case 'work-item-edited':
      draft.item = { ...draft.item, ...withoutUndefined(body.change) };
      return;
    case 'effect-started':
      return started(draft, body);
    case 'effect-lost':
    case 'effect-broke':
      return lost(draft, body);
    case 'approved':
      return approved(draft, pipeline, body);
    case 'rejected':
      return rejected(draft, pipeline, body);
    case 'answered':
      return answered(draft, pipeline, body);
    case 'pause-requested':
      draft.held = {
        code: 'held',
        text: `paused by ${body.by}${body.reason === '' ? '' : `: ${body.reason}`}`,
        next: `mw resume ${draft.item.id}`,
      };
      return;
    case 'resume-requested':
      draft.held = null;
      return;
    case 'cancel-requested':
      return draft.landPending ? afterLanding(draft, body) : cancelled(draft, body);
    case 'retry-requested':
      return draft.landPending ? afterLanding(draft, body) : retried(draft, body);
    case 'prepared':
    case 'prepare-refused':
    case 'effect-refused':
    case 'attempt-finished':
    case 'checks-finished':
    case 'review-finished':
    case 'break-finished':
    case 'timer-fired':
    case 'rebased':
    case 'land-conflicted':
    case 'land-refused':
    case 'landed':
      return ended(draft, pipeline, body, at);
  }
}

type EndingEvent = EventOf<
  | 'prepared'
  | 'prepare-refused'
  | 'effect-refused'
  | 'attempt-finished'
  | 'checks-finished'
  | 'review-finished'
  | 'break-finished'
  | 'timer-fired'
  | 'rebased'
  | 'land-conflicted'
  | 'land-refused'
  | 'landed'
>;

/** The event that ends an effect. What is not awaited any more (another run, another number) is a stale result. */
function ended(draft: Draft, pipeline: PinnedPipeline | null, body: EndingEvent, at: string): void {
  const awaited = draft.awaiting[body.effect];
  if (awaited === undefined) return;
  const { [body.effect]: _, ...rest } = draft.awaiting;
  draft.awaiting = rest;
  const { effect } = awaited;
  if (body.type === 'prepare-refused') return stop(draft, { code: body.reason, text: body.detail, next: body.next });
  if (body.type === 'effect-refused') {
    return stop(draft, { code: body.code, text: body.detail, next: `${body.next}, then mw retry ${draft.item.id}` });
  }
  if (pipeline === null) throw new Error(`${body.type} needs the pinned pipeline`);
  if (body.type === 'prepared' && effect.type === 'prepare') return prepared(draft, pipeline, body);
  if (body.type === 'attempt-finished' && effect.type === 'attempt') {
    spend(draft, awaited, body.usage);
    return attemptFinished(draft, pipeline, effect, body.outcome, at);
  }
  if (body.type === 'review-finished' && effect.type === 'review') {
    spend(draft, awaited, body.usage);
    return reviewFinished(draft, pipeline, effect, body.outcome, at);
  }
  if (body.type === 'break-finished' && effect.type === 'break') {
    spend(draft, awaited, body.usage);
    return breakFinished(draft, pipeline, effect, body.outcome, at);
  }
  if (body.type === 'checks-finished' && effect.type === 'checks') {
    return checked(draft, pipeline, effect, body);
  }
  if (body.type === 'timer-fired' && effect.type === 'timer') {
    const phase = phaseOf(pipeline, effect.phase);
    const { resumes } = effect;
    if (resumes.type === 'attempt') return wantAttempt(draft, phase);
    return resumes.type === 'break' ? wantBreak(draft, phase) : wantReview(draft, phase, resumes.reviewer);
  }
  if (effect.type === 'land') {
    draft.landPending = false;
    if (body.type === 'landed') return landed(draft, body);
    if (draft.wish !== null) return fulfil(draft, draft.wish);
    if (body.type === 'rebased') return rebased(draft, pipeline, body);
    if (body.type === 'land-conflicted') return landConflicted(draft, pipeline, body);
    if (body.type === 'land-refused') return stop(draft, { code: 'land-refused', text: body.detail, next: body.next });
  }
  throw new Error(`${body.type} cannot end a ${effect.type} effect`);
}

function prepared(draft: Draft, pipeline: PinnedPipeline, body: EventOf<'prepared'>): void {
  const resume = draft.startAt;
  if (draft.pipeline !== body.pipeline) forgetEvidence(draft);
  draft.pipeline = body.pipeline;
  draft.startAt = null;
  const asked = resume === 'land' ? pipeline.phases.length : pipeline.phases.findIndex(({ id }) => id === resume);
  if (asked <= 0) {
    draft.base = body.base;
    draft.head = body.base;
    draft.contributors = [];
    draft.conflicts = [];
    resetPhases(draft, pipeline);
    return enterFrom(draft, pipeline, 0);
  }
  if (draft.head === draft.base) {
    draft.base = body.base;
    draft.head = body.base;
  }
  const unfinished = firstUnfinished(draft, pipeline);
  enterFrom(draft, pipeline, unfinished < 0 ? asked : Math.min(asked, unfinished));
}

/** Evidence belongs to the rules it was gathered under. */
function forgetEvidence(draft: Draft): void {
  draft.proven = {};
  for (const id of Object.keys(draft.phases)) updateProgress(draft, id, { reviews: {}, breaker: null, approved: null });
}

function checked(
  draft: Draft,
  pipeline: PinnedPipeline,
  effect: EffectOf<'checks'>,
  body: EventOf<'checks-finished'>,
): void {
  const phase = phaseOf(pipeline, effect.phase);
  if (body.commit !== draft.head) throw new Error(`checked ${body.commit}, but the candidate is ${draft.head}`);
  const failure = checkFailure(effect.checks, body.results);
  const concerns = concernsAlone(effect.checks, body.results);
  if (concerns !== null && isToldAlready(draft, phase.id, concerns)) return askAboutConcerns(draft, phase.id, concerns);
  draft.concerns = concerns === null ? null : { commit: body.commit, phase: phase.id, list: concerns };
  if (failure !== null) return sendBack(draft, pipeline, phase, failure);
  draft.proven = { ...draft.proven, ...Object.fromEntries(effect.checks.map((name) => [name, body.commit])) };
  goOn(draft, pipeline, phase);
}

function started(draft: Draft, body: EventOf<'effect-started'>): void {
  const awaited = draft.awaiting[body.effect];
  if (awaited === undefined || body.token !== awaited.token + 1) return;
  draft.awaiting = {
    ...draft.awaiting,
    [body.effect]: {
      ...awaited,
      state: 'running',
      token: body.token,
      worker: body.worker,
      reservedMicroUsd: body.reservedMicroUsd,
    },
  };
  if (awaited.effect.type === 'land') {
    draft.landing = true;
    draft.landPending = true;
  }
}

/** Nothing is known of a result: again, a bounded number of times. What was reserved may have been spent. */
function lost(draft: Draft, body: EventOf<'effect-lost' | 'effect-broke'>): void {
  const awaited = draft.awaiting[body.effect];
  if (awaited === undefined || awaited.state !== 'running') return;
  if (body.type === 'effect-lost' && body.token !== awaited.token) return;
  if (awaited.reservedMicroUsd > 0) spend(draft, awaited, unknownUsage);
  const losses = awaited.losses + 1;
  draft.awaiting = {
    ...draft.awaiting,
    [body.effect]: { ...awaited, state: 'wanted', worker: null, reservedMicroUsd: 0, losses },
  };
  if (losses < lossLimit) return;
  const why =
    body.type === 'effect-lost'
      ? `its worker was lost ${losses} times: ${body.why}`
      : `Millwright itself failed ${losses} times: ${body.error}`;
  stop(draft, {
    code: body.type === 'effect-lost' ? 'worker-lost' : 'internal-error',
    text: `${awaited.effect.type} did not come to an end; ${why}`,
    next: `mw events ${draft.item.id}, then mw retry ${draft.item.id}`,
  });
}

function answerNext(id: string, { round }: NonNullable<Draft['gate']>): string {
  if (round === undefined) return `mw answer ${id} "…"`;
  return `mw answer ${id} ${round.map(() => '"…"').join(' ')}, - or --decide: decide for me`;
}

function reasonOf(draft: Draft): ItemState['reason'] {
  if (draft.held !== null) return draft.held;
  if (draft.stopped !== null) return draft.stopped;
  if (draft.gate === null) return draft.parkedFor;
  const { id } = draft.item;
  const next =
    draft.gate.type === 'question' ? answerNext(id, draft.gate) : `mw approve ${id}, or mw reject ${id} --reason "…"`;
  const code = isAboutTests(draft.gate.concerns ?? []) ? 'spec-vs-test' : draft.gate.type;
  return { code, text: draft.gate.text, next };
}

function firstState(body: EventBody): Draft | null {
  if (body.type !== 'work-item-added') return null;
  return {
    item: body.item,
    status: 'queued',
    reason: null,
    held: null,
    stopped: null,
    parkedFor: null,
    run: 1,
    pipeline: null,
    base: null,
    head: null,
    contributors: [],
    conflicts: [],
    phase: null,
    phases: {},
    startAt: null,
    gate: null,
    awaiting: {},
    feedback: [],
    tried: [],
    lastFailure: { phase: '', signature: '', count: 0 },
    proven: {},
    finishing: false,
    parks: 0,
    landing: false,
    landPending: false,
    wish: null,
    landRounds: 0,
    rebasedFrom: {},
    counters: { prepare: 0, land: 0, timer: 0, gate: 0 },
    spending: {
      knownMicroUsd: 0,
      unknownMicroUsd: 0,
      unknownSessions: 0,
      usage: freeUsage,
    },
    landed: null,
  };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}
