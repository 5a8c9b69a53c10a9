/** The factory as the scheduler sees it: read once, then kept up to date by changes while it runs. */
import type { FactoryView, ScheduledItem } from '../machine/factory-view.ts';
import type { ItemState, Reason } from '../machine/state.ts';
import { scheduledItem, viewOf, type NumberedItem } from '../machine/view.ts';
import type { ItemId } from '../model/id.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { isFinal } from '../model/work-item.ts';
import type { ProjectRow, Store, StoreSignal, WorkerRow } from '../store/store.ts';
import type { Change } from './append.ts';

export interface FactoryModel {
  /** A change that this process made: its state is known without asking the store. */
  changed(change: Change): void;
  /** Something that another process changed. */
  signalled(signal: StoreSignal): void;
  /** Workers and projects are read anew with the next look. */
  refresh(): void;
  stateOf(item: ItemId): ItemState | null;
  /** Catches up and shows the whole. */
  view(bounds: FactoryView['bounds'], draining: boolean): Promise<FactoryView>;
}

interface Facts {
  readonly projects: readonly ProjectRow[];
  readonly workers: readonly WorkerRow[];
  readonly pausedBy: string | null;
}

/** `version` is the number of the last event that was folded: an older picture never replaces a newer one. */
type VersionedItem = NumberedItem & { readonly version: number };

interface Items {
  readonly open: Map<ItemId, VersionedItem>;
  readonly over: Map<ItemId, 'landed' | 'cancelled'>;
  readonly scheduled: Map<ItemId, ScheduledItem>;
  readonly pipelines: Map<string, PinnedPipeline>;
}

/** A worker that has not beaten for this long is taken for dead or frozen. */
export const leaseMs = 10_000;

/**
 * Reads nothing by itself: whoever made it tells it of changes from then on, and the first view loads the rest. So no
 * change can fall between the loading and the listening.
 */
export function createFactoryModel(store: Store<ItemState>): FactoryModel {
  let items = emptyItems();
  let facts: Facts = { projects: [], workers: [], pausedBy: null };
  const dirty = new Set<ItemId>();
  const own = new Map<ItemId, Change>();
  let reload = true;
  let refresh = true;

  async function catchUp(): Promise<void> {
    if (refresh) {
      refresh = false;
      facts = await readFacts(store).catch((error: unknown) => {
        refresh = true;
        throw error;
      });
    }
    if (!reload) return catchUpItems().catch(forget);
    reload = false;
    own.clear();
    dirty.clear();
    items = await loadItems(store).catch(forget);
  }

  async function catchUpItems(): Promise<void> {
    const known = [...own].flatMap(([id, { after, n }]) => {
      const number = items.open.get(id)?.number;
      return number === undefined ? [] : [{ number, version: n, state: after }];
    });
    const unknown = [...dirty];
    dirty.clear();
    own.clear();
    await takeItems(store, items, known);
    if (unknown.length > 0) await takeItems(store, items, await store.items({ ids: unknown }));
  }

  /** What could not be read is not known any more: all of it is read again. */
  function forget(error: unknown): never {
    reload = true;
    throw error;
  }

  return {
    changed(change) {
      if (change.before === null) dirty.add(change.item);
      else if ((own.get(change.item)?.n ?? 0) < change.n) own.set(change.item, change);
    },
    signalled(signal) {
      if (signal.type === 'item') dirty.add(signal.id);
      else if (signal.type === 'items') reload = true;
      else refresh = true;
    },
    refresh() {
      refresh = true;
    },
    stateOf: (item) => items.open.get(item)?.state ?? null,
    async view(bounds, draining) {
      await catchUp();
      const { projects, workers, pausedBy } = facts;
      const counted = projects.some(({ limits }) => limits !== null && limits.dayMicroUsd !== null);
      const rated = projects.some(({ limits }) =>
        Object.values(limits?.agents ?? {}).some(({ perMinute }) => perMinute !== null),
      );
      const now = new Date().toISOString();
      return viewOf({
        now,
        items: items.scheduled.values(),
        over: items.over,
        projects,
        spentToday: counted ? await store.spentSince(startOfDay(now)) : new Map(),
        startsLastMinute: rated ? await store.startsLastMinute() : new Map(),
        workers: workers.filter(({ silentMs }) => silentMs < leaseMs),
        // While others go on, one that drains has no places of its own to offer, and that is all.
        closed: closedFor(pausedBy, draining && workers.length <= 1),
        bounds,
      });
    },
  };
}

function emptyItems(): Items {
  return { open: new Map(), over: new Map(), scheduled: new Map(), pipelines: new Map() };
}

async function loadItems(store: Store<ItemState>): Promise<Items> {
  const items = emptyItems();
  await takeItems(store, items, await store.items({ open: true }));
  return items;
}

/** Takes in states, and learns of parents and pipelines that were not met yet. */
async function takeItems(store: Store<ItemState>, items: Items, rows: readonly VersionedItem[]): Promise<void> {
  for (const { state } of rows) {
    const hash = state.pipeline;
    if (hash === null || items.pipelines.has(hash)) continue;
    const pinned = await store.pipeline(hash);
    if (pinned !== null) items.pipelines.set(hash, pinned);
  }
  for (const row of rows) takeItem(items, row);
  const parents = rows
    .flatMap(({ state }) => state.item.after)
    .filter((id) => !items.open.has(id) && !items.over.has(id));
  if (parents.length === 0) return;
  for (const row of await store.items({ ids: [...new Set(parents)] })) takeItem(items, row);
}

function takeItem(items: Items, row: VersionedItem): void {
  const { id } = row.state.item;
  if (items.over.has(id) || (items.open.get(id)?.version ?? 0) > row.version) return;
  if (isFinal(row.state.status)) {
    items.open.delete(id);
    items.scheduled.delete(id);
    items.over.set(id, row.state.status === 'landed' ? 'landed' : 'cancelled');
    return;
  }
  const hash = row.state.pipeline;
  items.open.set(id, row);
  items.scheduled.set(id, scheduledItem(row, hash === null ? null : (items.pipelines.get(hash) ?? null)));
}

async function readFacts(store: Store<ItemState>): Promise<Facts> {
  const [projects, workers, { pausedBy }] = await Promise.all([store.projects(), store.workers(), store.factory()]);
  return { projects, workers, pausedBy };
}

function closedFor(pausedBy: string | null, draining: boolean): Reason | null {
  if (draining)
    return { code: 'draining', text: 'the factory is finishing what runs and takes on nothing new', next: 'mw up' };
  if (pausedBy !== null)
    return { code: 'factory-paused', text: `the factory is paused by ${pausedBy}`, next: 'mw resume --all' };
  return null;
}

/** Midnight by UTC: the day that budgets count. */
function startOfDay(now: string): string {
  return `${now.slice(0, 10)}T00:00:00.000Z`;
}
