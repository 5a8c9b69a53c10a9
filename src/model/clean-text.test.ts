import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText } from './clean-text.ts';

test('a NUL and half a surrogate become a replacement character, wherever they are', () => {
  expect(cleanText({ a: ['x\0', { '\uD800': 'y\uDC00z' }] })).toEqual({ a: ['x\uFFFD', { '\uFFFD': 'y\uFFFDz' }] });
});

test('text that is in order stays the same value', () => {
  const value = { a: 'ü 👍', b: [1, null, true] };
  expect(cleanText(value)).toBe(value);
});

test('whatever comes out has neither', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
      const text = cleanText(String.fromCharCode(...units));
      expect(text.isWellFormed() && !text.includes('\0')).toBe(true);
    }),
  );
});
