/** What people ask of the factory, each one event through the one door. Shared by the command line and whatever follows it. */
import type { Gate, ItemState } from '../machine/state.ts';
import { findCycle } from '../machine/chain.ts';
import type { CriterionTask } from '../model/criterion.ts';
import type { EventBody } from '../model/event.ts';
import { ItemId } from '../model/id.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { isFinal, WorkItem, type WorkItemChange } from '../model/work-item.ts';
import type { Factory } from './open-factory.ts';

/** One line of `mw add --json -`; `after` names keys of the same batch, keys known to the project, or items. */
export interface NewItem {
  readonly key?: string | undefined;
  readonly title: string;
  readonly body?: string | undefined;
  readonly after?: readonly string[] | undefined;
  readonly pipeline?: string | undefined;
  readonly priority?: number | undefined;
  readonly budgetUsd?: number | undefined;
  readonly rung?: 'clone' | 'bubblewrap' | undefined;
  readonly criteria?: readonly CriterionTask[] | undefined;
}

/** Adds all of them or none. A key that the project knows already is a conflict, named. */
export async function addItems(
  factory: Factory,
  project: string,
  inputs: readonly NewItem[],
): Promise<readonly WorkItem[]> {
  const keys = inputs.flatMap(({ key }) => (key === undefined ? [] : [key]));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new UserError(
      'E_KEY_TWICE',
      `the key ${JSON.stringify(twice)} stands twice in this batch`,
      'give each item a key of its own',
      { exit: exitCode.usage },
    );
  const referred = inputs.flatMap(({ after }) => after ?? []);
  const known = await factory.store.itemByKey(project, [...new Set([...keys, ...referred])]);
  const taken = keys.find((key) => known.has(key));
  if (taken !== undefined)
    throw new UserError(
      'E_KEY_TAKEN',
      `the key ${JSON.stringify(taken)} belongs to ${known.get(taken)} already`,
      `mw show ${known.get(taken)}`,
      { exit: exitCode.conflict },
    );
  await requireItems(
    factory,
    referred.filter((name) => ItemId.safeParse(name).success),
  );
  return factory.journal.add(inputs.length, project, (ids) => {
    const own = new Map(
      inputs.flatMap(({ key }, index) => (key === undefined ? [] : [[key, ids[index] ?? ''] as const])),
    );
    const items = inputs.map((input, index) =>
      toItem(input, ids[index] ?? '', project, (name) => own.get(name) ?? known.get(name)),
    );
    const cycle = findCycle(items);
    if (cycle !== null)
      throw new UserError(
        'E_CYCLE',
        `these items come after each other in a circle: ${nameCycle(cycle, inputs, ids)}`,
        'take one of them out of "after"',
        { exit: exitCode.usage },
      );
    return items;
  });
}

function toItem(input: NewItem, id: string, project: string, resolve: (name: string) => string | undefined): WorkItem {
  const after = (input.after ?? []).map((name) => {
    if (ItemId.safeParse(name).success) return name;
    const found = resolve(name);
    if (found === undefined)
      throw new UserError(
        'E_UNKNOWN_KEY',
        `"after" names ${JSON.stringify(name)}, which is neither an item nor a key`,
        'mw list',
        { exit: exitCode.notFound },
      );
    return found;
  });
  const item = WorkItem.safeParse({
    id,
    project,
    key: input.key ?? null,
    title: input.title,
    body: input.body ?? '',
    after: [...new Set(after)],
    pipeline: input.pipeline ?? null,
    priority: input.priority ?? 0,
    budgetMicroUsd: input.budgetUsd === undefined ? null : Math.round(input.budgetUsd * 1_000_000),
    rung: input.rung ?? null,
    criteria: input.criteria ?? [],
  });
  if (item.success) return item.data;
  const problem = item.error.issues[0];
  throw new UserError(
    'E_BAD_ITEM',
    `${problem?.path.join('.') ?? 'item'}: ${problem?.message ?? 'does not fit'}`,
    'mw add --help',
    { exit: exitCode.usage },
  );
}

function nameCycle(cycle: readonly string[], inputs: readonly NewItem[], ids: readonly string[]): string {
  return cycle.map((id) => inputs[ids.indexOf(id)]?.key ?? id).join(' → ');
}

async function requireItems(factory: Factory, ids: readonly ItemId[]): Promise<void> {
  if (ids.length === 0) return;
  const found = new Set((await factory.store.items({ ids: [...new Set(ids)] })).map(({ state }) => state.item.id));
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw notFound(missing);
}

export async function requireItem(factory: Factory, id: string): Promise<ItemState> {
  const found = ItemId.safeParse(id).success ? await factory.store.item(id) : null;
  if (found === null) throw notFound(id);
  return found.state;
}

function notFound(id: string): UserError {
  return new UserError('E_NOT_FOUND', `there is no item ${JSON.stringify(id)}`, 'mw list', { exit: exitCode.notFound });
}

/** Changes an item; dependencies may not close a circle. */
export async function editItem(factory: Factory, id: string, change: WorkItemChange, by: string): Promise<ItemState> {
  const state = await requireItem(factory, id);
  requireOpen(state);
  if (change.after !== undefined) {
    await requireItems(factory, change.after);
    const open = await factory.store.items({ open: true });
    const cycle = findCycle(
      open.map(({ state: { item } }) => (item.id === id ? { ...item, after: change.after ?? [] } : item)),
    );
    if (cycle !== null)
      throw new UserError(
        'E_CYCLE',
        `these items would come after each other in a circle: ${cycle.join(' → ')}`,
        `mw show ${cycle[0]}`,
        { exit: exitCode.usage },
      );
  }
  return ask(factory, id, { type: 'work-item-edited', change, by });
}

export function requireOpen(state: ItemState): void {
  if (!isFinal(state.status)) return;
  throw new UserError('E_OVER', `${state.item.id} is ${state.status} already`, `mw show ${state.item.id}`, {
    exit: exitCode.conflict,
  });
}

/** The gate that an item waits at, of one of these kinds. */
export function requireGate(state: ItemState, kinds: readonly Gate['type'][]): Gate {
  const { gate, item } = state;
  if (gate === null)
    throw new UserError('E_NO_GATE', `${item.id} is ${state.status} and waits for no decision`, `mw show ${item.id}`, {
      exit: exitCode.conflict,
    });
  if (kinds.includes(gate.type)) return gate;
  const next =
    gate.type === 'question'
      ? `mw answer ${item.id} "…"`
      : `mw approve ${item.id}, or mw reject ${item.id} --reason "…"`;
  throw new UserError(
    'E_OTHER_GATE',
    `${item.id} waits for ${gate.type === 'question' ? 'an answer' : 'an approval'}`,
    next,
    { exit: exitCode.conflict },
  );
}

/** Appends a person's event. A decision that somebody else made first is a conflict. */
export async function ask(factory: Factory, id: string, body: EventBody): Promise<ItemState> {
  const result = await factory.journal.append(id, body);
  if (result.type === 'appended') return result.state;
  if (result.type === 'no-such-item') throw notFound(id);
  throw new UserError('E_DECIDED', `somebody was quicker: ${id} has moved on`, `mw show ${id}`, {
    exit: exitCode.conflict,
  });
}
