import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showControl } from '../model/visible-text.ts';
import { excerptOutput } from './excerpt.ts';

const noise = Array.from({ length: 2_000 }, (_, index) => `compiling module ${index} of the shop`);

test('a short output is kept whole, without colours and blank edges', () => {
  expect(excerptOutput('\n\x1b[31mone\x1b[0m\n\n  two\n\n', 100)).toBe('one\n\n  two');
});

test.each([
  ['tsc', "src/cart.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'."],
  ['tsc --pretty', "src/cart.ts:12:7 - error TS2322: Type 'string' is not assignable to type 'number'."],
  ['eslint', "  12:7  error  'total' is never reassigned  prefer-const"],
  ['oxlint', '  × no-unused-vars: `total` is declared but never used'],
  ['vitest', ' FAIL  src/cart.test.ts > adds'],
  ['vitest, the thrown error', 'AssertionError: expected 2 to be 3'],
  ['pytest', 'E       assert 2 == 3'],
  ['cargo', 'error[E0308]: mismatched types'],
  ['a panic', "thread 'main' panicked at src/lib.rs:7:24:"],
  ['go test', '--- FAIL: TestAdd (0.00s)'],
  ['gcc', "cart.c:3:5: error: expected ';' before 'return'"],
  ['maven', '[ERROR] /home/dev/Cart.java:[3,5] cannot find symbol'],
  ['java', 'java.lang.NullPointerException: null'],
  ['npm', 'npm error! missing script: build'],
  ['the shell', 'sh: 1: vitest: command not found'],
])('a failure of %s is found in the middle of thousands of lines', (_tool, line) => {
  const excerpt = excerptOutput([...noise, line, '  detail below it', ...noise].join('\n'), 2_000);
  expect(excerpt).toContain(`${line}\n  detail below it`);
  expect(excerpt).toMatch(/\[… \d{4} lines left out …\]/);
});

test('red control: without a failure the middle is left out, head and tail stay', () => {
  const excerpt = excerptOutput([...noise, 'all went well here', ...noise].join('\n'), 2_000);
  expect(excerpt).not.toContain('all went well here');
  expect(excerpt.startsWith('compiling module 0 of')).toBe(true);
  expect(excerpt.endsWith('compiling module 1999 of the shop')).toBe(true);
});

test('the first failures come first when there is no room for all', () => {
  const errors = Array.from({ length: 500 }, (_, index) => `src/f${index}.ts(1,1): error TS1005: ';' expected.`);
  const excerpt = excerptOutput([...errors, ...noise].join('\n'), 3_000);
  expect(excerpt).toContain('src/f0.ts(1,1)');
  expect(excerpt).toContain('src/f1.ts(1,1)');
  expect(excerpt).not.toContain('src/f499.ts(1,1)');
});

test('the closing summary stays', () => {
  const excerpt = excerptOutput(['Error: no database', ...noise, 'Tests:       1 failed, 1 total'].join('\n'), 1_000);
  expect(excerpt).toContain('Error: no database');
  expect(excerpt).toContain('Tests:       1 failed, 1 total');
});

test('a line repeated many times is shown once with its number', () => {
  expect(excerptOutput('Error: retrying\n'.repeat(1_000), 1_000)).toBe('Error: retrying [… and 999 more like it]');
});

test('stack frames of the runtime and of libraries fold into one', () => {
  const frames = Array.from({ length: 30 }, (_, index) => `    at Test.run (node:internal/test:${index}:1)`);
  const stack = ['Error: boom', '    at pay (src/cart.ts:3:1)', ...frames].join('\n');
  expect(excerptOutput(stack, 10_000)).toBe(
    'Error: boom\n    at pay (src/cart.ts:3:1)\n    at Test.run (node:internal/test:0:1) [… and 29 more like it]',
  );
});

test('a real run keeps the failing test, its reason and its place', () => {
  const output = readFileSync(new URL('fixtures/vitest-color.txt', import.meta.url), 'utf8');
  const excerpt = excerptOutput(output, 900);
  expect(excerpt).toContain('FAIL  a.test.mjs > subtracts');
  expect(excerpt).toContain('AssertionError: expected 2 to be 1');
  expect(excerpt).toContain('Tests  1 failed | 1 passed | 1 skipped (3)');
});

test('never longer than asked, and nothing in it acts on a display', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Error: x', '\n', '\r', '\x1b[1m', 'E   a\n', 'y'.repeat(700)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 0, max: 600 }), (pieces, maxChars) => {
      const excerpt = excerptOutput(pieces.join(''), maxChars);
      expect(excerpt.length).toBeLessThanOrEqual(maxChars);
      expect(showControl(excerpt)).toBe(excerpt);
    }),
    { numRuns: 500 },
  );
});
