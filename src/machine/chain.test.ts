import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chainLengths, findCycle } from './chain.ts';

interface Link {
  readonly id: string;
  readonly after: readonly string[];
}

const chain = (length: number): Link[] =>
  Array.from({ length }, (_, index) => ({ id: `MW-${index + 1}`, after: index === 0 ? [] : [`MW-${index}`] }));

/** Each item comes after some of the earlier ones: no cycle is possible. */
const acyclic = fc.array(fc.array(fc.nat(100), { maxLength: 4 }), { minLength: 1, maxLength: 30 }).map((rows) =>
  rows.map((row, index): Link => ({
    id: `MW-${index + 1}`,
    after: index === 0 ? [] : [...new Set(row.map((each) => `MW-${(each % index) + 1}`))],
  })),
);

function longestBehind(items: readonly Link[], id: string): number {
  return Math.max(
    0,
    ...items.filter(({ after }) => after.includes(id)).map((each) => 1 + longestBehind(items, each.id)),
  );
}

it('counts the longest chain behind each item', () => {
  fc.assert(
    fc.property(acyclic, (items) => {
      const small = items.slice(0, 12);
      const lengths = chainLengths(small);
      for (const { id } of small) expect(lengths.get(id) ?? 0).toBe(longestBehind(small, id));
    }),
  );
});

it('finds no cycle where there is none, and one where the last closes it', () => {
  fc.assert(
    fc.property(acyclic, (items) => {
      expect(findCycle(items)).toBeNull();
      const closed = [
        ...chain(items.length),
        ...items.map(({ id, after }) => ({ id: `X-${id}`, after: after.map((each) => `X-${each}`) })),
      ].map((each) => (each.id === 'MW-1' ? { ...each, after: [`MW-${items.length}`] } : each));
      const cycle = findCycle(closed);
      expect(cycle?.[0]).toBe(cycle?.at(-1));
      expect(cycle).toHaveLength(items.length + 1);
    }),
  );
});

it('takes a backlog of 100,000 items in one chain', () => {
  const items = chain(100_000);
  expect(chainLengths(items).get('MW-1')).toBe(99_999);
  expect(findCycle(items)).toBeNull();
  expect(findCycle(items.map((item) => (item.id === 'MW-1' ? { ...item, after: ['MW-100000'] } : item)))).toHaveLength(
    100_001,
  );
});
