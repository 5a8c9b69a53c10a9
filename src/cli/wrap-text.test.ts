import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapText } from './wrap-text.ts';

test('breaks at spaces, and cuts a word that is longer than a line', () => {
  expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapText('a /long/path/name b', 6)).toEqual(['a', '/long/', 'path/n', 'ame b']);
  expect(wrapText('', 7)).toEqual(['']);
});

test('without a width nothing is broken', () => {
  expect(wrapText('one two three', null)).toEqual(['one two three']);
});

test('no line is too long, and nothing but spaces is lost', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, width) => {
      const lines = wrapText(text, width);
      expect(lines.every((line) => line.length <= width)).toBe(true);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});
