/**
 * The default executor. The start is the effect's own row (worker, token), written by the transaction that decides it,
 * so nothing can be lost between two systems. This process only picks up what the rows say is its own, beats, and
 * stops what is no longer its own.
 */
import type { Effect } from '../../model/effect.ts';
import type { EffectId } from '../../model/id.ts';
import type { Presence, Store } from '../../store/store.ts';
import type { AbortReason, EffectStart, Executor, Perform, RunningExecutor } from '../engine.ts';

interface Live {
  readonly token: number;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export interface ClaimsOptions {
  readonly store: Store;
  readonly presence: Presence;
  readonly beatMs: number;
  /** Called with an error that no effect can be blamed for: a lost store, a failing beat. */
  readonly onTrouble: (error: unknown) => void;
}

export function createClaimsExecutor({ store, presence, beatMs, onTrouble }: ClaimsOptions): Executor {
  const live = new Map<EffectId, Live>();
  let perform: Perform | null = null;

  function begin(start: EffectStart): void {
    if (perform === null || start.worker !== presence.worker) return;
    const present = live.get(start.effect.id);
    if (present !== undefined) {
      if (present.token >= start.token) return;
      // A newer start of the same effect is ours too: the old performance must be over before it begins.
      present.controller.abort('effect-moved' satisfies AbortReason);
      present.ended.then(() => begin(start), onTrouble);
      return;
    }
    const controller = new AbortController();
    const ended = perform(start, controller.signal)
      .catch(onTrouble)
      .finally(() => live.delete(start.effect.id));
    live.set(start.effect.id, { token: start.token, controller, ended });
  }

  /** Makes what runs here equal to what the rows say. */
  async function reconcile(): Promise<void> {
    // What begins while the rows are read may not be among them yet.
    const before = [...live];
    const rows = await store.running(presence.worker);
    const tokens = new Map(rows.map(({ effect, token }) => [effect, token]));
    const strays = before.filter(([id, { token }]) => tokens.get(id) !== token);
    if (strays.length > 0) await dismiss(store, strays);
    const missing = rows.filter(({ effect }) => !live.has(effect));
    if (missing.length === 0) return;
    const items = await store.items({ ids: [...new Set(missing.map(({ item }) => item))] });
    for (const { effect, token, item } of missing) {
      const found = items.find(({ state }) => state.item.id === item)?.state.awaiting[effect];
      if (found !== undefined) begin({ effect: found.effect as Effect, token, worker: presence.worker });
    }
  }

  function abortAll(reason: AbortReason): Promise<unknown> {
    for (const { controller } of live.values()) controller.abort(reason);
    return Promise.all([...live.values()].map(({ ended }) => ended));
  }

  async function beat(): Promise<void> {
    try {
      await presence.beat();
      await reconcile();
    } catch (error) {
      // One that has lost its place is ended by whoever was told so, and needs no word from here.
      if (presence.alive()) onTrouble(error);
    }
  }

  return {
    async enqueue(tx, starts) {
      tx.afterCommit(() => starts.forEach(begin));
    },
    async run(performer) {
      perform = performer;
      const pending = createCoalescer(() => reconcile().catch(onTrouble));
      presence.onSignal((signal) => {
        if (signal.type !== 'factory') pending();
      });
      await reconcile();
      const timer = setInterval(() => void beat(), beatMs);
      const stopTaking = () => {
        perform = null;
        clearInterval(timer);
      };
      return runningExecutor(live, stopTaking, abortAll);
    },
    async stop(effects) {
      const ending = effects.flatMap((id) => live.get(id) ?? []);
      for (const { controller } of ending) controller.abort('effect-over' satisfies AbortReason);
      await Promise.all(ending.map(({ ended }) => ended));
    },
  };
}

/** Ends what is no longer ours. A row that went while this looked is told apart by the item: over, or somebody else's. */
async function dismiss(store: Store, strays: readonly (readonly [EffectId, Live])[]): Promise<void> {
  const awaited = new Set((await store.items({ open: true })).flatMap(({ state }) => Object.keys(state.awaiting)));
  for (const [id, { controller }] of strays)
    controller.abort((awaited.has(id) ? 'effect-moved' : 'effect-over') satisfies AbortReason);
}

function runningExecutor(
  live: ReadonlyMap<EffectId, Live>,
  stopTaking: () => void,
  abortAll: (reason: AbortReason) => Promise<unknown>,
): RunningExecutor {
  return {
    busy: () => live.size,
    async drain() {
      while (live.size > 0) await Promise.all([...live.values()].map(({ ended }) => ended));
      stopTaking();
    },
    async close() {
      stopTaking();
      await abortAll('worker-stops');
    },
    async abandon() {
      stopTaking();
      await abortAll('worker-lost');
    },
  };
}

/** Runs `work` soon after it is asked for, once for all who asked meanwhile, never twice at a time. */
function createCoalescer(work: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  const go = async () => {
    running = true;
    do {
      again = false;
      await work();
    } while (again);
    running = false;
  };
  return () => {
    if (running) again = true;
    else void go();
  };
}
