import type { ItemId } from '../model/id.ts';

interface Link {
  readonly id: ItemId;
  readonly after: readonly ItemId[];
}

/**
 * How many items wait behind each one, along the longest chain: the critical path in items, as long as nobody knows
 * durations. Items without followers are left out, and so is a cycle with what comes before it. Without recursion: a
 * chain may be as long as the backlog.
 */
export function chainLengths(items: readonly Link[]): ReadonlyMap<ItemId, number> {
  const lengths = new Map<ItemId, number>();
  if (items.every(({ after }) => after.length === 0)) return lengths;
  const afterOf = new Map(items.map(({ id, after }) => [id, after]));
  const followers = new Map<ItemId, number>();
  for (const { after } of items) for (const parent of after) followers.set(parent, (followers.get(parent) ?? 0) + 1);
  const ends = items.filter(({ id }) => !followers.has(id)).map(({ id }) => id);
  for (let id = ends.pop(); id !== undefined; id = ends.pop()) {
    const length = 1 + (lengths.get(id) ?? 0);
    for (const parent of afterOf.get(id) ?? []) {
      lengths.set(parent, Math.max(lengths.get(parent) ?? 0, length));
      const left = (followers.get(parent) ?? 0) - 1;
      followers.set(parent, left);
      if (left === 0) ends.push(parent);
    }
  }
  return lengths;
}

/** A cycle of dependencies, as the ids along it; `null` when there is none. Without recursion, for long chains. */
export function findCycle(items: readonly Link[]): readonly ItemId[] | null {
  const afterOf = new Map(items.map(({ id, after }) => [id, after]));
  const done = new Set<ItemId>();
  for (const { id } of items) {
    const path: { readonly id: ItemId; readonly left: ItemId[] }[] = [];
    const places = new Map<ItemId, number>();
    const enter = (next: ItemId) => {
      places.set(next, path.length);
      path.push({ id: next, left: [...(afterOf.get(next) ?? [])] });
    };
    if (!done.has(id)) enter(id);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        done.add(top.id);
        places.delete(top.id);
        path.pop();
      } else if (places.has(next)) {
        return [...path.slice(places.get(next)).map((each) => each.id), next];
      } else if (afterOf.has(next) && !done.has(next)) {
        enter(next);
      }
    }
  }
  return null;
}
