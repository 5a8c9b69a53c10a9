import type { ItemStatus } from '../model/work-item.ts';
import type { ItemState } from './state.ts';

/** The one word for where an item stands, derived from the rest of its state. */
export function statusOf(
  state: Pick<ItemState, 'status' | 'landed' | 'held' | 'stopped' | 'gate' | 'awaiting'>,
): ItemStatus {
  if (state.status === 'cancelled') return 'cancelled';
  if (state.landed !== null) return 'landed';
  if (state.stopped !== null) return 'paused';
  const awaited = Object.values(state.awaiting);
  if (awaited.some((each) => each.state === 'running' && each.effect.type !== 'timer')) return 'running';
  if (state.held !== null) return 'paused';
  if (state.gate !== null) return 'waiting';
  if (awaited.length > 0 && awaited.every(({ effect }) => effect.type === 'timer')) return 'parked';
  return 'queued';
}
