/** What every executor must do, with the real journal and the real dispatcher above it, and steps that wait for the test. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EffectStart, Executor, RunningExecutor } from '../../src/engine/engine.ts';
import type { ItemState } from '../../src/machine/state.ts';
import { createJournal, type AppendResult, type Journal } from '../../src/orchestrator/append.ts';
import { startDispatch } from '../../src/orchestrator/dispatch.ts';
import type { Presence, Store } from '../../src/store/store.ts';
import { waitFor } from '../support/cli-desk.ts';
import { addTinyItems, effectsPerItem, endOf, performBy, waitForAbort, type Work } from './tiny-steps.ts';

/** One process of a factory: what it has of its own. */
export interface Seat {
  readonly store: Store<ItemState>;
  readonly presence: Presence;
  readonly executor: Executor;
  /** As if its process were killed: whatever it still tries comes to nothing. */
  vanish(): Promise<void>;
  /** Frees what the seat holds, after `vanish` or `leave`. */
  close(): Promise<void>;
}

export interface ExecutorUnderTest {
  /** Takes a seat at the same store; the identity of a vanished one is free again. */
  sit(options?: { readonly store?: (store: Store<ItemState>) => Store<ItemState> }): Promise<Seat>;
  close(): Promise<void>;
}

export interface TestWorker extends Seat {
  readonly journal: Journal;
  readonly running: RunningExecutor;
  /** What became of each performance's event. */
  readonly ends: AppendResult['type'][];
  readonly troubles: unknown[];
  leave(): Promise<void>;
}

let counter = 0;
const newId = () => `ask-${(counter += 1)}`;

/** A whole worker: journal, executor, dispatcher. */
export async function startTestWorker(seat: Seat, work: Work): Promise<TestWorker> {
  const { store, presence, executor } = seat;
  const journal = createJournal(store, executor, newId);
  const ends: AppendResult['type'][] = [];
  const troubles: unknown[] = [];
  const running = await executor.run(performBy(journal, work, ends));
  const dispatcher = startDispatch({
    store,
    journal,
    presence,
    bounds: () => ({ itemsLeft: null, costLeftMicroUsd: null, only: null }),
    draining: () => false,
    onSchedule: () => undefined,
    onTrouble: (error) => troubles.push(error),
  });
  const leave = async () => {
    await dispatcher.close();
    await running.close();
    await presence.leave();
    await seat.close();
  };
  return { ...seat, journal, running, ends, troubles, leave };
}

export async function expectLanded(store: Store<ItemState>, items: readonly string[]): Promise<void> {
  await waitFor(`${items.length} items have landed`, 20_000, async () =>
    (await store.items({ ids: items })).every(({ state }) => state.status === 'landed'),
  );
  for (const item of items) {
    const ended = (await store.events({ item })).filter(({ id }) => id.startsWith('end:'));
    expect(ended.map(({ body }) => body.type)).toEqual(['prepared', 'attempt-finished', 'landed']);
  }
  expect(await store.running()).toEqual([]);
}

const soon: Work = () => Promise.resolve();

