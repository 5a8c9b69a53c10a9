import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactoryView, ScheduledEffect, ScheduledItem } from '../../src/machine/factory-view.ts';
import { schedule } from '../../src/machine/schedule.ts';

const now = '2026-01-01T00:00:00.000Z';

function effect(change: Partial<ScheduledEffect> = {}): ScheduledEffect {
  return {
    id: 'e',
    type: 'attempt',
    state: 'wanted',
    worker: null,
    agent: 'a',
    reserveMicroUsd: 0,
    dueAt: null,
    ...change,
  };
}

function item(number: number, change: Partial<ScheduledItem> = {}): ScheduledItem {
  const id = `MW-${number}`;
  return {
    id,
    number,
    project: 'p',
    priority: 0,
    after: [],
    held: false,
    begun: true,
    target: 'main',
    landing: false,
    spentMicroUsd: 0,
    budgetMicroUsd: null,
    effects: [effect({ id: `${id}/e` })],
    ...change,
  };
}

function view(items: readonly ScheduledItem[], change: Partial<FactoryView> = {}): FactoryView {
  return {
    now,
    items,
    over: new Map(),
    projects: { p: { slots: 9, dayMicroUsd: null, spentTodayMicroUsd: 0, agents: {} } },
    workers: [{ id: 'w', sessions: 4, work: 2 }],
    closed: null,
    bounds: { itemsLeft: null, costLeftMicroUsd: null, only: null },
    ...change,
  };
}

const started = (of: FactoryView) => schedule(of).starts.map(({ item: id }) => id);
const waits = (of: FactoryView) => schedule(of).waits.map(({ item: id, code }) => `${id} ${code}`);

describe('the order of work', () => {
  test('higher priority first, then the longest chain behind it, then what has begun, then the oldest', () => {
    const items = [
      item(1, { begun: false }),
      item(2),
      item(3, { begun: false }),
      item(4, { after: ['MW-3'], begun: false }),
      item(5, { priority: 9, begun: false }),
    ];
    expect(started(view(items))).toEqual(['MW-5', 'MW-3', 'MW-2', 'MW-1']);
  });

  test('an item waits until what it comes after has landed, and says what for', () => {
    const items = [item(1), item(2, { after: ['MW-1'], begun: false })];
    expect(waits(view(items))).toEqual(['MW-2 dependency']);
    expect(
      started(view([item(2, { after: ['MW-1'], begun: false })], { over: new Map([['MW-1', 'landed']]) })),
    ).toEqual(['MW-2']);
  });

  test('an item after a cancelled one waits for a person', () => {
    const plan = schedule(
      view([item(2, { after: ['MW-1'], begun: false })], { over: new Map([['MW-1', 'cancelled']]) }),
    );
    expect(plan.waits[0]).toMatchObject({ code: 'dependency-cancelled', waitFor: 'person' });
  });
});

describe('limits', () => {
  test('slots of the project, of the worker and of the agent each hold, with their own reason', () => {
    const items = [item(1), item(2), item(3)];
    const project = { slots: 1, dayMicroUsd: null, spentTodayMicroUsd: 0, agents: {} };
    expect(waits(view(items, { projects: { p: project } }))).toEqual(['MW-2 slots', 'MW-3 slots']);
    expect(waits(view(items, { workers: [{ id: 'w', sessions: 2, work: 2 }] }))).toEqual(['MW-3 slots']);
    const agents = { a: { slots: 2, perMinute: null, startsLastMinute: 0 } };
    expect(waits(view(items, { projects: { p: { ...project, slots: 9, agents } } }))).toEqual(['MW-3 agent-slots']);
  });

  test('a rate counts starts of the last minute and of this very schedule', () => {
    const agents = { a: { slots: null, perMinute: 3, startsLastMinute: 2 } };
    const limited = view([item(1), item(2)], {
      projects: { p: { slots: 9, dayMicroUsd: null, spentTodayMicroUsd: 0, agents } },
    });
    expect(started(limited)).toEqual(['MW-1']);
    expect(schedule(limited).waits[0]).toMatchObject({ code: 'agent-rate', waitFor: 'time' });
  });

  test('one landing at a time on a target', () => {
    const land = (n: number) => item(n, { effects: [effect({ id: `MW-${n}/land`, type: 'land', agent: null })] });
    expect(started(view([land(1), land(2)]))).toEqual(['MW-1']);
    expect(waits(view([land(1), land(2)]))).toEqual(['MW-2 merge-queue']);
    expect(
      started(view([land(1), item(2, { landing: true, effects: [effect({ id: 'c', type: 'checks', agent: null })] })])),
    ).toEqual(['MW-2']);
  });

  test('a budget that is used up waits for a person, one that is only reserved waits for work', () => {
    const spent = item(1, {
      spentMicroUsd: 900_000,
      budgetMicroUsd: 1_000_000,
      effects: [effect({ reserveMicroUsd: 200_000 })],
    });
    expect(schedule(view([spent])).waits[0]).toMatchObject({ code: 'item-budget', waitFor: 'person' });
    const reserved = item(1, {
      budgetMicroUsd: 1_000_000,
      effects: [
        effect({ id: 'r', state: 'running', worker: 'w', reserveMicroUsd: 900_000 }),
        effect({ id: 'n', reserveMicroUsd: 200_000 }),
      ],
    });
    expect(schedule(view([reserved])).waits[0]).toMatchObject({ code: 'item-budget', waitFor: 'work' });
  });

  test('a timer needs no place, only its time', () => {
    const timer = (dueAt: string) => item(1, { effects: [effect({ type: 'timer', agent: null, dueAt })] });
    expect(waits(view([timer('2026-01-01T00:00:01.000Z')]))).toEqual(['MW-1 timer']);
    expect(
      started(view([timer('2025-12-31T23:59:59.000Z')], { workers: [{ id: 'w', sessions: 0, work: 0 }] })),
    ).toEqual(['MW-1']);
  });

  test('without a worker nothing starts, and what to type is said', () => {
    expect(schedule(view([item(1)], { workers: [] })).waits[0]).toMatchObject({ code: 'no-worker', next: 'mw up' });
  });
});

