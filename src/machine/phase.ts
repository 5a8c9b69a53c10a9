/** A phase: a maker's attempts, then its gates in order (checks, reviews, approval); a gate that fails sends work back. */
import { isStopping, type CheckResult, type Facts, type Feedback, type Review } from '../model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import { holds } from './condition.ts';
import { contradictionStop, findContradiction } from './contradiction.ts';
import { askAboutDispute, findDispute } from './dispute.ts';
import { openGate } from './gate.ts';
import { freshProgress, progressOf, updateProgress, type Draft, type Reason } from './state.ts';
import { checksOf, stop, wantAttempt, wantBreak, wantChecks, wantLand, wantReview } from './want.ts';

const sameFailureLimit = 3;

export function phaseOf(pipeline: PinnedPipeline, id: string): PinnedPhase {
  const phase = pipeline.phases.find((each) => each.id === id);
  if (phase === undefined) throw new Error(`the pinned pipeline has no phase ${id}`);
  return phase;
}

/** Goes to the first phase from `index` on whose condition holds; after the last one the run is settled. */
export function enterFrom(draft: Draft, pipeline: PinnedPipeline, index: number): void {
  for (const phase of pipeline.phases.slice(index)) {
    if (holds(phase.when, (id) => factsOf(draft, id))) return enter(draft, pipeline, phase);
    updateProgress(draft, phase.id, { status: 'skipped' });
  }
  settle(draft, pipeline);
}

/**
 * Lands only what every gate has passed on. A later phase, or a rebase, may have made a new commit since an earlier
 * gate passed: that gate is asked again first.
 */
export function settle(draft: Draft, pipeline: PinnedPipeline): void {
  const missing = firstUnfinished(draft, pipeline);
  if (missing >= 0) return enterFrom(draft, pipeline, missing);
  // A later attempt may have answered otherwise: what was left out because of the first answer may be due by now.
  const due = pipeline.phases.findIndex(
    ({ id, when }) => progressOf(draft, id).status === 'skipped' && holds(when, (each) => factsOf(draft, each)),
  );
  if (due >= 0) return enterFrom(draft, pipeline, due);
  draft.finishing = true;
  for (const phase of pipeline.phases) {
    if (progressOf(draft, phase.id).status === 'skipped') continue;
    draft.phase = phase.id;
    if (openGates(draft, phase) === 'open') return;
  }
  draft.phase = 'land';
  if (draft.head === draft.base) endWithoutChange(draft, pipeline);
  else wantLand(draft);
}

/** Index of the first phase that has neither passed nor been skipped; -1 when there is none. */
export function firstUnfinished(draft: Draft, pipeline: PinnedPipeline): number {
  return pipeline.phases.findIndex(({ id }) => !['passed', 'skipped'].includes(progressOf(draft, id).status));
}

function factsOf(draft: Draft, id: string): Facts | null {
  const progress = draft.phases[id];
  return progress === undefined || progress.status !== 'passed' ? null : progress.facts;
}

function enter(draft: Draft, pipeline: PinnedPipeline, phase: PinnedPhase): void {
  draft.phase = phase.id;
  draft.finishing = false;
  updateProgress(draft, phase.id, { status: 'current', charged: 0, malformed: 0, misses: {}, entry: draft.head });
  if (phase.maker === null) goOn(draft, pipeline, phase);
  else wantAttempt(draft, phase);
}

/** A run all of whose phases only read, those left out aside, has its artifacts as its result; any other must have changed something. */
function endWithoutChange(draft: Draft, pipeline: PinnedPipeline): void {
  const mayWrite = pipeline.phases.some(
    ({ id, maker }) => maker?.writes === true && progressOf(draft, id).status !== 'skipped',
  );
  if (mayWrite) {
    stop(draft, {
      code: 'nothing-to-land',
      text: 'every phase passed, but no file has changed, so there is nothing to land',
      next: `mw retry ${draft.item.id}, or mw cancel ${draft.item.id}`,
    });
  } else if (draft.base !== null) {
    draft.landed = { commit: draft.base, delivery: null };
  }
}

