/** When a bounded session of the factory is over: all that is left needs a person, or tomorrow's money. */
import type { FactoryView, Schedule, Wait } from '../machine/factory-view.ts';
import type { ItemId } from '../model/id.ts';

/** Nothing runs (`busy` counts what this process has under way), nothing may start, and nothing will by itself. */
export function isSettled(plan: Schedule, view: FactoryView, busy: number): boolean {
  if (plan.starts.length > 0 || busy > 0) return false;
  const running = view.items.some(({ effects }) =>
    effects.some(({ state, type }) => state === 'running' && type !== 'timer'),
  );
  return !running && needsPerson(plan, view);
}

/** Whether the budget of the day, not work under way, keeps something from going on. */
export function isForTomorrow({ code, waitFor }: Wait): boolean {
  return code === 'day-budget' && waitFor !== 'work';
}

/** Whether each wait is for a person, or for other work that waits for a person. Along chains without recursion. */
function needsPerson({ waits }: Schedule, view: FactoryView): boolean {
  const open = new Map(view.items.map((item) => [item.id, item]));
  const waitsOf = Map.groupBy(waits, ({ item }) => item);
  const followers = new Map<ItemId, ItemId[]>();
  for (const { id, after } of view.items) {
    for (const parent of after) {
      const known = followers.get(parent);
      if (known === undefined) followers.set(parent, [id]);
      else known.push(id);
    }
  }
  const blocked = new Set<ItemId>();
  const isForPerson = ({ waitFor, code, item }: Wait) =>
    waitFor === 'person' ||
    code === 'day-budget' ||
    (code === 'dependency' && (open.get(item)?.after ?? []).some((parent) => blocked.has(parent)));
  const look = view.items.map(({ id }) => id);
  for (let id = look.pop(); id !== undefined; id = look.pop()) {
    const own = waitsOf.get(id) ?? [];
    const asksNothing = open.get(id)?.effects.length === 0;
    if (blocked.has(id) || !(asksNothing || (own.length > 0 && own.every(isForPerson)))) continue;
    blocked.add(id);
    look.push(...(followers.get(id) ?? []));
  }
  return waits.every(isForPerson);
}
