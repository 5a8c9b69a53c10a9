/** The items that are not over, kept up to date by changes and never read whole again while the factory runs. */
import type { ScheduledItem } from '../machine/schedule.ts';
import type { ItemState } from '../machine/state.ts';
import { scheduledItem, type NumberedItem } from '../machine/view.ts';
import type { ItemId } from '../model/id.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { isFinal } from '../model/work-item.ts';
import type { Store } from '../store/store.ts';

export interface FactoryModel {
  readonly items: Map<ItemId, NumberedItem>;
  readonly over: Map<ItemId, 'landed' | 'cancelled'>;
  readonly pipelines: Map<string, PinnedPipeline>;
  readonly scheduled: Map<ItemId, ScheduledItem>;
}

/** Reads everything that is not over, once. */
export async function loadModel(store: Store<ItemState>): Promise<FactoryModel> {
  const model: FactoryModel = { items: new Map(), over: new Map(), pipelines: new Map(), scheduled: new Map() };
  await takeItems(store, model, await store.items({ open: true }));
  return model;
}

/** Brings these items up to date from the store. */
export async function refreshItems(store: Store<ItemState>, model: FactoryModel, ids: readonly ItemId[]): Promise<void> {
  if (ids.length > 0) await takeItems(store, model, await store.items({ ids }));
}

/** Takes in new states, and learns of parents and pipelines that it has not met yet. */
export async function takeItems(store: Store<ItemState>, model: FactoryModel, rows: readonly NumberedItem[]): Promise<void> {
  for (const { state } of rows) {
    const hash = state.pipeline;
    if (hash === null || model.pipelines.has(hash)) continue;
    const pinned = await store.pipeline(hash);
    if (pinned !== null) model.pipelines.set(hash, pinned);
  }
  for (const row of rows) takeItem(model, row);
  const parents = rows.flatMap(({ state }) => state.item.after).filter((id) => !model.items.has(id) && !model.over.has(id));
  if (parents.length === 0) return;
  for (const row of await store.items({ ids: [...new Set(parents)] })) takeItem(model, row);
}

function takeItem(model: FactoryModel, row: NumberedItem): void {
  const { id } = row.state.item;
  if (isFinal(row.state.status)) {
    model.items.delete(id);
    model.scheduled.delete(id);
    model.over.set(id, row.state.status === 'landed' ? 'landed' : 'cancelled');
    return;
  }
  model.over.delete(id);
  model.items.set(id, row);
  model.scheduled.set(id, scheduledItem(row, row.state.pipeline === null ? null : (model.pipelines.get(row.state.pipeline) ?? null)));
}
