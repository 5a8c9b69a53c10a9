import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNamedTests } from '../named-tests.ts';
import { readBunNames } from './bun.ts';
import { readCargoNames } from './cargo.ts';
import { readDenoNames } from './deno.ts';
import { readGoNames } from './go.ts';
import { readJestNames } from './jest.ts';
import { readMochaNames } from './mocha.ts';
import { readNodeSpec } from './node-spec.ts';
import { readPlaywrightNames } from './playwright.ts';
import { readPytestNames } from './pytest.ts';
import { readRspecNames } from './rspec.ts';
import { readTapNames } from './tap.ts';
import { readUnittestNames } from './unittest.ts';
import { readVitestNames } from './vitest.ts';

const readers = {
  readBunNames,
  readCargoNames,
  readDenoNames,
  readGoNames,
  readJestNames,
  readMochaNames,
  readNodeSpec,
  readPlaywrightNames,
  readPytestNames,
  readRspecNames,
  readTapNames,
  readUnittestNames,
  readVitestNames,
};

const lineParts = fc.constantFrom(
  ' ',
  '  ',
  '    ',
  '✔ ',
  '✖ ',
  '▶ ',
  '✓ ',
  '× ',
  '❯ ',
  '1) ',
  '- ',
  'a',
  ' > ',
  ' (1.5ms)',
  ' # SKIP',
  'ok 1 - ',
  'not ok ',
  '# Subtest: ',
  '---',
  '...',
  '1..3',
  ' RUN  v5',
  'PASS a.js',
  ' ... ',
  ' ok',
  ' FAILED',
  'a.py::b',
  '[',
  ' PASSED',
  'running 1 test from ./a.ts',
  'test ',
  'x (y.z)',
  '--- PASS: ',
  ' (0.1s)',
  '{"Action":"pass"',
  ',"Package":"p","Test":"t"}',
  '  2 passing (3ms)',
  '3 examples, 0 failures',
  '  ✓  1 ',
  ' › ',
  '(pass) ',
  ' {',
);

test('no mess of half reports throws, and every test has a status', () => {
  const line = fc.array(fc.oneof(lineParts, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      for (const { status } of readNamedTests(lines.map((parts) => parts.join('')).join('\n'))) {
        expect(['passed', 'failed', 'skipped']).toContain(status);
      }
    }),
    { numRuns: 500 },
  );
});

/** How often a reader looks at a line of its input. */
function countLooks(read: (lines: readonly string[]) => unknown, lines: readonly string[]): number {
  let looks = 0;
  const watched = new Proxy(lines, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  read(watched);
  return looks;
}

test.each(Object.entries(readers))('%s looks at each line a few times, whatever the lines are', (_name, read) => {
  const line = fc.array(lineParts, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 200 }), (lines) => {
      expect(countLooks(read, lines)).toBeLessThanOrEqual(6 * lines.length);
    }),
  );
});

test('what is kept of five megabytes of deep groups with long names grows with their length alone', () => {
  const groups = Array.from({ length: 400 }, (_, depth) => `${' '.repeat(2 * depth)}▶ ${'g'.repeat(900)}`);
  const deep = `${' '.repeat(800)}✔ t (1.1ms)\n`;
  const output = `${groups.join('\n')}\n${deep.repeat(5_000)}`;
  const tests = readNamedTests(output);
  expect(tests).toHaveLength(5_000);
  expect(tests[0]?.name).toBe(`${'g'.repeat(900)} > t`);
  expect(tests.reduce((sum, { name }) => sum + name.length, 0)).toBeLessThan(2 * output.length);
});
