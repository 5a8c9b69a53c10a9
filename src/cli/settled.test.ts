import { expect, it } from 'vitest';
import type { FactoryView, ScheduledItem } from '../machine/factory-view.ts';
import { schedule } from '../machine/schedule.ts';
import { isSettled } from './settled.ts';

function item(number: number, parts: Partial<ScheduledItem> = {}): ScheduledItem {
  const effects = [
    {
      id: `MW-${number}:1/run/prepare-1`,
      type: 'prepare',
      state: 'wanted',
      worker: null,
      agent: null,
      reserveMicroUsd: 0,
      dueAt: null,
    },
  ] as const;
  return {
    id: `MW-${number}`,
    number,
    project: 'p',
    priority: 0,
    after: [],
    held: false,
    begun: false,
    target: null,
    landing: false,
    spentMicroUsd: 0,
    budgetMicroUsd: null,
    effects,
    ...parts,
  };
}

function settled(items: readonly ScheduledItem[], busy = 0): boolean {
  const view: FactoryView = {
    now: '2030-01-01T00:00:00.000Z',
    items,
    over: new Map(),
    projects: {},
    workers: [{ id: 'w', sessions: 1, work: 1 }],
    closed: null,
    bounds: { itemsLeft: null, costLeftMicroUsd: null, only: null },
  };
  return isSettled(schedule(view), view, busy);
}

const atGate = { effects: [] };

it('is over when nothing is left, and not while something may start or runs', () => {
  expect(settled([])).toBe(true);
  expect(settled([], 1)).toBe(false);
  expect(settled([item(1)])).toBe(false);
  expect(
    settled([item(1, { effects: item(1).effects.map((effect) => ({ ...effect, state: 'running', worker: 'w' })) })]),
  ).toBe(false);
});

it('is over when the rest waits for a person, also along a chain of items', () => {
  expect(settled([item(1, atGate)])).toBe(true);
  expect(settled([item(1, { held: true }), item(2, { after: ['MW-1'] }), item(3, { after: ['MW-2'] })])).toBe(true);
  expect(settled([item(1, atGate), item(2, { after: ['MW-1'] }), item(3)])).toBe(false);
});

it('is not over while something waits for a time', () => {
  const timer = {
    id: 'MW-1:1/build/timer-1',
    type: 'timer',
    state: 'wanted',
    worker: null,
    agent: null,
    reserveMicroUsd: 0,
    dueAt: '2030-01-01T01:00:00.000Z',
  } as const;
  const parked = item(1, { begun: true, effects: [timer] });
  expect(settled([parked])).toBe(false);
  expect(settled([parked, item(2, { after: ['MW-1'] })])).toBe(false);
});

it('looks at each item of a long chain a few times, however long it is', () => {
  let looks = 0;
  const chain = Array.from({ length: 5_000 }, (_, index): ScheduledItem => {
    const plain = item(index + 1, index === 0 ? { held: true } : { after: [`MW-${index}`] });
    return {
      ...plain,
      get effects() {
        looks += 1;
        return plain.effects;
      },
    };
  });
  expect(settled(chain)).toBe(true);
  expect(looks / chain.length).toBeLessThan(15);
});
