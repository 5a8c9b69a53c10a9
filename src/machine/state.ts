/** What the machine knows of one work item: the fold of its events. Plain data; a cache that can be rebuilt. */
import type { ArtifactRef } from '../model/artifact.ts';
import type { Concern } from '../model/concern.ts';
import type { BreakerCases, Effect, Tried } from '../model/effect.ts';
import type { Delivery, EventOf } from '../model/event.ts';
import type { CommitId, ContentHash, EffectId } from '../model/id.ts';
import type { Facts, Feedback, Finding, Question } from '../model/outcome.ts';
import type { Usage } from '../model/usage.ts';
import type { ItemStatus, WorkItem } from '../model/work-item.ts';

/** Why an item waits, for a person to read: what is the matter, and the next thing to type. */
export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly next: string;
}

/** An effect that the item waits for. `token` rises with each start, so that only the latest start may end it. */
export interface Awaiting {
  readonly effect: Effect;
  readonly state: 'wanted' | 'running';
  readonly token: number;
  readonly worker: string | null;
  readonly reservedMicroUsd: number;
  /** Starts that came to nothing: worker lost, or our own code broke. */
  readonly losses: number;
}

export interface ReviewProgress {
  readonly commit: CommitId;
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  /** Who let it pass in spite of them. */
  readonly overruledBy?: string;
}

/** What a breaker has come to. */
export interface BreakerProgress {
  /** What it has not broken; `null` before that. */
  readonly heldBy: CommitId | null;
  /** Rounds with cases that count. */
  readonly rounds: number;
  /** Whether the last of them broke nothing: later candidates are run against its cases alone. */
  readonly isDone: boolean;
  /** How often cases that had been taken away were put back. */
  readonly restored: number;
  readonly cases: BreakerCases | null;
}

/** One phase within the run. Evidence (`reviews`, `approved`) names the commit that it is for. */
export interface PhaseProgress {
  readonly status: 'pending' | 'current' | 'passed' | 'skipped';
  /** Attempts so far in the run; their numbers. */
  readonly attempts: number;
  /** Attempts counted against the bound in this visit of the phase. */
  readonly charged: number;
  /** How often this phase has sent work back to an earlier one. */
  readonly rounds: number;
  readonly malformed: number;
  readonly checksRun: number;
  readonly reviewsRun: number;
  readonly breaksRun?: number;
  readonly breaker?: BreakerProgress | null;
  /** The candidate when the phase was entered. */
  readonly entry: CommitId | null;
  readonly result: ArtifactRef | null;
  readonly facts: Facts;
  readonly reviews: Readonly<Record<string, ReviewProgress>>;
  /** Sessions of each reviewer, and of the breaker, that gave no verdict, in this round. */
  readonly misses: Readonly<Record<string, number>>;
  readonly approved: { readonly commit: CommitId; readonly by: string } | null;
}

/** Something only a person can settle. */
export interface Gate {
  readonly id: string;
  readonly type: 'approval' | 'concerns' | 'dispute' | 'no-change' | 'question';
  readonly phase: string;
  readonly commit: CommitId | null;
  readonly text: string;
  readonly options: readonly string[];
  /** Questions that are to be answered together; absent for one that stands alone. */
  readonly round?: readonly Question[];
  /** Of a dispute: the reviewers on the other side. */
  readonly disputed?: readonly string[];
  /** Of concerns: what is agreed to by approval. */
  readonly concerns?: readonly Concern[];
}

export interface Spending {
  /** What sessions reported, micro-USD. */
  readonly knownMicroUsd: number;
  /** Reservations of sessions that reported no cost; counted against budgets, never shown as a cost. */
  readonly unknownMicroUsd: number;
  readonly unknownSessions: number;
  readonly usage: Usage;
}

export interface ItemState {
  readonly item: WorkItem;
  readonly status: ItemStatus;
  /** Present when paused, waiting or parked. */
  readonly reason: Reason | null;
  /** Set while a person holds it. */
  readonly held: Reason | null;
  /** Set when the machine has stopped and needs a person. */
  readonly stopped: Reason | null;
  /** What the last park waits out; told while only timers are awaited. */
  readonly parkedFor: Reason | null;
  readonly run: number;
  readonly pipeline: ContentHash | null;
  readonly base: CommitId | null;
  /** The candidate: one commit on `base`; equal to `base` while nothing has changed. */
  readonly head: CommitId | null;
  readonly contributors: readonly string[];
  readonly conflicts: readonly string[];
  /** A phase's id, `land`, or `null` before the run is prepared. */
  readonly phase: string | null;
  readonly phases: Readonly<Record<string, PhaseProgress>>;
  /** A retry that keeps what earlier phases produced starts here once prepared. */
  readonly startAt: string | null;
  readonly gate: Gate | null;
  readonly awaiting: Readonly<Record<EffectId, Awaiting>>;
  readonly feedback: readonly Feedback[];
  readonly tried: readonly Tried[];
  readonly lastFailure: { readonly phase: string; readonly signature: string; readonly count: number };
  /** Which commit each check has passed on, last. */
  readonly proven: Readonly<Record<string, CommitId>>;
  /** Keys of concerns that a person has agreed to. */
  readonly allowed?: readonly string[];
  /** What alone keeps a candidate from passing: a maker who leaves it as it is insists on it, and a person is asked. */
  readonly concerns?: { readonly commit: CommitId; readonly phase: string; readonly list: readonly Concern[] } | null;
  /** Every phase has passed; gates whose evidence is for another commit are asked again before landing. */
  readonly finishing: boolean;
  /** Pauses for quota or provider in a row; the backoff grows with it. */
  readonly parks: number;
  /** Holds its target's place in the merge queue. */
  readonly landing: boolean;
  /** A landing was begun and nothing is known of its end: the target may hold the candidate already. */
  readonly landPending: boolean;
  /** What a person asked for meanwhile; done once it is known that the item has not landed. */
  readonly wish: EventOf<'cancel-requested' | 'retry-requested'> | null;
  readonly landRounds: number;
  /** rebased commit -> the commit with the same patch that reviews and people saw. */
  readonly rebasedFrom: Readonly<Record<CommitId, CommitId>>;
  readonly counters: { readonly prepare: number; readonly land: number; readonly timer: number; readonly gate: number };
  readonly spending: Spending;
  readonly landed: { readonly commit: CommitId; readonly delivery: Delivery | null } | null;
}

/** The machine's working copy of a state: the same data, not yet frozen. Never leaves the machine. */
export type Draft = { -readonly [K in keyof ItemState]: ItemState[K] };

export const freshProgress: PhaseProgress = {
  status: 'pending',
  attempts: 0,
  charged: 0,
  rounds: 0,
  malformed: 0,
  checksRun: 0,
  reviewsRun: 0,
  entry: null,
  result: null,
  facts: {},
  reviews: {},
  misses: {},
  approved: null,
};

export function progressOf(state: Pick<ItemState, 'phases'>, phase: string): PhaseProgress {
  return state.phases[phase] ?? freshProgress;
}

/** Replaces part of one phase's progress in a draft. */
export function updateProgress(draft: Draft, phase: string, change: Partial<PhaseProgress>): void {
  draft.phases = { ...draft.phases, [phase]: { ...progressOf(draft, phase), ...change } };
}
