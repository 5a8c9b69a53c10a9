/** What people decide: at gates, and about the run as a whole. */
import type { EventOf } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { grantMore, overrule } from './dispute.ts';
import { goOn, phaseOf, sendBack } from './phase.ts';
import { progressOf, updateProgress, type Draft } from './state.ts';
import { dropAwaiting, wantAttempt, wantPrepare } from './want.ts';

/** Only the gate that is open now can be decided; a decision about an earlier candidate matches nothing. */
function openGateOf(draft: Draft, gate: string): NonNullable<Draft['gate']> | null {
  return draft.gate !== null && draft.gate.id === gate ? draft.gate : null;
}

export function approved(draft: Draft, pipeline: PinnedPipeline | null, body: EventOf<'approved'>): void {
  const gate = openGateOf(draft, body.gate);
  if (gate === null || gate.commit === null || pipeline === null || gate.type === 'question') return;
  draft.gate = null;
  const phase = phaseOf(pipeline, gate.phase);
  if (gate.type === 'approval') {
    updateProgress(draft, phase.id, { approved: { commit: gate.commit, by: body.by } });
    return goOn(draft, pipeline, phase);
  }
  if (gate.type === 'dispute') {
    overrule(draft, gate, body.by);
    return goOn(draft, pipeline, phaseOf(pipeline, draft.phase ?? gate.phase));
  }
  if (gate.type === 'concerns') {
    draft.allowed = [...new Set([...(draft.allowed ?? []), ...(gate.concerns ?? []).map(({ key }) => key)])];
    draft.concerns = null;
    return goOn(draft, pipeline, phase);
  }
  if (draft.head === draft.base) {
    // Nothing was made and a person agrees that nothing has to be: the item is over, and no commit lands.
    draft.landed = { commit: gate.commit, delivery: null };
    return;
  }
  goOn(draft, pipeline, phase);
}

export function rejected(draft: Draft, pipeline: PinnedPipeline | null, body: EventOf<'rejected'>): void {
  const gate = openGateOf(draft, body.gate);
  if (gate === null || pipeline === null) return;
  draft.gate = null;
  if (gate.type === 'dispute') grantMore(draft, gate.phase);
  sendBack(draft, pipeline, phaseOf(pipeline, gate.phase), {
    feedback: [{ source: 'person', from: body.by, text: body.reason }],
    signature: '',
    label: `rejected by ${body.by}: ${body.reason}`,
    charged: false,
  });
}

export function answered(draft: Draft, pipeline: PinnedPipeline | null, body: EventOf<'answered'>): void {
  const gate = openGateOf(draft, body.gate);
  if (gate === null || pipeline === null || gate.type !== 'question') return;
  draft.gate = null;
  draft.feedback = [
    ...draft.feedback,
    { source: 'person', from: body.by, text: `You asked: ${gate.text}\nThe answer: ${body.answer}` },
  ];
  wantAttempt(draft, phaseOf(pipeline, gate.phase));
}

export function cancelled(draft: Draft, body: EventOf<'cancel-requested'>): void {
  dropAwaiting(draft);
  draft.gate = null;
  draft.held = null;
  draft.landing = false;
  draft.stopped = {
    code: 'cancelled',
    text: `cancelled by ${body.by}${body.reason === '' ? '' : `: ${body.reason}`}`,
    next: `mw add "…" to ask again`,
  };
  draft.status = 'cancelled';
}

/**
 * The next run: everything of the old one is stale from here on. From a phase, it keeps what was made before that
 * phase; from `land`, also the evidence of every gate, because the candidate is the same.
 */
export function retried(draft: Draft, body: EventOf<'retry-requested'>): void {
  const kept = body.phase !== null && draft.pipeline !== null && draft.base !== null;
  draft.run += 1;
  dropAwaiting(draft);
  draft.gate = null;
  draft.stopped = null;
  draft.held = null;
  draft.landing = false;
  draft.finishing = false;
  draft.landRounds = 0;
  draft.parks = 0;
  draft.lastFailure = { phase: '', signature: '', count: 0 };
  draft.concerns = null;
  draft.startAt = kept ? body.phase : null;
  draft.feedback = kept ? [...draft.feedback, ...body.feedback] : [...body.feedback];
  draft.counters = { prepare: 0, land: 0, timer: 0, gate: draft.counters.gate };
  if (kept && body.phase !== null) keepBefore(draft, body.phase);
  else draft.tried = [];
  wantPrepare(draft);
}

function keepBefore(draft: Draft, phase: string): void {
  for (const id of Object.keys(draft.phases)) {
    const { status } = progressOf(draft, id);
    updateProgress(draft, id, {
      charged: 0,
      rounds: 0,
      malformed: 0,
      misses: {},
      // Its cases were drawn from work that may not be there any more.
      ...(phase === 'land' ? {} : { breaker: null }),
      status: status === 'current' ? 'pending' : status,
    });
  }
  if (phase === 'land') return;
  draft.head = progressOf(draft, phase).entry ?? draft.head;
}
