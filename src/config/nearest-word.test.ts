import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countSlips, nearestWord } from './nearest-word.ts';

const word = fc.stringMatching(/^[a-z]{1,12}$/);

test('a letter missing, too many, wrong or swapped is one slip', () => {
  expect(countSlips('pipeline', 'pipline')).toBe(1);
  expect(countSlips('pipeline', 'pipelline')).toBe(1);
  expect(countSlips('pipeline', 'pipelane')).toBe(1);
  expect(countSlips('pipeline', 'piepline')).toBe(1);
});

test('the nearest of several words is suggested', () => {
  expect(nearestWord('piplines', ['target', 'pipeline', 'protect'])).toBe('pipeline');
  expect(nearestWord('Checks', ['checks', 'setup'])).toBe('checks');
});

test('a word that resembles none gets no suggestion', () => {
  expect(nearestWord('colour', ['target', 'pipeline'])).toBeNull();
  expect(nearestWord('x', ['y'])).toBeNull();
  expect(nearestWord('anything', [])).toBeNull();
});

test('slips count the same in both directions, are zero only for the same word, and never exceed the longer word', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const slips = countSlips(a, b);
      expect(slips).toBe(countSlips(b, a));
      expect(slips === 0).toBe(a === b);
      expect(slips).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('any single wrong letter in a word of three or more is found', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{3,12}$/), fc.nat(), (known, place) => {
      const at = place % known.length;
      const typed = `${known.slice(0, at)}#${known.slice(at + 1)}`;
      expect(nearestWord(typed, [known])).toBe(known);
    }),
  );
});
