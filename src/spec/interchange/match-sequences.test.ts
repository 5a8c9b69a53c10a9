import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchSequences } from './match-sequences.ts';

const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 30 });

it('covers both sequences in order, and what it calls the same is the same', () => {
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      let [i, j] = [0, 0];
      for (const { same, a: left, b: right } of matchSequences(a, b)) {
        expect([left[0], right[0]]).toEqual([i, j]);
        if (same) expect(a.slice(...left)).toEqual(b.slice(...right));
        [i, j] = [left[1], right[1]];
      }
      expect([i, j]).toEqual([a.length, b.length]);
    }),
  );
});

it('finds the one line that changed between two that stand elsewhere too', () => {
  const a = ['x', 'same', 'y', 'same', 'z'];
  const b = ['x', 'same', 'Y', 'same', 'Z'];
  expect(matchSequences(a, b).filter(({ same }) => !same)).toEqual([
    { same: false, a: [2, 3], b: [2, 3] },
    { same: false, a: [4, 5], b: [4, 5] },
  ]);
  expect(matchSequences(['1', '2', '3', '4'], ['1', '3', '4', '5']).filter(({ same }) => !same)).toEqual([
    { same: false, a: [1, 2], b: [1, 1] },
    { same: false, a: [4, 4], b: [3, 4] },
  ]);
});

it('comes to an end for sequences without order', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => `${(index * 7_919) % 100_003}`);
  expect(matchSequences(many, many.toReversed()).length).toBeGreaterThan(0);
  expect(matchSequences(Array<string>(50_000).fill('a'), Array<string>(60_000).fill('a')).length).toBeGreaterThan(0);
});
