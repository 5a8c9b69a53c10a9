import { expect, test } from 'vitest';
import { faultKinds, seedFaults } from './seed-faults.ts';

const only = (line: string) =>
  seedFaults([{ path: 'a.js', text: line, ranges: [[1, 1]] }], 20, 1).map(({ kind, text }) => [kind, text]);

test.each([
  ['if (a <= b) {', [['boundary', 'if (a < b) {']]],
  ['if (a > b) {', [['boundary', 'if (a >= b) {']]],
  ['const f = (a) => a;', []],
  ['return a === b;', [['condition', 'return a !== b;']]],
  ['if not a or b:', [['connective', 'if not a and b:']]],
  ['return items[length - 1];', [['off-by-one', 'return items[length];']]],
  [
    'run(a, true);',
    [
      ['constant', 'run(a, false);'],
      ['dropped-call', ''],
    ],
  ],
  ['  await store.save(item);', [['dropped-call', '']]],
  ["say('a <= b || c');", [['dropped-call', '']]],
  ['// if (a <= b)', []],
  ['const a = 1; // a <= b', []],
])('%s may become %j', (line, expected) => expect(only(line)).toEqual(expected));

test('only changed lines are touched, kinds take turns, and a seed decides the same each time', () => {
  const text = Array.from({ length: 40 }, () => 'if (a <= b && c === d) run(a - 1, true);').join('\n');
  const given = [{ path: 'a.js', text, ranges: [[10, 20]] as const }];
  const faults = seedFaults(given, 5, 3);
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(5);
  for (const { line } of faults) expect(line >= 10 && line <= 20).toBe(true);
  expect(seedFaults(given, 5, 3)).toEqual(faults);
  expect(seedFaults(given, 5, 4)).not.toEqual(faults);
  expect(faultKinds).toHaveLength(6);
});
