/** The executor of tests: starts live in this process, on a store that outlives it. No leases; a new one adopts all. */
import type { Effect } from '../../model/effect.ts';
import type { EffectId } from '../../model/id.ts';
import type { Store } from '../../store/store.ts';
import type { AbortReason, EffectStart, Executor, Perform } from '../engine.ts';

interface Live {
  readonly token: number;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export function createMemoryExecutor(options: {
  readonly store: Store;
  readonly worker: string;
  readonly onTrouble: (error: unknown) => void;
}): Executor {
  const { store, worker, onTrouble } = options;
  const live = new Map<EffectId, Live>();
  let perform: Perform | null = null;

  function begin(start: EffectStart): void {
    if (perform === null || start.worker !== worker || (live.get(start.effect.id)?.token ?? 0) >= start.token) return;
    const controller = new AbortController();
    const ended = perform(start, controller.signal)
      .catch(onTrouble)
      .finally(() => {
        if (live.get(start.effect.id)?.controller === controller) live.delete(start.effect.id);
      });
    live.set(start.effect.id, { token: start.token, controller, ended });
  }

  async function end(chosen: readonly Live[], reason: AbortReason): Promise<void> {
    for (const { controller } of chosen) controller.abort(reason);
    await Promise.all(chosen.map(({ ended }) => ended));
  }

  return {
    async enqueue(tx, starts) {
      tx.afterCommit(() => starts.forEach(begin));
    },
    async run(performer) {
      perform = performer;
      const rows = await store.running(worker);
      const items = await store.items({ ids: rows.map(({ item }) => item) });
      for (const { effect, token, item } of rows) {
        const found = items.find(({ state }) => state.item.id === item)?.state.awaiting[effect];
        if (found !== undefined) begin({ effect: found.effect as Effect, token, worker });
      }
      return {
        busy: () => live.size,
        async drain() {
          while (live.size > 0) await Promise.all([...live.values()].map(({ ended }) => ended));
          perform = null;
        },
        async close() {
          perform = null;
          await end([...live.values()], 'worker-stops');
        },
        async abandon() {
          perform = null;
          await end([...live.values()], 'worker-lost');
        },
      };
    },
    stop: (effects) =>
      end(
        effects.flatMap((id) => live.get(id) ?? []),
        'effect-over',
      ),
  };
}