export function executorContract(name: string, create: () => Promise<ExecutorUnderTest>): void {
  describe(`the ${name} executor`, () => {
    let tested: ExecutorUnderTest;
    const workers: TestWorker[] = [];
    beforeEach(async () => {
      tested = await create();
    });
    afterEach(async () => {
      for (const worker of workers.splice(0)) await worker.leave();
      await tested.close();
    });
    const start = async (work: Work) => {
      const worker = await startTestWorker(await tested.sit(), work);
      workers.push(worker);
      return worker;
    };

    it('performs an effect once, after its start is in the journal', async () => {
      const seen: unknown[] = [];
      const { store, journal } = await start(async ({ effect, token, worker }) => {
        const found = await store.item(effect.item);
        const events = await store.events({ item: effect.item });
        seen.push([found?.state.awaiting[effect.id], events.some(({ id }) => id === `start:${effect.id}:${token}`)]);
        expect(seen.at(-1)).toEqual([expect.objectContaining({ state: 'running', token, worker }), true]);
      });
      await expectLanded(store, await addTinyItems(store, journal, 2));
      expect(seen).toHaveLength(2 * effectsPerItem);
    });

    it('performs nothing of a transaction that did not come to its end', async () => {
      const performed: EffectStart[] = [];
      const { store, executor, presence, journal } = await start(async (each) => void performed.push(each));
      const start1: EffectStart = {
        effect: { type: 'prepare', id: 'MW-99:1/run/prepare-1', item: 'MW-99', run: 1 },
        token: 1,
        worker: presence.worker,
      };
      const failed = store.transact(async (tx) => {
        await executor.enqueue(tx, [start1]);
        throw new Error('on purpose');
      });
      await expect(failed).rejects.toThrow('on purpose');
      await expectLanded(store, await addTinyItems(store, journal, 1));
      expect(performed.filter(({ effect }) => effect.item === 'MW-99')).toEqual([]);
    });

    it('lets only the latest start of an effect end it, once', async () => {
      const { store, journal, presence } = await start((_, signal) => waitForAbort(signal));
      const [item = ''] = await addTinyItems(store, journal, 1);
      const running = () => store.running().then((rows) => rows[0] ?? null);
      const first = await waitFor('it runs', 5_000, running);
      await journal.append(item, { type: 'effect-lost', effect: first.effect, token: first.token, why: 'a test' });
      const second = await waitFor('it runs again', 5_000, async () =>
        (await running())?.token === 2 ? running() : null,
      );
      const effect = Object.values((await store.item(item))?.state.awaiting ?? {})[0]?.effect;
      if (effect === undefined || second === null) throw new Error('nothing is awaited');
      const end = (token: number) => journal.append(item, endOf({ effect, token, worker: presence.worker }), { token });
      expect((await end(1)).type, 'the result of the lost start').toBe('lost');
      expect((await end(2)).type).toBe('appended');
      expect((await end(2)).type, 'a second result').toBe('lost');
      expect(
        await journal.append(item, { type: 'effect-lost', effect: effect.id, token: 2, why: 'too late' }),
      ).toMatchObject({ type: 'lost' });
    });

    it('goes on with what a vanished worker had under way, at whichever effect that was', async () => {
      for (let point = 1; point <= effectsPerItem; point += 1) {
        for (const when of ['before its work', 'between work and event'] as const) {
          let count = 0;
          let reached: (() => void) | null = null;
          const hit = new Promise<void>((resolve) => (reached = resolve));
          const never = new Promise<void>(() => undefined);
          const seat = await tested.sit();
          const first = await startTestWorker(seat, async () => {
            count += 1;
            if (count !== point) return;
            const gone = when === 'between work and event' ? seat.vanish() : never;
            reached?.();
            if (gone === never) await never;
          });
          const items = await addTinyItems(first.store, first.journal, 2);
          await hit;
          await first.vanish();
          const adopted: EffectStart[] = [];
          const second = await startTestWorker(await tested.sit(), async (each) => void adopted.push(each));
          expect(second.presence.worker).toBe(first.presence.worker);
          await expectLanded(second.store, items);
          await first.close();
          const losses = (await second.store.events({})).filter(({ body }) => body.type === 'effect-lost');
          expect(losses, 'adopted, not given up').toEqual([]);
          await second.leave();
        }
      }
    });

    it('aborts what is over, and only that', async () => {
      const reasons = new Map<string, unknown>();
      const { store, journal, running } = await start(async ({ effect }, signal) => {
        if (effect.type !== 'attempt') return;
        await waitForAbort(signal);
        reasons.set(effect.item, signal.reason);
      });
      const [one = '', two = ''] = await addTinyItems(store, journal, 2);
      await waitFor(
        'both attempts run',
        5_000,
        async () => (await store.running()).filter(({ effect }) => effect.includes('attempt')).length === 2,
      );
      await journal.append(one, { type: 'cancel-requested', by: 'pat', reason: '' });
      await waitFor('it is aborted', 5_000, () => reasons.has(one));
      expect([...reasons]).toEqual([[one, 'effect-over']]);
      await waitFor('it has ended', 5_000, () => running.busy() === 1);
      expect((await store.item(one))?.state.status).toBe('cancelled');
      expect((await store.item(two))?.state.status).toBe('running');
    });

    it('stops, drains or abandons as it is told, and what it leaves is adopted', async () => {
      for (const how of ['close', 'abandon'] as const) {
        const reasons: unknown[] = [];
        let begun = false;
        const first = await startTestWorker(await tested.sit(), async ({ effect }, signal) => {
          if (effect.type !== 'attempt') return;
          begun = true;
          await waitForAbort(signal);
          reasons.push(signal.reason);
        });
        const items = await addTinyItems(first.store, first.journal, 1);
        await waitFor('the attempt runs', 5_000, () => begun);
        await first.running[how]();
        expect(reasons).toEqual([how === 'close' ? 'worker-stops' : 'worker-lost']);
        expect(first.running.busy()).toBe(0);
        await first.vanish();
        const second = await startTestWorker(await tested.sit(), soon);
        await expectLanded(second.store, items);
        await second.running.drain();
        await second.leave();
        await first.close();
      }
    });
  });
}
