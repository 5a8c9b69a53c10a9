/** The effects that a draft asks for. Numbers only rise, so an id is never used twice. */
import type { Effect, EffectOf } from '../model/effect.ts';
import { effectId } from '../model/id.ts';
import type { Feedback } from '../model/outcome.ts';
import type { PinnedPhase } from '../model/pipeline.ts';
import { addUsage, unknownUsage, type Usage } from '../model/usage.ts';
import { progressOf, updateProgress, type Awaiting, type Draft, type Reason } from './state.ts';

const keptTries = 12;

/** Adds an effect to what the draft waits for. */
export function want(draft: Draft, effect: Effect): void {
  draft.awaiting = {
    ...draft.awaiting,
    [effect.id]: { effect, state: 'wanted', token: 0, worker: null, reservedMicroUsd: 0, losses: 0 },
  };
}

export function wantPrepare(draft: Draft): void {
  const number = draft.counters.prepare + 1;
  draft.counters = { ...draft.counters, prepare: number };
  want(draft, { type: 'prepare', id: idOf(draft, 'run', 'prepare', number), item: draft.item.id, run: draft.run });
}

/** Another attempt of the phase's maker, with the draft's feedback as input. */
export function wantAttempt(draft: Draft, phase: PinnedPhase): void {
  if (phase.maker === null) throw new Error(`phase ${phase.id} has no maker`);
  draft.landing = false;
  draft.finishing = false;
  const progress = progressOf(draft, phase.id);
  const number = progress.attempts + 1;
  updateProgress(draft, phase.id, { attempts: number });
  want(draft, {
    type: 'attempt',
    id: idOf(draft, phase.id, 'attempt', number),
    item: draft.item.id,
    run: draft.run,
    phase: phase.id,
    number,
    agent: phase.maker.agent,
    base: must(draft.base),
    start: must(draft.head),
    feedback: [...draft.feedback],
    tried: draft.tried.slice(-keptTries),
    artifacts: artifactsBefore(draft, phase.id),
    contributors: [...draft.contributors],
    conflicts: [...draft.conflicts],
  });
}

export function wantChecks(draft: Draft, phase: PinnedPhase): void {
  const number = progressOf(draft, phase.id).checksRun + 1;
  updateProgress(draft, phase.id, { checksRun: number });
  want(draft, {
    type: 'checks',
    id: idOf(draft, phase.id, 'checks', number),
    item: draft.item.id,
    run: draft.run,
    phase: phase.id,
    number,
    commit: must(draft.head),
    checks: checksOf(draft, phase).filter((name) => draft.proven[name] !== draft.head),
    base: must(draft.base),
    ...(draft.allowed === undefined ? {} : { allowed: [...draft.allowed] }),
  });
}

/** An item without criteria has none to judge. */
export function checksOf(draft: Draft, phase: PinnedPhase): readonly string[] {
  return phase.checks.filter((name) => name !== 'criteria' || draft.item.criteria.length > 0);
}

export function wantReview(draft: Draft, phase: PinnedPhase, reviewer: string): void {
  const found = phase.reviews.find(({ id }) => id === reviewer);
  if (found === undefined) throw new Error(`phase ${phase.id} has no reviewer ${reviewer}`);
  const number = progressOf(draft, phase.id).reviewsRun + 1;
  updateProgress(draft, phase.id, { reviewsRun: number });
  want(draft, {
    type: 'review',
    id: idOf(draft, phase.id, `review.${reviewer}`, number),
    item: draft.item.id,
    run: draft.run,
    phase: phase.id,
    number,
    reviewer,
    agent: found.agent,
    base: must(draft.base),
    commit: must(draft.head),
    artifacts: artifactsBefore(draft, phase.id),
  });
}

/** Another round of the phase's breaker. `feedback`: why the cases of the last one did not count. */
export function wantBreak(draft: Draft, phase: PinnedPhase, feedback: readonly Feedback[] = []): void {
  if (phase.breaker === undefined) throw new Error(`phase ${phase.id} has no breaker`);
  const { breaksRun = 0, breaker } = progressOf(draft, phase.id);
  const number = breaksRun + 1;
  updateProgress(draft, phase.id, { breaksRun: number });
  want(draft, {
    type: 'break',
    id: idOf(draft, phase.id, 'breaker', number),
    item: draft.item.id,
    run: draft.run,
    phase: phase.id,
    number,
    agent: phase.breaker.agent,
    base: must(draft.base),
    commit: must(draft.head),
    known: breaker?.cases ?? null,
    asks: breaker === undefined || breaker === null || (!breaker.isDone && breaker.rounds < phase.breaker.rounds),
    feedback: [...feedback],
    contributors: [...draft.contributors],
  });
}

export function wantLand(draft: Draft): void {
  const number = draft.counters.land + 1;
  draft.counters = { ...draft.counters, land: number };
  want(draft, {
    type: 'land',
    id: idOf(draft, 'land', 'land', number),
    item: draft.item.id,
    run: draft.run,
    number,
    base: must(draft.base),
    commit: must(draft.head),
  });
}

type Resumes = EffectOf<'timer'>['resumes'];

export function wantTimer(draft: Draft, phase: string, dueAt: string, resumes: Resumes): void {
  const number = draft.counters.timer + 1;
  draft.counters = { ...draft.counters, timer: number };
  want(draft, {
    type: 'timer',
    id: idOf(draft, phase, 'timer', number),
    item: draft.item.id,
    run: draft.run,
    phase,
    number,
    dueAt,
    resumes,
  });
}

/** Nothing is awaited any more. Sessions that ran are aborted, and what they had reserved may have been spent. */
export function dropAwaiting(draft: Draft): void {
  for (const awaited of Object.values(draft.awaiting))
    if (awaited.reservedMicroUsd > 0) spend(draft, awaited, unknownUsage);
  draft.awaiting = {};
}

/** Unknown cost counts against budgets as what was reserved, and stays unknown wherever it is shown. */
export function spend(draft: Draft, awaited: Awaiting, usage: Usage): void {
  const { spending } = draft;
  const known = usage.costMicroUsd;
  draft.spending = {
    knownMicroUsd: spending.knownMicroUsd + (known ?? 0),
    unknownMicroUsd: spending.unknownMicroUsd + (known === null ? awaited.reservedMicroUsd : 0),
    unknownSessions: spending.unknownSessions + (known === null ? 1 : 0),
    usage: addUsage(spending.usage, usage),
  };
}

/** Stops the run until a person does something; nothing stays awaited. */
export function stop(draft: Draft, reason: Reason): void {
  draft.stopped = reason;
  dropAwaiting(draft);
  draft.gate = null;
  draft.landing = false;
}

function artifactsBefore(
  draft: Draft,
  phase: string,
): Record<string, NonNullable<ReturnType<typeof progressOf>['result']>> {
  const entries = Object.entries(draft.phases).flatMap(([id, { result }]) =>
    result === null || id === phase ? [] : [[id, result] as const],
  );
  return Object.fromEntries(entries);
}

function idOf(draft: Draft, phase: string, kind: string, number: number): string {
  return effectId(draft.item.id, draft.run, phase, kind, number);
}

function must<T>(value: T | null): T {
  if (value === null) throw new Error('the run is not prepared');
  return value;
}
