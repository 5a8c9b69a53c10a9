import type { EffectId } from '../model/id.ts';
import type { StoredAwaiting, StoredState } from './store.ts';

export interface EffectRowChange {
  readonly put: readonly StoredAwaiting[];
  readonly remove: readonly EffectId[];
}

/** What makes the effect rows of an item equal to what its new state awaits. */
export function effectRowChange(before: StoredState | null, after: StoredState): EffectRowChange {
  const old = before?.awaiting ?? {};
  const put = Object.entries(after.awaiting).flatMap(([id, awaiting]) => (old[id] === awaiting ? [] : [awaiting]));
  const remove = Object.keys(old).filter((id) => !(id in after.awaiting));
  return { put, remove };
}
