/** What follows from the end of a maker's attempt or a reviewer's session. */
import type { EffectOf } from '../model/effect.ts';
import type { AttemptOutcome, ReviewOutcome } from '../model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import { askAboutConcerns, insistedOn } from './concerns.ts';
import { specConflict } from './contradiction.ts';
import { openGate } from './gate.ts';
import { goOn, passes, phaseOf, reviewFailure, sendBack, type Failure } from './phase.ts';
import { progressOf, updateProgress, type Draft } from './state.ts';
import { stop, wantReview, wantTimer } from './want.ts';

const reviewerMisses = 2;
const parkLimit = 12;

export function attemptFinished(
  draft: Draft,
  pipeline: PinnedPipeline,
  effect: EffectOf<'attempt'>,
  outcome: AttemptOutcome,
  at: string,
): void {
  const phase = phaseOf(pipeline, effect.phase);
  const item = draft.item.id;
  const isLeft = outcome.type === 'unchanged' || outcome.type === 'no-change-needed';
  const insisted = isLeft ? insistedOn(draft, phase.id) : null;
  if (insisted !== null) return askAboutConcerns(draft, phase.id, insisted);
  switch (outcome.type) {
    case 'succeeded': {
      draft.parks = 0;
      draft.head = outcome.commit;
      if (outcome.changed) draft.contributors = [...draft.contributors, `${item}/${phase.id}#${effect.number}`];
      updateProgress(draft, phase.id, { result: outcome.result, facts: outcome.facts });
      return goOn(draft, pipeline, phase);
    }
    case 'unchanged':
      return sendBack(draft, pipeline, own(phase), {
        feedback: [
          {
            source: 'session',
            from: phase.id,
            text: 'You reported that you were done, but no file had changed. Make the change, or answer no-change-needed with the reason.',
          },
        ],
        signature: 'unchanged',
        label: 'said done, changed nothing',
        charged: true,
      });
    case 'no-change-needed':
      if (outcome.commit !== undefined) draft.head = outcome.commit;
      return openGate(draft, 'no-change', phase.id, `the agent says that no change is needed: ${outcome.reason}`, []);
    case 'question':
      return openGate(draft, 'question', phase.id, outcome.question, outcome.options, outcome.round);
    case 'spec-conflict':
      return stop(draft, specConflict(draft, outcome));
    case 'malformed': {
      const malformed = progressOf(draft, phase.id).malformed + 1;
      updateProgress(draft, phase.id, { malformed });
      if (malformed >= 2) {
        return stop(draft, {
          code: 'malformed',
          text: `the result of phase ${phase.id} did not fit its schema in two fresh sessions: ${outcome.problems.join('; ')}`,
          next: `mw logs ${item}/${phase.id}#${effect.number}, then mw retry ${item}`,
        });
      }
      return sendBack(draft, pipeline, own(phase), failureOf(phase.id, outcome));
    }
    case 'unauthorized':
    case 'not-installed':
      return stop(draft, {
        code: outcome.type,
        text: `agent ${effect.agent}: ${describeFailure(outcome)}`,
        next: `mw doctor, then mw retry ${item}`,
      });
    case 'rate-limited':
    case 'provider-failed':
    case 'unreachable':
      return park(draft, phase, null, outcome, at);
    case 'crashed':
    case 'stalled':
    case 'timed-out':
    case 'denied':
    case 'over-budget':
    case 'over-turns':
    case 'context-overflow':
    case 'unsafe-content':
      return sendBack(draft, pipeline, own(phase), failureOf(phase.id, outcome));
  }
}

export function reviewFinished(
  draft: Draft,
  pipeline: PinnedPipeline,
  effect: EffectOf<'review'>,
  outcome: ReviewOutcome,
  at: string,
): void {
  const phase = phaseOf(pipeline, effect.phase);
  switch (outcome.type) {
    case 'reviewed': {
      draft.parks = 0;
      const { reviews } = progressOf(draft, phase.id);
      const review = { commit: effect.commit, passed: passes(outcome.review), findings: outcome.review.findings };
      updateProgress(draft, phase.id, { reviews: { ...reviews, [effect.reviewer]: review } });
      return foldReviews(draft, pipeline, phase);
    }
    case 'rate-limited':
    case 'provider-failed':
    case 'unreachable':
      return park(draft, phase, effect.reviewer, outcome, at);
    case 'unauthorized':
    case 'not-installed':
      return stop(draft, {
        code: outcome.type,
        text: `reviewer ${effect.reviewer}, agent ${effect.agent}: ${describeFailure(outcome)}`,
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
    case 'unsafe-content': {
      const { misses } = progressOf(draft, phase.id);
      const missed = (misses[effect.reviewer] ?? 0) + 1;
      updateProgress(draft, phase.id, { misses: { ...misses, [effect.reviewer]: missed } });
      if (missed < reviewerMisses) return wantReview(draft, phase, effect.reviewer);
      return stop(draft, {
        code: 'review-missing',
        text: `reviewer ${effect.reviewer} gave no valid verdict in ${missed} sessions, which is not a pass: ${describeFailure(outcome)}`,
        next: `mw logs ${draft.item.id}, then mw retry ${draft.item.id}`,
      });
    }
  }
}

/** Waits for the last reviewer, then decides on all of them together. */
function foldReviews(draft: Draft, pipeline: PinnedPipeline, phase: PinnedPhase): void {
  const { reviews } = progressOf(draft, phase.id);
  const outstanding = Object.values(draft.awaiting).some(
    ({ effect }) => effect.type === 'review' || effect.type === 'timer',
  );
  if (outstanding) return;
  if (phase.reviews.every(({ id }) => reviews[id]?.passed === true)) goOn(draft, pipeline, phase);
  else sendBack(draft, pipeline, phase, reviewFailure(draft, phase));
}

/** Waits out a quota or an outage without charging an attempt; the bound keeps an outage from waiting for ever. */
function park(
  draft: Draft,
  phase: PinnedPhase,
  reviewer: string | null,
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
  wantTimer(draft, phase.id, dueAt, reviewer);
}

/** A maker's own failure always goes to its own next attempt, whatever the phase's gates do with findings. */
function own(phase: PinnedPhase): PinnedPhase {
  return { ...phase, loop: { ...phase.loop, to: phase.id } };
}

function failureOf(from: string, failure: SessionFailure): Failure {
  const text = describeFailure(failure);
  return { feedback: [{ source: 'session', from, text }], signature: signatureOf(failure), label: text, charged: true };
}

function signatureOf(failure: SessionFailure): string {
  return failure.type === 'crashed' ? `crashed|${failure.exitCode}` : failure.type;
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