/** The next gate of the phase that has not passed on this candidate; none left: the phase has passed. */
export function openGates(draft: Draft, phase: PinnedPhase): 'open' | 'passed' {
  const progress = progressOf(draft, phase.id);
  if (checksOf(draft, phase).some((name) => draft.proven[name] !== draft.head)) {
    wantChecks(draft, phase);
    return 'open';
  }
  if (isToBreak(draft, phase.breaker) && !covers(draft, progress.breaker?.heldBy ?? undefined)) {
    wantBreak(draft, phase);
    return 'open';
  }
  const unjudged = phase.reviews.filter(({ id }) => {
    const review = progress.reviews[id];
    return review === undefined || !review.passed || !covers(draft, review.commit);
  });
  if (unjudged.length > 0) {
    for (const { id } of unjudged) wantReview(draft, phase, id);
    return 'open';
  }
  if (phase.approval && !covers(draft, progress.approved?.commit)) {
    openGate(draft, 'approval', phase.id, `phase ${phase.id} asks for your approval`, []);
    return 'open';
  }
  updateProgress(draft, phase.id, { status: 'passed' });
  draft.feedback = [];
  draft.conflicts = [];
  if (draft.lastFailure.phase === phase.id) draft.lastFailure = { phase: '', signature: '', count: 0 };
  return 'passed';
}

/** A breaker's cases are drawn from criteria: an item without any has nothing for it. */
export function isToBreak({ item }: Pick<Draft, 'item'>, breaker: PinnedPhase['breaker']): boolean {
  return breaker !== undefined && item.criteria.some(({ action }) => action === 'implement' || action === 'change');
}

/** What people and reviewers saw: this very commit, or the one whose patch was put unchanged on a newer base. */
function covers(draft: Draft, commit: string | undefined): boolean {
  return (
    commit !== undefined && draft.head !== null && (commit === draft.head || commit === draft.rebasedFrom[draft.head])
  );
}

/** After a gate passed: the next gate, then the next phase, or the landing. */
export function goOn(draft: Draft, pipeline: PinnedPipeline, phase: PinnedPhase): void {
  if (openGates(draft, phase) === 'open') return;
  if (draft.finishing) settle(draft, pipeline);
  else enterFrom(draft, pipeline, pipeline.phases.findIndex(({ id }) => id === phase.id) + 1);
}

export interface Failure {
  readonly feedback: readonly Feedback[];
  /** Equal for the same failure; three in a row pause the item. */
  readonly signature: string;
  /** One line for the list of what was tried. */
  readonly label: string;
  /** A person's rejection does not use up an attempt. */
  readonly charged: boolean;
  /** It is what reviewers say: a person may see it otherwise. */
  readonly disputable?: boolean;
  /** Evidence that contradicts itself: what to say when it stays so. */
  readonly contradiction?: string | null;
}

/** Sends work back to the maker that must mend it, within the bounds of the phase whose gate failed. */
export function sendBack(draft: Draft, pipeline: PinnedPipeline, phase: PinnedPhase, failure: Failure): void {
  recordFailure(draft, phase, failure);
  if (failure.charged && draft.lastFailure.count >= sameFailureLimit) {
    return giveUp(draft, pipeline, failure, {
      code: 'same-failure',
      text: `the same failure ${sameFailureLimit} times in a row in phase ${phase.id}: ${failure.label}`,
      next: `mw logs ${draft.item.id}, then mw retry ${draft.item.id} --feedback "…"`,
    });
  }
  if (phase.loop.to === phase.id) return tryAgain(draft, pipeline, phase, failure);
  const rounds = progressOf(draft, phase.id).rounds + (failure.charged ? 1 : 0);
  updateProgress(draft, phase.id, { rounds, status: 'pending' });
  if (rounds > phase.loop.max) {
    return giveUp(draft, pipeline, failure, {
      code: 'rounds-exhausted',
      text: `phase ${phase.id} has sent the work back ${phase.loop.max} times, its bound: ${failure.label}`,
      next: `mw show ${draft.item.id}, then mw retry ${draft.item.id} --feedback "…"`,
    });
  }
  returnTo(draft, pipeline, phaseOf(pipeline, phase.loop.to));
}

/** Goes back to an earlier phase; what stands between must pass again. */
export function returnTo(draft: Draft, pipeline: PinnedPipeline, target: PinnedPhase): void {
  const index = pipeline.phases.findIndex(({ id }) => id === target.id);
  for (const later of pipeline.phases.slice(index + 1)) {
    if (progressOf(draft, later.id).status !== 'pending') updateProgress(draft, later.id, { status: 'pending' });
  }
  enter(draft, pipeline, target);
}

