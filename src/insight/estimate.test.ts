import { expect, test } from 'vitest';
import { drawSums } from './estimate.ts';

test('with fewer than five items nothing is estimated', () => {
  expect(drawSums([1, 2, 3, 4], 2)).toBeNull();
});

test('what always cost the same will cost the same', () => {
  expect(drawSums([7, 7, 7, 7, 7], 3)).toEqual({ low: 21, middle: 21, high: 21 });
});

test('the range lies around the expected sum, widens more slowly than the sum, and does not change by itself', () => {
  const values = Array.from({ length: 20 }, (_, index) => index);
  const few = drawSums(values, 4);
  const many = drawSums(values, 64);
  if (few === null || many === null) throw new Error('no estimate');
  expect(few.middle).toBeGreaterThan(30);
  expect(few.middle).toBeLessThan(46);
  expect((many.high - many.low) / many.middle).toBeLessThan((few.high - few.low) / few.middle / 2);
  expect(drawSums(values, 4)).toEqual(few);
});