test('over any factory: no limit is passed, and whatever does not start says why', () => {
  const items = fc.array(
    fc.record({
      priority: fc.integer({ min: -2, max: 2 }),
      after: fc.option(fc.nat(9), { nil: null }),
      begun: fc.boolean(),
      held: fc.boolean(),
      budget: fc.option(fc.nat(5), { nil: null }),
      spent: fc.nat(3),
      effects: fc.array(
        fc.record({
          type: fc.constantFrom('attempt' as const, 'review' as const, 'checks' as const, 'land' as const),
          running: fc.boolean(),
          reserve: fc.nat(2),
        }),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 10 },
  );
  const limits = fc.record({
    slots: fc.integer({ min: 1, max: 5 }),
    day: fc.option(fc.nat(8), { nil: null }),
    sessions: fc.nat(5),
    work: fc.nat(3),
    agentSlots: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null }),
  });
  fc.assert(
    fc.property(items, limits, (generated, { slots, day, sessions, work, agentSlots }) => {
      const all = generated.map(({ priority, after, begun, held, budget, spent, effects }, index) =>
        item(index + 1, {
          priority,
          after: after === null || after >= index ? [] : [`MW-${after + 1}`],
          begun,
          held,
          budgetMicroUsd: budget,
          spentMicroUsd: spent,
          effects: effects
            .filter((each, n) => each.type !== 'land' || n === 0)
            .map((each, n) =>
              effect({
                id: `MW-${index + 1}/${n}`,
                type: each.type,
                agent: 'a',
                state: 'wanted',
                reserveMicroUsd: each.reserve,
              }),
            ),
        }),
      );
      const of = view(all, {
        projects: {
          p: {
            slots,
            dayMicroUsd: day,
            spentTodayMicroUsd: 0,
            agents: { a: { slots: agentSlots, perMinute: null, startsLastMinute: 0 } },
          },
        },
        workers: [{ id: 'w', sessions, work }],
      });
      const { starts, waits: waiting } = schedule(of);
      expect(starts.length + waiting.length).toBe(all.flatMap(({ effects }) => effects).length);
      for (const { text, next } of waiting) expect(text && next).toBeTruthy();
      const typeOf = (id: string) => all.flatMap(({ effects }) => effects).find((each) => each.id === id)?.type;
      const sessionStarts = starts.filter(({ effect: id }) => ['attempt', 'review'].includes(typeOf(id) ?? ''));
      expect(sessionStarts.length).toBeLessThanOrEqual(Math.min(slots, sessions, agentSlots ?? Infinity));
      expect(starts.length - sessionStarts.length).toBeLessThanOrEqual(work);
      expect(starts.filter(({ effect: id }) => typeOf(id) === 'land').length).toBeLessThanOrEqual(1);
      const reserved = starts.reduce((sum, { reserveMicroUsd }) => sum + reserveMicroUsd, 0);
      if (day !== null && reserved > 0) expect(reserved).toBeLessThanOrEqual(day);
      for (const { id, budgetMicroUsd, spentMicroUsd } of all) {
        const own = starts
          .filter((start) => start.item === id)
          .reduce((sum, { reserveMicroUsd }) => sum + reserveMicroUsd, 0);
        if (budgetMicroUsd !== null && own > 0) expect(spentMicroUsd + own).toBeLessThanOrEqual(budgetMicroUsd);
      }
    }),
    { numRuns: 2_000 },
  );
});
