/**
 * The one door. One transaction: lock the item, insert the event by its unique id, fold, write state and effects. All
 * that ever changes an item comes through here; nothing lives between two transactions.
 */
import type { EffectStart, Executor } from '../engine/engine.ts';
import { cleanText } from '../model/clean-text.ts';
import type { EventBody } from '../model/event.ts';
import type { EffectId, ItemId } from '../model/id.ts';
import type { WorkItem } from '../model/work-item.ts';
import { fold, pipelineFor } from '../machine/fold.ts';
import type { ItemState } from '../machine/state.ts';
import { machineVersion } from '../machine/transition.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { Spend, Store, StoreTransaction } from '../store/store.ts';

export type AppendResult =
  | { readonly type: 'appended'; readonly state: ItemState; readonly n: number }
  /** An event of this id is in the journal already. */
  | { readonly type: 'known' }
  /** The effect that it would end has been given to another start, or is over. */
  | { readonly type: 'lost' }
  | { readonly type: 'no-such-item' };

/** What a committed event changed, for whoever keeps a view in this process. */
export interface Change {
  readonly item: ItemId;
  readonly n: number;
  readonly body: EventBody;
  readonly before: ItemState | null;
  readonly after: ItemState;
}

export interface AppendOptions {
  /** Unique over the journal. Events that end an effect have theirs by the effect. */
  readonly id?: string;
  /** The start that the event ends; required for events that end an effect. */
  readonly token?: number;
}

export interface Journal {
  append(item: ItemId, body: EventBody, options?: AppendOptions): Promise<AppendResult>;
  /** Adds items all or nothing; `make` is given the ids, in order. */
  add(
    count: number,
    project: string,
    make: (ids: readonly ItemId[]) => readonly WorkItem[],
  ): Promise<readonly WorkItem[]>;
  /** Answers what ends the listening. */
  onChange(listener: (change: Change) => void): () => void;
}

