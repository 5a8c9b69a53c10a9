/** What follows from a breaker's round: what it broke goes back to the maker, with its cases in the candidate. */
import { counts, type BreakerCase, type BreakOutcome } from '../model/breaker.ts';
import type { EffectOf } from '../model/effect.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import { goOn, phaseOf, sendBack, type Failure } from './phase.ts';
import { countMiss, withoutVerdict } from './session-failure.ts';
import { progressOf, updateProgress, type BreakerProgress, type Draft, type Reason } from './state.ts';
import { stop, wantBreak } from './want.ts';

const role = 'breaker';
const restoreLimit = 5;

export function breakFinished(
  draft: Draft,
  pipeline: PinnedPipeline,
  effect: EffectOf<'break'>,
  outcome: BreakOutcome,
  at: string,
): void {
  const phase = phaseOf(pipeline, effect.phase);
  if (outcome.type === 'tried') return tried(draft, pipeline, phase, effect, outcome);
  if (outcome.type === 'no-case') {
    draft.parks = 0;
    const text = outcome.cases.map(({ path, verdict, says }) => `- ${path}: ${verdict}. ${says}`).join('\n');
    const why = text === '' ? 'it left no case' : `none of its cases counts:\n${text}`;
    const feedback = [{ source: 'session' as const, from: role, text: why.slice(0, 20_000).toWellFormed() }];
    return countMiss(draft, phase, { name: phase.id, role }, why, () => wantBreak(draft, phase, feedback));
  }
  const breaker = { name: phase.id, role, agent: effect.agent, resumes: { type: 'break' as const } };
  withoutVerdict(draft, phase, breaker, outcome, () => wantBreak(draft, phase), at);
}

function tried(
  draft: Draft,
  pipeline: PinnedPipeline,
  phase: PinnedPhase,
  effect: EffectOf<'break'>,
  { commit, cases, asked, excerpt }: Extract<BreakOutcome, { type: 'tried' }>,
): void {
  draft.parks = 0;
  if (commit !== draft.head)
    draft.contributors = [...draft.contributors, `${draft.item.id}/${phase.id}.${role}#${effect.number}`];
  draft.head = commit;
  const before = progressOf(draft, phase.id).breaker ?? null;
  const broken = cases.filter(({ verdict }) => verdict === 'broke');
  const counting = cases.filter(counts);
  const restored = (before?.restored ?? 0) + (!asked && commit !== effect.commit ? 1 : 0);
  const progress: BreakerProgress = {
    heldBy: broken.length === 0 ? commit : null,
    rounds: (before?.rounds ?? 0) + (asked ? 1 : 0),
    isDone: before?.isDone === true || (asked && broken.length === 0),
    restored,
    cases: {
      commit,
      paths: counting.map(({ path }) => path),
      tests: Object.fromEntries(counting.map(({ path, tests = [] }) => [path, tests])),
    },
  };
  updateProgress(draft, phase.id, { breaker: progress, misses: {} });
  if (restored > restoreLimit) return stop(draft, takenAway(draft, phase, restored));
  if (broken.length === 0) goOn(draft, pipeline, phase);
  else sendBack(draft, pipeline, phase, failureOf(broken, excerpt));
}

/** Two phases that undo each other's files would go on for ever, and nobody would be charged. */
function takenAway({ item }: Draft, { id }: PinnedPhase, times: number): Reason {
  return {
    code: 'cases-taken-away',
    text: `the cases of the breaker of phase ${id} were changed or taken away ${times} times, and put back`,
    next: `mw show ${item.id}, then mw retry ${item.id} --feedback "leave the cases of the breaker as they are"`,
  };
}

function failureOf(broken: readonly BreakerCase[], excerpt: string): Failure {
  const paths = broken.map(({ path }) => path).sort();
  const text = [
    'Somebody who knows the criteria and not your work wrote tests that it fails. They are in your working copy now:',
    ...broken.map(({ path, criteria }) => `- ${path} (${criteria.join(', ')})`),
    'Mend the work, not these files: they are put back as they are. If one of them asks for what the criteria do not say, answer spec-conflict and name it.',
    excerpt,
  ];
  return {
    feedback: [{ source: 'check', from: role, text: text.join('\n').slice(0, 20_000).toWellFormed() }],
    signature: `breaker|${paths.join('|')}`.slice(0, 2_000).toWellFormed(),
    label: `${broken.length === 1 ? 'a case' : `${broken.length} cases`} of the breaker failed: ${paths.slice(0, 3).join(', ')}`,
    charged: true,
  };
}
