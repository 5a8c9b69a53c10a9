/** What follows from the end of a maker's attempt or a reviewer's session. */
import type { EffectOf } from '../model/effect.ts';
import type { AttemptOutcome, ReviewOutcome } from '../model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import { askAboutConcerns, insistedOn } from './concerns.ts';
import { specConflict } from './contradiction.ts';
import { askAboutDispute, findDispute } from './dispute.ts';
import { openGate } from './gate.ts';
import { goOn, passes, phaseOf, reviewFailure, sendBack, type Failure } from './phase.ts';
import { progressOf, updateProgress, type Draft } from './state.ts';
import { describeFailure, park, withoutVerdict } from './session-failure.ts';
import { stop, wantReview } from './want.ts';

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
    case 'no-change-needed': {
      const dispute = findDispute(draft, pipeline);
      if (dispute !== null) return askAboutDispute(draft, dispute, outcome.reason);
      if (outcome.commit !== undefined) draft.head = outcome.commit;
      return openGate(draft, 'no-change', phase.id, `the agent says that no change is needed: ${outcome.reason}`, []);
    }
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
      return park(draft, phase, { type: 'attempt' }, outcome, at);
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
  const { reviewer, agent } = effect;
  if (outcome.type === 'reviewed') {
    draft.parks = 0;
    const { reviews } = progressOf(draft, phase.id);
    const review = { commit: effect.commit, passed: passes(outcome.review), findings: outcome.review.findings };
    updateProgress(draft, phase.id, { reviews: { ...reviews, [reviewer]: review } });
    return foldReviews(draft, pipeline, phase);
  }
  const judge = { name: reviewer, role: 'reviewer', agent, resumes: { type: 'review' as const, reviewer } };
  withoutVerdict(draft, phase, judge, outcome, () => wantReview(draft, phase, reviewer), at);
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
