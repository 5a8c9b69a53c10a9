import { expect, test } from 'vitest';
import type { PlanRow } from './compare.ts';
import { planItems } from './plan-items.ts';

const row = (number: number): PlanRow => ({
  action: 'add',
  id: `a/AC-${number}`,
  spec: 'a',
  requirement: 'R',
  line: number,
  hash: '0'.repeat(16),
  text: 'It SHALL be.',
  evidence: { type: 'test' },
  builtHash: null,
  builtCommit: null,
  unready: null,
  item: null,
  pinned: null,
  drift: [],
});

test('a requirement with more criteria than an item can hold becomes several items, one after the other', () => {
  const rows = Array.from({ length: 1_001 }, (_, index) => row(index + 1));
  const items = planItems(rows, { before: new Map(), files: new Map(), plans: new Map() });
  expect(items.map(({ criteria }) => criteria.length)).toEqual([500, 500, 1]);
  expect(items.map(({ after }) => after)).toEqual([[], [0], [1]]);
});