function tryAgain(draft: Draft, pipeline: PinnedPipeline, phase: PinnedPhase, failure: Failure): void {
  const progress = progressOf(draft, phase.id);
  const charged = progress.charged + (failure.charged ? 1 : 0);
  updateProgress(draft, phase.id, { charged, misses: {} });
  if (charged >= phase.attempts) {
    return giveUp(draft, pipeline, failure, {
      code: 'attempts-exhausted',
      text: `phase ${phase.id} used all its ${phase.attempts} attempts: ${failure.label}`,
      next: `mw show ${draft.item.id}, then mw retry ${draft.item.id} --feedback "…"`,
    });
  }
  wantAttempt(draft, phase);
}

/** At a bound: to a person, with what contradicts what where that is known. */
function giveUp(draft: Draft, pipeline: PinnedPipeline, failure: Failure, reason: Reason): void {
  const dispute = failure.disputable === true ? findDispute(draft, pipeline) : null;
  if (dispute !== null) return askAboutDispute(draft, dispute, null);
  const { contradiction } = failure;
  const isTorn = contradiction !== undefined && contradiction !== null;
  stop(draft, isTorn ? contradictionStop(draft.item, contradiction) : reason);
}

function recordFailure(draft: Draft, phase: PinnedPhase, failure: Failure): void {
  const attempt = progressOf(draft, phase.id).attempts;
  draft.tried = [
    ...draft.tried,
    { attempt: `${phase.id}#${Math.max(attempt, 1)}`, result: failure.label.slice(0, 1_000).toWellFormed() },
  ].slice(-40);
  draft.feedback = [...failure.feedback];
  const last = draft.lastFailure;
  const again = last.phase === phase.id && last.signature === failure.signature && failure.signature !== '';
  draft.lastFailure = { phase: phase.id, signature: failure.signature, count: again ? last.count + 1 : 1 };
}

/** The failing checks as input for the next attempt; `null` when every required check has passed. */
export function checkFailure(required: readonly string[], results: readonly CheckResult[]): Failure | null {
  const byName = new Map(results.map((result) => [result.name, result]));
  const failing = required.filter((name) => byName.get(name)?.status !== 'passed');
  if (failing.length === 0) return null;
  const feedback = failing.map((name): Feedback => {
    const result = byName.get(name);
    if (result === undefined) return { source: 'check', from: name, text: `check ${name} gave no result` };
    return { source: 'check', from: name, text: `check ${name}: ${result.status}\n${result.excerpt}` };
  });
  const label = failing.map((name) => `${name} ${byName.get(name)?.status ?? 'gave no result'}`).join(', ');
  const signature = failing
    .map((name) => `${name}:${byName.get(name)?.status}:${byName.get(name)?.signature}`)
    .join('|');
  const contradiction = findContradiction(results);
  return { feedback, signature: `checks|${signature}`, label: `check ${label}`, charged: true, contradiction };
}

/** Whether a reviewer lets the change pass. Its word and its findings must agree; otherwise it does not. */
export function passes(review: Review): boolean {
  return review.verdict === 'pass' && !review.findings.some(isStopping);
}

/** The findings of all reviewers that did not pass, as input for the next attempt. */
export function reviewFailure(draft: Draft, phase: PinnedPhase): Failure {
  const failing = phase.reviews.flatMap(({ id }) => {
    const review = progressOf(draft, phase.id).reviews[id];
    return review === undefined || review.passed ? [] : [{ id, findings: review.findings }];
  });
  const feedback = failing.map(({ id, findings }): Feedback => {
    const lines = findings.map(
      ({ severity, title, file, line, evidence }) =>
        `- [${severity}] ${title}${file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`}\n  ${evidence}`,
    );
    return {
      source: 'review',
      from: id,
      text: lines.join('\n').slice(0, 20_000).toWellFormed() || 'failed without a finding',
    };
  });
  const titles = failing.flatMap(({ id, findings }) => findings.map(({ title }) => `${id}: ${title}`));
  const count = failing.length === 1 ? 'reviewer' : 'reviewers';
  return {
    feedback,
    signature: `reviews|${[...titles].sort().join('|')}`.slice(0, 2_000).toWellFormed(),
    label: `${failing.length} ${count} failed it: ${titles.slice(0, 3).join('; ') || failing.map(({ id }) => id).join(', ')}`,
    charged: true,
    disputable: true,
  };
}

/** Forgets all progress but the attempts' numbers, which only rise. */
export function resetPhases(draft: Draft, pipeline: PinnedPipeline): void {
  draft.phases = Object.fromEntries(
    pipeline.phases.map(({ id }) => [id, { ...freshProgress, attempts: progressOf(draft, id).attempts }]),
  );
  draft.proven = {};
  draft.rebasedFrom = {};
}
