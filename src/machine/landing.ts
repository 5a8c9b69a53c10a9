/** The end of a run: onto the target, verified as it will be there, or back to the maker. */
import type { EventOf } from '../model/event.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import { returnTo, settle } from './phase.ts';
import { progressOf, type Draft } from './state.ts';
import { cancelled, retried } from './decide.ts';
import { stop, wantLand } from './want.ts';

const landRoundLimit = 8;

/** The target had moved; the same patch now stands on its tip and has to prove itself there. */
export function rebased(draft: Draft, pipeline: PinnedPipeline, event: EventOf<'rebased'>): void {
  const seen = draft.rebasedFrom;
  draft.rebasedFrom = {};
  if (draft.head !== null && event.samePatch) draft.rebasedFrom = { [event.commit]: seen[draft.head] ?? draft.head };
  draft.base = event.base;
  draft.head = event.commit;
  if (countRound(draft)) settle(draft, pipeline);
}

export function landConflicted(draft: Draft, pipeline: PinnedPipeline, event: EventOf<'land-conflicted'>): void {
  draft.base = event.base;
  draft.head = event.commit;
  draft.conflicts = [...event.files];
  draft.feedback = [
    {
      source: 'landing',
      from: pipeline.target,
      text: `The target branch has moved and meets your change. These files hold conflict markers; resolve them so that both intents stand:\n${event.files.join('\n')}`,
    },
  ];
  if (countRound(draft)) backToMaker(draft, pipeline, `conflict in ${event.files.join(', ')}`);
}

export function landed(draft: Draft, event: EventOf<'landed'>): void {
  if (event.commit !== draft.head) throw new Error(`landed ${event.commit}, but the candidate is ${draft.head}`);
  draft.landed = { commit: event.commit, delivery: event.delivery };
  draft.landing = false;
  draft.wish = null;
  draft.stopped = null;
  draft.held = null;
}

/** The target may hold the candidate already: only the landing's own end says whether a retry or a cancel comes in time. */
export function afterLanding(draft: Draft, wish: EventOf<'cancel-requested' | 'retry-requested'>): void {
  draft.wish = wish;
  draft.stopped = null;
  draft.held = null;
  const awaited = Object.values(draft.awaiting).some(({ effect }) => effect.type === 'land');
  if (!awaited) wantLand(draft);
}

/** It has not landed, so what was asked for meanwhile is done now. */
export function fulfil(draft: Draft, wish: EventOf<'cancel-requested' | 'retry-requested'>): void {
  draft.wish = null;
  if (wish.type === 'cancel-requested') cancelled(draft, wish);
  else retried(draft, wish);
}

function backToMaker(draft: Draft, pipeline: PinnedPipeline, label: string): void {
  const maker = lastMaker(draft, pipeline);
  if (maker === null) {
    return stop(draft, {
      code: 'conflict',
      text: `the target branch has moved and no phase can mend it: ${label}`,
      next: `mw retry ${draft.item.id} --from-start`,
    });
  }
  draft.tried = [...draft.tried, { attempt: 'land', result: label.slice(0, 1_000).toWellFormed() }];
  returnTo(draft, pipeline, maker);
}

/** The last phase of this run that may change files. */
function lastMaker(draft: Draft, pipeline: PinnedPipeline): PinnedPhase | null {
  const makers = pipeline.phases.filter(
    (phase) => phase.maker?.writes === true && progressOf(draft, phase.id).status === 'passed',
  );
  return makers.at(-1) ?? null;
}

function countRound(draft: Draft): boolean {
  draft.landRounds += 1;
  if (draft.landRounds <= landRoundLimit) return true;
  stop(draft, {
    code: 'target-keeps-moving',
    text: `the target branch moved ${landRoundLimit} times while this was landing`,
    next: `mw retry ${draft.item.id}`,
  });
  return false;
}
