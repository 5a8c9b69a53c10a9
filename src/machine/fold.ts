import type { JournalEvent, StampedEvent } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { ItemState } from './state.ts';
import { transition, type Decision } from './transition.ts';

/**
 * `transition` that cannot fail: an event that the machine refuses pauses the item and says which. The wrapper is part
 * of the fold, so that a replay meets the same poison and comes to the same state.
 */
export function fold(pipeline: PinnedPipeline | null, state: ItemState | null, event: StampedEvent): Decision {
  try {
    return transition(pipeline, state, event);
  } catch (error) {
    if (state === null) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const stopped = {
      code: 'machine-refused',
      text: `the machine refused the event ${event.body.type}: ${message}`,
      next: `mw events ${state.item.id}, then mw retry ${state.item.id}`,
    };
    return {
      state: { ...state, awaiting: {}, gate: null, landing: false, stopped, reason: stopped, status: 'paused' },
      effects: [],
    };
  }
}

/** Folds a whole journal of one item. `pipelineOf` answers for every hash that the events name. */
export function refold(
  events: readonly JournalEvent[],
  pipelineOf: (hash: string) => PinnedPipeline | null,
): { readonly state: ItemState | null; readonly disagreements: readonly string[] } {
  let state: ItemState | null = null;
  const disagreements: string[] = [];
  for (const event of events) {
    const decision = fold(pipelineFor(state, event, pipelineOf), state, event);
    const decided = decision.effects.map(({ id }) => id).sort();
    if (JSON.stringify(decided) !== JSON.stringify([...event.decided].sort())) {
      disagreements.push(
        `event ${event.n} (${event.body.type}, machine ${event.machine}) decided ${event.decided.join(', ') || 'nothing'}, now ${decided.join(', ') || 'nothing'}`,
      );
    }
    state = decision.state;
  }
  return { state, disagreements };
}

/** The pipeline that an event is to be folded under: the one it pins, else the one that is pinned. */
export function pipelineFor(
  state: Pick<ItemState, 'pipeline'> | null,
  event: StampedEvent,
  pipelineOf: (hash: string) => PinnedPipeline | null,
): PinnedPipeline | null {
  const hash = event.body.type === 'prepared' ? event.body.pipeline : (state?.pipeline ?? null);
  return hash === null ? null : pipelineOf(hash);
}
