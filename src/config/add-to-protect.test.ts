import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { addToProtect } from './add-to-protect.ts';

const cases: readonly (readonly [string, string, string])[] = [
  ['no list yet', 'version: 1\n', 'version: 1\nprotect:\n  - "a/**"\n'],
  ['no line end', 'version: 1', 'version: 1\nprotect:\n  - "a/**"\n'],
  ['a list of lines', 'protect:\n  - b # mine\nversion: 1\n', 'protect:\n  - b # mine\n  - "a/**"\nversion: 1\n'],
  ['a list of lines without indent', 'protect:\n- b\n', 'protect:\n- b\n- "a/**"\n'],
  ['a list in brackets', 'protect: [b, c] # mine\nversion: 1\n', 'protect: [b, c, "a/**"] # mine\nversion: 1\n'],
  ['empty brackets', 'protect: []\n', 'protect: ["a/**"]\n'],
];

test.each(cases)('a glob is added to %s, and nothing else changes', (_, before, after) => {
  expect(addToProtect(before, ['a/**'])).toBe(after);
  expect((parse(after) as { protect: string[] }).protect).toContain('a/**');
  expect(addToProtect(after, ['a/**'])).toBe(after);
});

test('a file that cannot be read is left alone', () => {
  expect(() => addToProtect('a: [', ['x'])).toThrow(/cannot be read/);
  expect(() => addToProtect('protect: yes\n', ['x'])).toThrow(/no list/);
});
