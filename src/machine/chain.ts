import type { ItemId } from '../model/id.ts';

interface Link {
  readonly id: ItemId;
  readonly after: readonly ItemId[];
}

/**
 * How many items wait behind each one, along the longest chain: the critical path in items, as long as nobody knows
 * durations. A cycle counts once round and stops.
 */
export function chainLengths(items: readonly Link[]): ReadonlyMap<ItemId, number> {
  const lengths = new Map<ItemId, number>();
  if (items.every(({ after }) => after.length === 0)) return lengths;
  const followers = new Map<ItemId, ItemId[]>();
  for (const { id, after } of items) {
    for (const parent of after) {
      const known = followers.get(parent);
      if (known === undefined) followers.set(parent, [id]);
      else known.push(id);
    }
  }
  const visiting = new Set<ItemId>();
  const lengthOf = (id: ItemId): number => {
    const known = lengths.get(id);
    if (known !== undefined) return known;
    if (visiting.has(id)) return 0;
    visiting.add(id);
    const length = Math.max(0, ...(followers.get(id) ?? []).map((follower) => 1 + lengthOf(follower)));
    visiting.delete(id);
    lengths.set(id, length);
    return length;
  };
  for (const { id } of items) lengthOf(id);
  return lengths;
}

/** A cycle of dependencies, as the ids along it; `null` when there is none. */
export function findCycle(items: readonly Link[]): readonly ItemId[] | null {
  const afterOf = new Map(items.map(({ id, after }) => [id, after]));
  const done = new Set<ItemId>();
  const path: ItemId[] = [];
  const visit = (id: ItemId): readonly ItemId[] | null => {
    if (done.has(id) || !afterOf.has(id)) return null;
    const at = path.indexOf(id);
    if (at >= 0) return [...path.slice(at), id];
    path.push(id);
    for (const parent of afterOf.get(id) ?? []) {
      const cycle = visit(parent);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(id);
    return null;
  };
  for (const { id } of items) {
    const cycle = visit(id);
    if (cycle !== null) return cycle;
  }
  return null;
}
