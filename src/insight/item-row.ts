/** What people and tools are shown of an item: its state, why it waits, what it cost. Derived, never stored. */
import type { FactoryView } from '../machine/factory-view.ts';
import { schedule } from '../machine/schedule.ts';
import type { ItemState } from '../machine/state.ts';
import { scheduledItem, viewOf } from '../machine/view.ts';
import type { ItemId } from '../model/id.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { isFinal, type ItemStatus } from '../model/work-item.ts';
import type { Store } from '../store/store.ts';

/** As `mw list --json` prints it. */
export interface ItemRow {
  readonly id: ItemId;
  /** The id of its project. */
  readonly project: string;
  readonly key: string | null;
  readonly title: string;
  readonly state: ItemStatus;
  readonly phase: string | null;
  /** Empty only while it runs and once it has landed. */
  readonly reason: string;
  /** The reason's word for programs, for example `same-failure`; `null` where there is no reason. */
  readonly reasonCode: string | null;
  /** The next thing to type, where there is one. */
  readonly next: string;
  /** Where its landed commit is to be seen. */
  readonly branch: string | null;
  /** `null`: a session did not say what it cost. */
  readonly costMicroUsd: number | null;
}

export interface FactoryPicture {
  readonly rows: readonly ItemRow[];
  readonly states: ReadonlyMap<ItemId, ItemState>;
  readonly pausedBy: string | null;
  readonly workers: readonly { readonly id: string; readonly pid: number; readonly sessions: number }[];
}

const silentMs = 10_000;

/** The whole factory, or the items of one project. Reasons come from the same scheduler that starts work. */
export async function readPicture(
  store: Store<ItemState>,
  filter: { readonly project?: string; readonly ids?: readonly ItemId[] },
): Promise<FactoryPicture> {
  // One after another: a second connection takes longer to open than all of this.
  const open = await store.items({ open: true });
  const shown = await store.items(filter);
  const projects = await store.projects();
  const workers = await store.workers();
  const { pausedBy } = await store.factory();
  const states = new Map([...open, ...shown].map(({ state }) => [state.item.id, state]));
  const parents = [...states.values()].flatMap(({ item }) => item.after).filter((id) => !states.has(id));
  const over = new Map<ItemId, 'landed' | 'cancelled'>();
  for (const { state } of [
    ...shown,
    ...(parents.length === 0 ? [] : await store.items({ ids: [...new Set(parents)] })),
  ]) {
    if (isFinal(state.status)) over.set(state.item.id, state.status === 'landed' ? 'landed' : 'cancelled');
  }
  const pipelines = await pipelinesOf(
    store,
    open.map(({ state }) => state.pipeline),
  );
  const alive = workers.filter((worker) => worker.silentMs < silentMs);
  const now = await store.now();
  const view = viewOf({
    now,
    items: open.map((item) => scheduledItem(item, pipelines.get(item.state.pipeline ?? '') ?? null)),
    over,
    projects,
    spentToday: await store.spentSince(`${now.slice(0, 10)}T00:00:00.000Z`),
    startsLastMinute: await store.startsLastMinute(),
    workers: alive,
    closed:
      pausedBy === null
        ? null
        : { code: 'factory-paused', text: `the factory is paused by ${pausedBy}`, next: 'mw resume --all' },
    bounds: { itemsLeft: null, costLeftMicroUsd: null, only: null },
  });
  const waits = waitsOf(view);
  return {
    rows: shown.map(({ state }) => itemRow(state, waits.get(state.item.id) ?? null)),
    states,
    pausedBy,
    workers: alive,
  };
}

async function pipelinesOf(
  store: Store<ItemState>,
  hashes: readonly (string | null)[],
): Promise<Map<string, PinnedPipeline>> {
  const pipelines = new Map<string, PinnedPipeline>();
  for (const hash of new Set(hashes)) {
    const pinned = hash === null ? null : await store.pipeline(hash);
    if (hash !== null && pinned !== null) pipelines.set(hash, pinned);
  }
  return pipelines;
}

export interface ItemWait {
  readonly code: string;
  readonly text: string;
  readonly next: string;
  readonly waitFor: 'work' | 'time' | 'person';
}

/** The wait of each item that has one: of several effects, the one that needs a person. */
export function waitsOf(view: FactoryView): ReadonlyMap<ItemId, ItemWait> {
  const plan = schedule(view);
  const starting = new Set(plan.starts.map(({ item }) => item));
  const waits = new Map<ItemId, ItemWait>();
  for (const wait of plan.waits) {
    if (starting.has(wait.item)) continue;
    if (!waits.has(wait.item) || wait.waitFor === 'person') waits.set(wait.item, wait);
  }
  return waits;
}

export function itemRow(state: ItemState, wait: ItemWait | null): ItemRow {
  const { item, spending, landed } = state;
  const shown = shownState(state.status, wait);
  const reason =
    state.reason ?? (state.status === 'queued' ? (wait ?? { code: 'next', text: 'starts next', next: '' }) : null);
  return {
    id: item.id,
    project: item.project,
    key: item.key,
    title: item.title,
    state: shown,
    phase: state.phase,
    reason: reason?.text ?? '',
    reasonCode: reason?.code ?? null,
    next: reason?.next ?? '',
    branch: landed?.delivery?.branch ?? null,
    costMicroUsd: spending.unknownSessions > 0 ? null : spending.knownMicroUsd,
  };
}

/** What people call the project: the name of its repository's folder. */
export function projectName(project: string): string {
  return project.replace(/-[0-9a-f]{8}$/, '');
}

/** A queued item that only money or a person can move is paused, for whoever reads it. */
function shownState(status: ItemStatus, wait: ItemWait | null): ItemStatus {
  if (status !== 'queued' || wait === null) return status;
  return ['item-budget', 'day-budget', 'dependency-cancelled'].includes(wait.code) && wait.waitFor === 'person'
    ? 'paused'
    : 'queued';
}