export function createJournal(
  store: Store<ItemState>,
  executor: Pick<Executor, 'enqueue' | 'stop'> | null,
  newId: () => string,
): Journal {
  const listeners = new Set<(change: Change) => void>();

  async function append(item: ItemId, given: EventBody, options: AppendOptions = {}): Promise<AppendResult> {
    const body = cleanText(given);
    let change: Change | null = null;
    const result = await store.transact<AppendResult>(async (tx) => {
      const locked = await tx.lockItem(item);
      if (locked === null) return { type: 'no-such-item' };
      const before = locked.state;
      if (!mayEnd(before, body, options.token)) return { type: 'lost' };
      const stamped = { body, at: tx.now };
      const pipeline = await pinnedFor(tx, before, body);
      const { state, effects } = fold(pipeline, before, stamped);
      const n = locked.version + 1;
      const id = eventId(item, body, options, newId);
      const inserted = await tx.insertEvent({
        item,
        n,
        id,
        body,
        machine: machineVersion,
        decided: effects.map((effect) => effect.id),
      });
      if (!inserted) return { type: 'known' };
      await tx.saveItem(before, state, n, spendOf(before, state, body, id));
      if (body.type === 'effect-started' && executor !== null) await executor.enqueue(tx, startsOf(state, body.effect));
      change = { item, n, body, before, after: state };
      return { type: 'appended', state, n };
    });
    if (change !== null) announce(change);
    return result;
  }

  function announce(change: Change): void {
    const over = overEffects(change);
    if (over.length > 0) void executor?.stop(over);
    for (const listener of listeners) listener(change);
  }

  return {
    append,
    async add(count, project, make) {
      const states = await addStates(store, count, project, make);
      for (const after of states)
        announce({
          item: after.item.id,
          n: 1,
          body: { type: 'work-item-added', item: after.item },
          before: null,
          after,
        });
      return states.map(({ item }) => item);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The first events of new items and what they fold to, written all or none. */
async function addStates(
  store: Store<ItemState>,
  count: number,
  project: string,
  make: (ids: readonly ItemId[]) => readonly WorkItem[],
): Promise<readonly ItemState[]> {
  let states: readonly ItemState[] = [];
  await store.addItems(count, project, (numbers, at) => {
    const added = cleanText(make(numbers.map((number) => `MW-${number}`))).map((item) => {
      const body: EventBody = { type: 'work-item-added', item };
      const { state, effects } = fold(null, null, { body, at });
      const decided = effects.map(({ id }) => id);
      return { state, event: { item: item.id, n: 1, id: `add:${item.id}`, body, machine: machineVersion, decided } };
    });
    states = added.map(({ state }) => state);
    return added;
  });
  return states;
}

/** Only the latest start of an effect may end it, and only while it runs. A timer fires without being started. */
function mayEnd(state: ItemState, body: EventBody, token: number | undefined): boolean {
  if (!('effect' in body) || body.type === 'effect-started') return true;
  const awaited = state.awaiting[body.effect];
  if (awaited === undefined) return false;
  if (body.type === 'timer-fired') return true;
  return awaited.state === 'running' && awaited.token === (body.type === 'effect-lost' ? body.token : token);
}

/** One id for every way in which the same thing can happen, so that the first one wins. */
function eventId(item: ItemId, body: EventBody, options: AppendOptions, newId: () => string): string {
  if (options.id !== undefined) return options.id;
  switch (body.type) {
    case 'effect-started':
      return `start:${body.effect}:${body.token}`;
    case 'effect-lost':
      return `lost:${body.effect}:${body.token}`;
    case 'effect-broke':
      return `broke:${body.effect}:${options.token ?? 0}`;
    case 'prepared':
    case 'prepare-refused':
    case 'effect-refused':
    case 'attempt-finished':
    case 'checks-finished':
    case 'review-finished':
    case 'break-finished':
    case 'timer-fired':
    case 'rebased':
    case 'land-conflicted':
    case 'land-refused':
    case 'landed':
      return `end:${body.effect}`;
    case 'approved':
    case 'rejected':
    case 'answered':
      return `gate:${body.gate}`;
    case 'work-item-added':
      return `add:${item}`;
    case 'work-item-edited':
    case 'pause-requested':
    case 'resume-requested':
    case 'cancel-requested':
    case 'retry-requested':
      return `ask:${newId()}`;
  }
}

async function pinnedFor(
  tx: StoreTransaction<ItemState>,
  state: ItemState,
  body: EventBody,
): Promise<PinnedPipeline | null> {
  const hash = body.type === 'prepared' ? body.pipeline : state.pipeline;
  const pinned = hash === null ? null : await tx.pipeline(hash);
  return pipelineFor(state, { body, at: tx.now }, () => pinned);
}

function startsOf(state: ItemState, effect: EffectId): readonly EffectStart[] {
  const awaited = state.awaiting[effect];
  if (awaited === undefined || awaited.state !== 'running' || awaited.worker === null) return [];
  return [{ effect: awaited.effect, token: awaited.token, worker: awaited.worker }];
}

/** What the fold has counted as spent, by whatever event: also what a lost or aborted session had reserved. */
function spendOf(
  { spending: before, awaiting }: ItemState,
  { spending: after }: ItemState,
  body: EventBody,
  event: string,
): Spend | null {
  const known = after.knownMicroUsd - before.knownMicroUsd;
  const unknown = after.unknownMicroUsd - before.unknownMicroUsd;
  if (known + unknown === 0) return null;
  const effect = 'effect' in body ? awaiting[body.effect]?.effect : undefined;
  return {
    event,
    agent: effect !== undefined && 'agent' in effect ? effect.agent : '',
    microUsd: known + unknown,
    known: unknown === 0,
  };
}

/** Running effects that the new state no longer waits for. The one that this event ends is ending by itself. */
function overEffects({ before, after, body }: Change): EffectId[] {
  const ending = 'effect' in body ? body.effect : null;
  return Object.values(before?.awaiting ?? {}).flatMap(({ effect, state }) =>
    state === 'running' && effect.id !== ending && after.awaiting[effect.id] === undefined ? [effect.id] : [],
  );
}
