/** What every store must do: the contract that the orchestrator and the engines rely on. */
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Spend, Store } from '../../src/store/store.ts';
import { awaiting, eventOf, project, stateOf, type TestState } from './states.ts';

export interface StoreUnderTest {
  readonly store: Store<TestState>;
  /** The effect rows as they lie in the store, by id; `null` where there are none besides the states. */
  readonly effectRows:
    | (() => Promise<
        Readonly<Record<string, { readonly state: string; readonly worker: string | null; readonly token: number }>>
      >)
    | null;
  close(): Promise<void>;
}

export function storeContract(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`the ${name} store`, () => {
    let tested: StoreUnderTest;
    let store: Store<TestState>;
    beforeEach(async () => {
      tested = await create();
      store = tested.store;
      await store.saveProject({ id: project, path: '/repository', target: null, limits: null });
    });
    afterEach(() => tested.close());

    const add = (count: number, key: (number: number) => string | null = () => null) =>
      store.addItems(count, project, (numbers) =>
        numbers.map((number) => ({ state: stateOf(number, { key: key(number) }), event: eventOf(`MW-${number}`, 1) })),
      );

    /** One change of an item, the way the one door makes it. */
    const change = (
      item: string,
      next: (state: TestState) => TestState,
      options: { id?: string; spend?: Spend } = {},
    ) =>
      store.transact(async (tx) => {
        const locked = await tx.lockItem(item);
        if (locked === null) return 'no such item';
        const n = locked.version + 1;
        if (!(await tx.insertEvent(eventOf(item, n, options.id)))) return 'known';
        await tx.saveItem(locked.state, next(locked.state), n, options.spend ?? null);
        return n;
      });

    it('keeps event, state and cost together, and gives the journal back in order', async () => {
      await add(2);
      expect(await change('MW-1', (state) => ({ ...state, note: 'a', status: 'running' }))).toBe(2);
      expect(await change('MW-2', (state) => ({ ...state, note: 'b' }))).toBe(2);
      expect(await change('MW-1', (state) => ({ ...state, note: 'c' }))).toBe(3);
      expect((await store.item('MW-1'))?.state).toMatchObject({ note: 'c', status: 'running' });
      const events = await store.events({});
      expect(events.map(({ id }) => id)).toEqual(['MW-1#1', 'MW-2#1', 'MW-1#2', 'MW-2#2', 'MW-1#3']);
      expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).sort((a, b) => a - b));
      expect(events.at(-1)).toMatchObject({
        item: 'MW-1',
        n: 3,
        body: { type: 'resume-requested' },
        machine: 1,
        decided: ['after 3'],
      });
      expect(await store.lastSeq()).toBe(events.at(-1)?.seq);
      expect(
        (await store.events({ item: 'MW-1', afterSeq: events[0]?.seq ?? 0, limit: 1 })).map(({ id }) => id),
      ).toEqual(['MW-1#2']);
    });

    it('keeps nothing of a transaction that throws, wherever it does', async () => {
      await add(1);
      const before = [await store.item('MW-1'), await store.events({}), await store.running()];
      const hints: string[] = [];
      const spend: Spend = { event: 'e', agent: 'a', microUsd: 5, known: true };
      const fail = store.transact(async (tx) => {
        const locked = await tx.lockItem('MW-1');
        if (locked === null) throw new Error('gone');
        tx.afterCommit(() => hints.push('told'));
        await tx.insertEvent(eventOf('MW-1', 2, 'e'));
        await tx.saveItem(
          locked.state,
          { ...locked.state, note: 'never', awaiting: awaiting('MW-1', { x: { token: 1, worker: 'w', agent: 'a' } }) },
          2,
          spend,
        );
        throw new Error('on purpose');
      });
      await expect(fail).rejects.toThrow('on purpose');
      expect([await store.item('MW-1'), await store.events({}), await store.running()]).toEqual(before);
      expect(hints).toEqual([]);
      expect([...(await store.spentSince('2000-01-01T00:00:00.000Z'))]).toEqual([]);
      expect([...(await store.startsLastMinute())]).toEqual([]);
    });

    it('takes an event id once, whatever item it is for', async () => {
      await add(2);
      expect(await change('MW-1', (state) => ({ ...state, note: 'first' }), { id: 'same' })).toBe(2);
      expect(await change('MW-1', (state) => ({ ...state, note: 'second' }), { id: 'same' })).toBe('known');
      expect(await change('MW-2', (state) => ({ ...state, note: 'second' }), { id: 'same' })).toBe('known');
      expect((await store.items({})).map(({ state }) => state.note)).toEqual(['first', '']);
      expect(await store.events({ item: 'MW-1' })).toHaveLength(2);
    });

    it('lets changes of one item follow each other, so that none is lost', async () => {
      await add(1);
      const ends = await Promise.all(
        Array.from({ length: 20 }, () => change('MW-1', (state) => ({ ...state, note: `${state.note}.` }))),
      );
      expect([...ends].sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 2),
      );
      expect((await store.item('MW-1'))?.state.note).toBe('.'.repeat(20));
    });

    it('tells what is committed only, and only then', async () => {
      await add(1);
      const seen: unknown[] = [];
      await store.transact(async (tx) => {
        const locked = await tx.lockItem('MW-1');
        tx.afterCommit(() => seen.push('committed'));
        await tx.insertEvent(eventOf('MW-1', 2));
        if (locked !== null) await tx.saveItem(locked.state, { ...locked.state, note: 'new' }, 2, null);
        seen.push((await store.item('MW-1'))?.state.note);
      });
      expect(seen).toEqual(['', 'committed']);
    });

    it('gives an item, its journal and what runs of it as of one moment, while others write', async () => {
      await add(2);
      expect(await store.snapshot('MW-9')).toBeNull();
      const effect = 'MW-1:1/build/attempt-1';
      let over = false;
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const writing = (async () => {
        for (let token = 1; token <= 60; token += 1) {
          const next = awaiting('MW-1', { [effect]: { token, worker: token % 3 === 0 ? null : `w${token}` } });
          await change('MW-1', (state) => ({ ...state, awaiting: next }));
          await change('MW-2', (state) => state);
          await turn();
        }
        over = true;
      })();
      let looks = 0;
      for (; !over; looks += 1) {
        const seen = await store.snapshot('MW-1');
        if (seen === null) throw new Error('it is gone');
        expect(seen.events.map(({ n }) => n)).toEqual(Array.from({ length: seen.version }, (_, index) => index + 1));
        const runs = Object.values(seen.state.awaiting).filter(({ state }) => state === 'running');
        expect(seen.running).toEqual(runs.map(({ token, worker }) => ({ effect, item: 'MW-1', token, worker })));
        await turn();
      }
      await writing;
      expect(looks).toBeGreaterThan(3);
      expect((await store.snapshot('MW-1'))?.events).toEqual(await store.events({ item: 'MW-1' }));
    });

    it('has one time in a transaction, by its own clock', async () => {
      await add(1);
      await store.transact(async (tx) => {
        await tx.lockItem('MW-1');
        const first = tx.now;
        await tx.insertEvent(eventOf('MW-1', 2));
        expect(tx.now).toBe(first);
        expect(Math.abs(Date.parse(first) - Date.parse(await store.now()))).toBeLessThan(5_000);
      });
    });

    it('makes the effect rows equal to what each item awaits', async () => {
      await add(1);
      const steps = [
        { a: { token: 0, worker: null }, b: { token: 0, worker: null } },
        { a: { token: 1, worker: 'w-1', agent: 'x' }, b: { token: 0, worker: null } },
        { a: { token: 1, worker: 'w-1', agent: 'x' }, b: { token: 1, worker: 'w-2' } },
        { a: { token: 2, worker: 'w-2', agent: 'x' }, c: { token: 0, worker: null } },
        {},
      ] as const;
      for (const step of steps) {
        await change('MW-1', (state) => ({ ...state, awaiting: keepSame(state.awaiting, awaiting('MW-1', step)) }));
        const running = Object.entries(step).flatMap(([effect, { token, worker }]) =>
          worker === null ? [] : [{ effect, item: 'MW-1', token, worker }],
        );
        expect(await store.running()).toEqual(running);
        expect(await store.running('w-2')).toEqual(running.filter(({ worker }) => worker === 'w-2'));
        if (tested.effectRows === null) continue;
        const rows = Object.fromEntries(
          Object.entries(step).map(([id, { token, worker }]) => [
            id,
            { state: worker === null ? 'wanted' : 'running', worker, token },
          ]),
        );
        expect(await tested.effectRows()).toEqual(rows);
      }
      expect([...(await store.startsLastMinute())]).toEqual([['p/x', 2]]);
    });

    it('adds items all or none', async () => {
      await add(2, (number) => `k${number}`);
      await expect(
        add(3, (number) => (number === 4 ? 'k1' : `k${number}`)),
        'a key that is taken',
      ).rejects.toThrow(/key/);
      await expect(
        store.addItems(2, project, () => {
          throw new Error('a circle');
        }),
      ).rejects.toThrow('a circle');
      expect((await store.items({})).map(({ state }) => state.item.id)).toEqual(['MW-1', 'MW-2']);
      expect(await store.events({})).toHaveLength(2);
      await add(1);
      const numbers = (await store.items({})).map(({ number }) => number);
      expect(numbers.at(-1)).toBeGreaterThan(2);
    });

    it('finds items by id, by key, and those that are open', async () => {
      await add(4, (number) => `k${number}`);
      await change('MW-2', (state) => ({ ...state, status: 'landed' }));
      await change('MW-3', (state) => ({ ...state, status: 'cancelled' }));
      const ids = async (filter: Parameters<typeof store.items>[0]) =>
        (await store.items(filter)).map(({ state }) => state.item.id);
      expect(await ids({ open: true })).toEqual(['MW-1', 'MW-4']);
      expect(await ids({ ids: ['MW-4', 'MW-2', 'MW-9'] })).toEqual(['MW-2', 'MW-4']);
      expect(await ids({ project: 'other' })).toEqual([]);
      expect([...(await store.itemByKey(project, ['k3', 'k9']))]).toEqual([['k3', 'MW-3']]);
      expect([...(await store.itemByKey('other', ['k3']))]).toEqual([]);
      expect(await store.item('MW-9')).toBeNull();
      expect(await change('MW-9', (state) => state)).toBe('no such item');
    });

    it('sums what was spent since a moment, unknown costs as what was reserved', async () => {
      await add(1);
      const since = await store.now();
      await change('MW-1', (state) => state, {
        id: 'one',
        spend: { event: 'one', agent: 'a', microUsd: 5, known: true },
      });
      await change('MW-1', (state) => state, {
        id: 'two',
        spend: { event: 'two', agent: 'b', microUsd: 7, known: false },
      });
      expect([...(await store.spentSince(since))]).toEqual([[project, 12]]);
      expect([...(await store.spentSince(new Date(Date.parse(since) + 60_000).toISOString()))]).toEqual([]);
    });

    it('remembers projects, pause, and each time that a drain was asked for', async () => {
      await store.saveProject({
        id: project,
        path: '/repository',
        target: 'main',
        limits: { slots: 3, dayMicroUsd: null, agents: {} },
      });
      expect(await store.project(project)).toMatchObject({ target: 'main', limits: { slots: 3 } });
      expect(await store.project('other')).toBeNull();
      await store.saveFactory({ pausedBy: 'pat' });
      expect(await store.factory()).toMatchObject({ pausedBy: 'pat', drainAskedAt: null });
      await store.saveFactory({ drain: true });
      expect(await store.factory()).toMatchObject({ pausedBy: 'pat', drainAskedAt: expect.any(String) });
      await store.saveFactory({ pausedBy: null });
      expect((await store.factory()).pausedBy).toBeNull();
    });

    it('keeps a project’s target and limits when it is named again without them', async () => {
      await store.saveProject({
        id: project,
        path: '/repository',
        target: 'main',
        limits: { slots: 3, dayMicroUsd: null, agents: {} },
      });
      await store.saveProject({ id: project, path: '/moved', target: null, limits: null });
      expect(await store.project(project)).toMatchObject({ path: '/moved', target: 'main', limits: { slots: 3 } });
    });

    it('adds a thousand items at once', async () => {
      const begun = performance.now();
      await add(1_000);
      console.log(`${name}: 1,000 items added in ${Math.round(performance.now() - begun)} ms`);
      expect(await store.items({ open: true })).toHaveLength(1_000);
    });
  });
}

/** As the machine does: what has not changed is the same object. */
function keepSame(before: TestState['awaiting'], after: TestState['awaiting']): TestState['awaiting'] {
  return Object.fromEntries(
    Object.entries(after).map(([id, each]) => [id, isDeepStrictEqual(before[id], each) ? (before[id] ?? each) : each]),
  );
}
