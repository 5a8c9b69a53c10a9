import { provenanceOf } from '../insight/provenance.ts';
import type { ItemState } from '../machine/state.ts';
import type { ProvenanceRecord } from '../model/provenance.ts';
import type { Store } from '../store/store.ts';

/** Where a commit of an item comes from, by its journal; `null` when there is no such item. */
export async function readOrigin(
  store: Store<ItemState>,
  item: string,
  commit: string,
): Promise<ProvenanceRecord | null> {
  const found = await store.item(item);
  if (found === null) return null;
  const { state } = found;
  const pipeline = state.pipeline === null ? null : await store.pipeline(state.pipeline);
  return provenanceOf(state, pipeline, await store.events({ item }), commit);
}
