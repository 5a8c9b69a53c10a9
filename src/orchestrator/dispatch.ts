/**
 * Acts on the schedule: turns each start that the pure scheduler names into an event, fires timers, and gives up on
 * workers that have gone silent. One worker of the factory does this at a time.
 */
import { schedule, type FactoryView, type Schedule } from '../machine/schedule.ts';
import { viewOf } from '../machine/view.ts';
import type { ItemState } from '../machine/state.ts';
import type { ItemId } from '../model/id.ts';
import type { Presence, ProjectRow, Store, WorkerRow } from '../store/store.ts';
import type { Change, Journal } from './append.ts';
import { loadModel, refreshItems, takeItems } from './factory-model.ts';

/** A worker that has not beaten for this long is taken for dead or frozen. */
export const leaseMs = 10_000;
const tidyMs = 2_000;

export interface DispatchOptions {
  readonly store: Store<ItemState>;
  readonly journal: Journal;
  readonly presence: Presence;
  readonly bounds: () => FactoryView['bounds'];
  /** Set when this process takes on nothing new. */
  readonly draining: () => boolean;
  /** After each look at the whole: what it found. */
  readonly onSchedule: (schedule: Schedule, view: FactoryView) => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface Dispatcher {
  /** Looks again soon. */
  wake(): void;
  close(): Promise<void>;
}

export async function startDispatch(options: DispatchOptions): Promise<Dispatcher> {
  const { store, journal, presence, onTrouble } = options;
  let model = await loadModel(store);
  let facts = await readFacts(store);
  const dirty = new Set<ItemId>();
  const changed = new Map<ItemId, Change>();
  let reload = false;
  let refresh = false;
  let closed = false;
  let scheduled = false;
  let turn: Promise<void> = Promise.resolve();
  let dueTimer: NodeJS.Timeout | null = null;

  const wake = () => {
    if (closed || scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      turn = turn.then(() => (closed ? undefined : look())).catch(onTrouble);
    });
  };
  journal.onChange((change) => {
    if (change.before === null) dirty.add(change.item);
    else if ((changed.get(change.item)?.n ?? 0) < change.n) changed.set(change.item, change);
    wake();
  });
  presence.onSignal((signal) => {
    if (signal.type === 'item') dirty.add(signal.id);
    else if (signal.type === 'items') reload = true;
    else refresh = true;
    wake();
  });
  const tidy = setInterval(() => {
    refresh = true;
    turn = turn.then(() => (closed ? undefined : giveUpOnSilent())).catch(onTrouble);
    wake();
  }, tidyMs);

  async function catchUp(): Promise<void> {
    if (refresh) {
      refresh = false;
      facts = await readFacts(store);
    }
    if (reload) {
      reload = false;
      changed.clear();
      dirty.clear();
      model = await loadModel(store);
      return;
    }
    const own = [...changed].flatMap(([id, { after }]) => {
      const known = model.items.get(id);
      return known === undefined ? [] : [{ number: known.number, state: after }];
    });
    const unknown = [...dirty];
    dirty.clear();
    changed.clear();
    await takeItems(store, model, own);
    await refreshItems(store, model, unknown);
  }

  async function look(): Promise<void> {
    if (!(await presence.leads())) return options.onSchedule({ starts: [], waits: [] }, await readView());
    const view = await readView();
    const plan = schedule(view);
    options.onSchedule(plan, view);
    for (const { effect, item, worker, reserveMicroUsd } of plan.starts) await start(item, effect, worker, reserveMicroUsd);
    waitForTimers(view, plan);
  }

  async function start(item: ItemId, effect: string, worker: string, reservedMicroUsd: number): Promise<void> {
    const awaited = model.items.get(item)?.state.awaiting[effect];
    if (awaited === undefined) return;
    if (awaited.effect.type === 'timer') await journal.append(item, { type: 'timer-fired', effect });
    else await journal.append(item, { type: 'effect-started', effect, worker, token: awaited.token + 1, reservedMicroUsd });
  }

  async function readView(): Promise<FactoryView> {
    await catchUp();
    const { projects, workers, pausedBy } = facts;
    const counted = projects.some(({ limits }) => limits?.dayMicroUsd != null);
    const rated = projects.some(({ limits }) => Object.values(limits?.agents ?? {}).some(({ perMinute }) => perMinute !== null));
    const now = new Date().toISOString();
    return viewOf({
      items: model.scheduled.values(),
      over: model.over,
      now,
      projects,
      spentToday: counted ? await store.spentSince(startOfDay(now)) : new Map(),
      startsLastMinute: rated ? await store.startsLastMinute() : new Map(),
      workers: workers.filter(({ silentMs }) => silentMs < leaseMs),
      closed: closedFor(pausedBy, options.draining()),
      bounds: options.bounds(),
    });
  }

  function waitForTimers(view: FactoryView, plan: Schedule): void {
    const due = view.items.flatMap(({ effects }) => effects.flatMap(({ dueAt }) => (dueAt !== null && dueAt > view.now ? [Date.parse(dueAt)] : [])));
    const rated = plan.waits.some(({ waitFor }) => waitFor === 'time') ? [Date.now() + 5_000] : [];
    if (dueTimer !== null) clearTimeout(dueTimer);
    const next = Math.min(...due, ...rated);
    if (Number.isFinite(next)) dueTimer = setTimeout(wake, Math.min(Math.max(next - Date.now(), 10), 60_000));
  }

  async function giveUpOnSilent(): Promise<void> {
    if (!(await presence.leads())) return takeOverFromSilentLeader();
    const workers = new Map((await store.workers()).map((worker) => [worker.id, worker]));
    const silent = (id: string) => (workers.get(id)?.silentMs ?? Number.POSITIVE_INFINITY) >= leaseMs;
    const lost = (await store.running()).filter(({ worker }) => worker !== presence.worker && silent(worker));
    for (const worker of new Set(lost.map((row) => row.worker))) await presence.fence(worker);
    for (const { item, effect, token, worker } of lost) {
      await journal.append(item, { type: 'effect-lost', effect, token, why: `worker ${worker} has not been heard of for ${leaseMs / 1_000} s` });
    }
  }

  /** A frozen leader still holds its place; every waiting worker may end that. */
  async function takeOverFromSilentLeader(): Promise<void> {
    for (const { id, silentMs } of await store.workers()) {
      if (id !== presence.worker && silentMs >= leaseMs) await presence.fence(id);
    }
  }

  wake();
  return {
    wake,
    async close() {
      closed = true;
      clearInterval(tidy);
      if (dueTimer !== null) clearTimeout(dueTimer);
      await turn;
    },
  };
}

interface Facts {
  readonly projects: readonly ProjectRow[];
  readonly workers: readonly WorkerRow[];
  readonly pausedBy: string | null;
}

async function readFacts(store: Store<ItemState>): Promise<Facts> {
  const [projects, workers, { pausedBy }] = await Promise.all([store.projects(), store.workers(), store.factory()]);
  return { projects, workers, pausedBy };
}

function closedFor(pausedBy: string | null, draining: boolean): FactoryView['closed'] {
  if (draining) return { code: 'draining', text: 'the factory is finishing what runs and takes on nothing new', next: 'mw up' };
  if (pausedBy !== null) return { code: 'factory-paused', text: `the factory is paused by ${pausedBy}`, next: 'mw resume --all' };
  return null;
}

/** Midnight by UTC: the day that budgets count. */
export function startOfDay(now: string): string {
  return `${now.slice(0, 10)}T00:00:00.000Z`;
}
