/** Sessions that ended without an answer: waited out, asked again, or left to a person. */
import type { EffectOf } from '../model/effect.ts';
import type { PinnedPhase } from '../model/pipeline.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import { progressOf, updateProgress, type Draft } from './state.ts';
import { stop, wantTimer } from './want.ts';

const missLimit = 2;
const parkLimit = 12;

/** Somebody whose verdict a phase waits for. */
interface Judge {
  readonly name: string;
  /** As people call it: `reviewer`, `breaker`. */
  readonly role: string;
  readonly agent: string;
  readonly resumes: EffectOf<'timer'>['resumes'];
}

/** No verdict is not a pass: once more in a fresh session, then a person is needed. */
export function withoutVerdict(
  draft: Draft,
  phase: PinnedPhase,
  judge: Judge,
  failure: SessionFailure,
  again: () => void,
  at: string,
): void {
  switch (failure.type) {
    case 'rate-limited':
    case 'provider-failed':
    case 'unreachable':
      return park(draft, phase, judge.resumes, failure, at);
    case 'unauthorized':
    case 'not-installed':
      return stop(draft, {
        code: failure.type,
        text: `${judge.role} ${judge.name}, agent ${judge.agent}: ${describeFailure(failure)}`,
        next: `mw doctor, then mw retry ${draft.item.id}`,
      });
    case 'malformed':
    case 'crashed':
    case 'stalled':
    case 'timed-out':
    case 'denied':
    case 'over-budget':
    case 'over-turns':
    case 'context-overflow':
    case 'unsafe-content':
      return countMiss(draft, phase, judge, describeFailure(failure), again);
  }
}

export function countMiss(
  draft: Draft,
  phase: PinnedPhase,
  { name, role }: Pick<Judge, 'name' | 'role'>,
  why: string,
  again: () => void,
): void {
  const { misses } = progressOf(draft, phase.id);
  const missed = (misses[name] ?? 0) + 1;
  updateProgress(draft, phase.id, { misses: { ...misses, [name]: missed } });
  if (missed < missLimit) return again();
  stop(draft, {
    code: `${role === 'reviewer' ? 'review' : role}-missing`,
    text: `${role} ${name} gave no valid verdict in ${missed} sessions, which is not a pass: ${why}`,
    next: `mw logs ${draft.item.id}, then mw retry ${draft.item.id}`,
  });
}

/** Waits out a quota or an outage without charging an attempt; the bound keeps an outage from waiting for ever. */
export function park(
  draft: Draft,
  phase: PinnedPhase,
  resumes: EffectOf<'timer'>['resumes'],
  outcome: Extract<SessionFailure, { type: 'rate-limited' | 'provider-failed' | 'unreachable' }>,
  at: string,
): void {
  draft.parks += 1;
  draft.landing = false;
  if (draft.parks > parkLimit) {
    return stop(draft, {
      code: outcome.type,
      text: `still failing after ${parkLimit} waits: ${describeFailure(outcome)}`,
      next: `mw doctor, then mw retry ${draft.item.id}`,
    });
  }
  const stated = outcome.type === 'rate-limited' ? outcome.resetsAt : null;
  const first = outcome.type === 'rate-limited' ? 60_000 : 15_000;
  const waitMs = Math.min(first * 2 ** (draft.parks - 1), 1_800_000);
  const dueAt =
    stated !== null && Date.parse(stated) > Date.parse(at) ? stated : new Date(Date.parse(at) + waitMs).toISOString();
  draft.parkedFor = {
    code: outcome.type,
    text: `${describeFailure(outcome)}; goes on at ${dueAt}`,
    next: `mw retry ${draft.item.id} to try at once`,
  };
  wantTimer(draft, phase.id, dueAt, resumes);
}

/** A failure in one sentence, for people and for the next attempt. */
export function describeFailure(failure: SessionFailure): string {
  switch (failure.type) {
    case 'crashed':
      return `the agent's process failed${failure.exitCode === null ? '' : ` with exit code ${failure.exitCode}`}: ${failure.detail}`;
    case 'stalled':
      return `no output for ${Math.round(failure.silentMs / 1_000)} s`;
    case 'timed-out':
      return `not done after ${Math.round(failure.afterMs / 1_000)} s`;
    case 'malformed':
      return `the result does not fit the schema: ${failure.problems.join('; ')}`;
    case 'unsafe-content':
      return `the working copy cannot be taken: ${failure.problems.join('; ')}`;
    case 'denied':
      return `a tool was refused: ${failure.detail}`;
    case 'over-budget':
      return `the session reached its money cap: ${failure.detail}`;
    case 'over-turns':
      return `the session reached its turn limit: ${failure.detail}`;
    case 'unauthorized':
      return `the model endpoint refused the credentials: ${failure.detail}`;
    case 'rate-limited':
      return `rate limit: ${failure.detail}`;
    case 'provider-failed':
      return `the model provider failed: ${failure.detail}`;
    case 'unreachable':
      return `the model endpoint cannot be reached: ${failure.detail}`;
    case 'context-overflow':
      return `the context window overflowed: ${failure.detail}`;
    case 'not-installed':
      return `the program is not there: ${failure.detail}`;
  }
}
