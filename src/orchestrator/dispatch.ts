/**
 * Acts on the schedule: turns each start that the pure scheduler names into an event, fires timers, and gives up on
 * workers that have gone silent. One worker of the factory does this at a time.
 */
import type { FactoryView, Schedule, Start } from '../machine/factory-view.ts';
import { schedule } from '../machine/schedule.ts';
import type { ItemState } from '../machine/state.ts';
import type { Presence, Store } from '../store/store.ts';
import type { Journal } from './append.ts';
import { leaseMs, createFactoryModel, type FactoryModel } from './factory-model.ts';

const tidyMs = 2_000;
/** A wait for a rate or a day to pass is looked at again this often. */
const rateMs = 5_000;

export interface DispatchOptions {
  readonly store: Store<ItemState>;
  readonly journal: Journal;
  readonly presence: Presence;
  readonly bounds: () => FactoryView['bounds'];
  /** Set when this process takes on nothing new. */
  readonly draining: () => boolean;
  /** After each look at the whole: what it found. Also where another worker leads, and acts on it. */
  readonly onSchedule: (schedule: Schedule, view: FactoryView) => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface Dispatcher {
  /** Looks again soon. */
  wake(): void;
  close(): Promise<void>;
}

export function startDispatch(options: DispatchOptions): Dispatcher {
  const { journal, presence, onTrouble } = options;
  const model = createFactoryModel(options.store);
  let closed = false;
  let asked = false;
  let turn: Promise<void> = Promise.resolve();
  let alarm: NodeJS.Timeout | null = null;

  /** One thing at a time; what goes wrong is told and does not end the dispatcher. */
  const next = (work: () => Promise<void>) => {
    turn = turn.then(() => (closed ? undefined : work())).catch(onTrouble);
  };
  const wake = () => {
    if (closed || asked) return;
    asked = true;
    setImmediate(() => {
      asked = false;
      next(look);
    });
  };
  const look = async () => {
    const leads = await presence.leads();
    const view = await model.view(options.bounds(), options.draining());
    // Whoever does not lead looks as well: it must know when nothing is left to wait for.
    const plan = schedule(view);
    options.onSchedule(plan, view);
    if (leads) for (const start of plan.starts) await begin(journal, model, start);
    if (alarm !== null) clearTimeout(alarm);
    const dueMs = nextLookMs(view, plan);
    if (dueMs !== null) alarm = setTimeout(wake, dueMs);
  };
  const ignore = journal.onChange((change) => {
    model.changed(change);
    wake();
  });
  presence.onSignal((signal) => {
    model.signalled(signal);
    wake();
  });
  const tidy = setInterval(() => {
    model.refresh();
    next(() => giveUpOnSilent(options));
    wake();
  }, tidyMs);
  wake();
  return {
    wake,
    async close() {
      closed = true;
      ignore();
      clearInterval(tidy);
      if (alarm !== null) clearTimeout(alarm);
      await turn;
    },
  };
}

async function begin(
  journal: Journal,
  model: FactoryModel,
  { item, effect, worker, reserveMicroUsd }: Start,
): Promise<void> {
  const awaited = model.stateOf(item)?.awaiting[effect];
  if (awaited === undefined) return;
  if (worker === null) await journal.append(item, { type: 'timer-fired', effect });
  else
    await journal.append(item, {
      type: 'effect-started',
      effect,
      worker,
      token: awaited.token + 1,
      reservedMicroUsd: reserveMicroUsd,
    });
}

/** Milliseconds until something is due by the clock alone; `null` when nothing is. */
function nextLookMs(view: FactoryView, plan: Schedule): number | null {
  const now = Date.now();
  const due = view.items.flatMap(({ effects }) =>
    effects.flatMap(({ dueAt }) => (dueAt !== null && dueAt > view.now ? [Date.parse(dueAt) - now] : [])),
  );
  const rated = plan.waits.some(({ waitFor, code }) => waitFor === 'time' && code !== 'timer') ? [rateMs] : [];
  const first = Math.min(...due, ...rated);
  return Number.isFinite(first) ? Math.min(Math.max(first, 10), 60_000) : null;
}

/** What a silent worker had under way is given up, after it has been made sure that it cannot act when it wakes. */
async function giveUpOnSilent({ store, journal, presence }: DispatchOptions): Promise<void> {
  const workers = await store.workers();
  const silent = workers.filter(({ id, silentMs }) => id !== presence.worker && silentMs >= leaseMs);
  // A frozen leader still holds its place; every waiting worker may end that.
  for (const { id } of silent) await presence.fence(id);
  if (!(await presence.leads())) return;
  const present = new Set(workers.filter(({ silentMs }) => silentMs < leaseMs).map(({ id }) => id));
  for (const { item, effect, token, worker } of await store.running()) {
    if (worker === presence.worker || present.has(worker)) continue;
    await journal.append(item, {
      type: 'effect-lost',
      effect,
      token,
      why: `worker ${worker} has not been heard of for ${leaseMs / 1_000} s`,
    });
  }
}
