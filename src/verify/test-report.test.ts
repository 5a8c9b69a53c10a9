import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTestCounts } from './test-report.ts';

const counts = (passed: number, failed = 0, skipped = 0) => ({ passed, failed, skipped });

function recorded(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8');
}

test.each([
  ['node-spec', counts(1, 1, 2)],
  ['node-tap', counts(1, 1, 2)],
  ['node-none', counts(0)],
  ['vitest-color', counts(1, 1, 1)],
  ['vitest-none', counts(0)],
  ['pytest-failed', counts(2, 2, 1)],
  ['pytest-color', counts(2, 2, 1)],
  ['pytest-quiet', counts(1)],
  ['pytest-none', counts(0)],
  ['pytest-none-quiet', counts(0)],
  ['unittest-failed', counts(1, 1, 1)],
  ['unittest-passed', counts(1)],
  ['unittest-none', counts(0)],
  ['cargo-failed', counts(1, 1, 1)],
  ['cargo-passed', counts(1)],
])('reads the recorded output %s', (name, expected) => {
  expect(readTestCounts(recorded(name))).toEqual(expected);
});

test.each([
  ['vitest', ' Test Files  2 passed (2)\n      Tests  5 passed | 1 skipped | 1 todo (7)', counts(5, 0, 2)],
  ['vitest, file that does not load', ' Test Files  1 failed (1)\n      Tests  no tests', counts(0, 1)],
  [
    'vitest, one of two files does not load',
    ' Test Files  1 failed | 1 passed (2)\n      Tests  3 passed (3)',
    counts(3, 1),
  ],
  [
    'jest',
    'Test Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 1 todo, 2 passed, 5 total',
    counts(2, 1, 2),
  ],
  ['jest, suite that does not load', 'Test Suites: 1 failed, 1 total\nTests:       0 total', counts(0, 1)],
  ['jest without tests', 'No tests found, exiting with code 1', counts(0)],
  ['mocha', '  2 passing (4ms)\n  1 pending\n  1 failing\n\n  1) sums\n', counts(2, 1, 1)],
  ['mocha without tests', '  0 passing (1ms)', counts(0)],
  [
    'pytest',
    '== 1 failed, 2 passed, 1 xfailed, 1 xpassed, 2 warnings, 1 error in 65.33s (0:01:05) ==',
    counts(3, 2, 1),
  ],
  ['pytest without tests', '============ no tests ran in 0.01s ============', counts(0)],
  [
    'unittest',
    'Ran 6 tests in 0.1s\n\nFAILED (failures=1, errors=1, expected failures=1, unexpected successes=1)',
    counts(2, 3, 1),
  ],
  ['unittest 3.12 without tests', 'Ran 0 tests in 0.000s\n\nNO TESTS RAN', counts(0)],
  ['go', 'ok  \tshop/cart\t0.004s\nok  \tshop/tax\t(cached)\n?   \tshop/web\t[no test files]', counts(2)],
  [
    'go, failing',
    '--- FAIL: TestAdd (0.00s)\n    add_test.go:5: got 3\nFAIL\nFAIL\tshop/cart\t0.003s\nok  \tshop/tax\t0.1s',
    counts(1, 1),
  ],
  ['go, not building', '# shop/cart\n./a.go:3:1: undefined: x\nFAIL\tshop/cart [build failed]', counts(0, 1)],
  [
    'go -v',
    '=== RUN   TestA\n--- PASS: TestA (0.00s)\n    --- PASS: TestA/sub (0.00s)\n--- SKIP: TestB (0.00s)\nPASS\nok  \tshop\t0.1s',
    counts(2, 0, 1),
  ],
  ['go without tests', 'ok  \tshop\t0.001s [no tests to run]', counts(0)],
  ['go without test files', '?   \tshop\t[no test files]', counts(0)],
  [
    'go -json',
    [
      '{"Action":"start","Package":"shop"}',
      '{"Action":"output","Package":"shop","Test":"TestA","Output":"\\"Action\\":\\"fail\\"\\n"}',
      '{"Time":"2026-01-02T03:04:05Z","Action":"pass","Package":"shop","Test":"TestA","Elapsed":0}',
      '{"Action":"fail","Package":"shop","Test":"TestB","Elapsed":0}',
      '{"Action":"skip","Package":"shop","Test":"TestC","Elapsed":0}',
      '{"Action":"fail","Package":"shop","Elapsed":0.01}',
    ].join('\n'),
    counts(1, 1, 1),
  ],
  ['go -json, not building', '{"Action":"fail","Package":"shop","Elapsed":0}', counts(0, 1)],
  [
    'cargo, two targets',
    'test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n'.repeat(2),
    counts(4),
  ],
  [
    'nextest',
    '     Summary [   0.010s] 4 tests run: 2 passed (1 flaky), 1 failed, 1 timed out, 3 skipped',
    counts(2, 2, 3),
  ],
  ['nextest without tests', 'error: no tests to run', counts(0)],
  [
    'Surefire',
    [
      '[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 0.03 s -- in dev.shop.CartTest',
      '[ERROR] Tests run: 3, Failures: 1, Errors: 1, Skipped: 0, Time elapsed: 0.01 s <<< FAILURE! -- in dev.shop.TaxTest',
      '[ERROR] Tests run: 5, Failures: 1, Errors: 1, Skipped: 1',
    ].join('\n'),
    counts(2, 2, 1),
  ],
  ['Surefire, two modules', '[INFO] Tests run: 2, Failures: 0, Errors: 0, Skipped: 0\n'.repeat(2), counts(4)],
  [
    'Surefire, died before its total',
    'Tests run: 2, Failures: 0, Errors: 1, Skipped: 0, Time elapsed: 1 s',
    counts(1, 1),
  ],
  ['Surefire without tests', '[INFO] No tests to run.', counts(0)],
  ['bun', ' 3 pass\n 1 skip\n 1 fail\n 5 expect() calls\nRan 5 tests across 2 files. [12.00ms]', counts(3, 1, 1)],
  ['deno', 'ok | 2 passed (3 steps) | 0 failed | 1 ignored (5ms)', counts(2, 0, 1)],
  ['deno, failing', 'FAILED | 1 passed | 1 failed (1m2s)', counts(1, 1)],
  ['TAP', 'TAP version 14\n1..4\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP slow\nnot ok 4 - d # TODO', counts(1, 1, 2)],
  ['TAP that ends early', '1..3\nok 1 - a', counts(1, 2)],
  ['TAP that bails out', '1..1\nok 1\nBail out! no database', counts(1, 1)],
  ['TAP without tests', '1..0 # skip no network', counts(0)],
  ['tape', 'TAP version 13\n# adds\nok 1 equal\n\n1..1\n# tests 1\n# pass  1\n\n# ok', counts(1)],
  ['ava', '  ─\n\n  1 test failed\n  2 tests passed\n  1 test skipped\n  1 uncaught exception', counts(2, 2, 1)],
  [
    'playwright',
    '  1 failed\n    [chromium] › a.spec.ts:3:1 › pays ────\n  1 flaky\n  2 did not run\n  3 passed (1.2s)',
    counts(4, 1, 2),
  ],
  ['playwright without tests', 'Error: No tests found', counts(0)],
  ['rspec', '5 examples, 1 failure, 1 pending', counts(3, 1, 1)],
  ['rspec, file that does not load', '0 examples, 0 failures, 1 error occurred outside of examples', counts(0, 1)],
])('reads %s', (_runner, output, expected) => {
  expect(readTestCounts(output)).toEqual(expected);
  expect(readTestCounts(`$ run\r\n${output.replaceAll('\n', '\r\n')}\r\n`)).toEqual(expected);
});

test.each([
  ['nothing', ''],
  ['a build', '> tsc -p .\n\nFound 0 errors.'],
  ['prose about tests', 'All 12 tests passed, I promise.\nTests: 3 passed'],
  ['a program that prints a range', '1..10\nall fine'],
  ['a unittest run that was cut off', 'Ran 3 tests in 0.001s\n'],
  ['ok as a word', 'ok\nok 3 - that is it'],
])('%s is no report', (_what, output) => {
  expect(readTestCounts(output)).toBeNull();
});

test('several runs in one output are summed, whatever wrote them', () => {
  const output = recorded('vitest-color') + recorded('pytest-failed') + recorded('node-tap') + recorded('cargo-failed');
  expect(readTestCounts(output)).toEqual(counts(5, 5, 5));
});

test('lines that a workspace runner prefixed are read', () => {
  expect(readTestCounts('packages/cart test:       Tests  3 passed (3)')).toEqual(counts(3));
  expect(readTestCounts('web:test: Tests:       1 failed, 1 passed, 2 total')).toEqual(counts(1, 1));
});

test('a progress line that overwrites itself does not hide the report', () => {
  expect(readTestCounts('running 1/2\rrunning 2/2\rTests:       2 passed, 2 total\r\n')).toEqual(counts(2));
});

const shards = fc.constantFrom(
  '\x1b[',
  '\x1b]0;',
  '\x9b',
  '\r',
  '\n',
  '\t',
  ' ',
  '(',
  ')',
  '1',
  '99999999999',
  '..',
  'ok',
  'not ok',
  'Tests  ',
  'Tests:',
  'Ran ',
  ' tests',
  ' passed',
  ' failed',
  ' | ',
  'ok | ',
  ' in 1s',
  '# tests ',
  'ℹ pass ',
  'FAIL\t',
  '--- PASS: ',
  '{"Action":"pass"',
  '"Package":"',
  'Tests run: ',
  'a/b test: ',
);

test('a mess of colours, carriage returns and half reports never throws, and counts stay whole numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(shards, fc.string({ unit: 'binary' })), { maxLength: 60 }), (parts) => {
      const found = readTestCounts(parts.join(''));
      for (const number of Object.values(found ?? {})) expect(Number.isSafeInteger(number) && number >= 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test.each(['ok | 1 passed | ', '\x1b[', '\x1b]', '1 failed, ', 'a/', '# tests 1', ' 1 (', '\x1b[1;'])(
  'a megabyte of %j is read in linear time',
  (shard) => {
    // With the square of it, this would take longer than a test may.
    for (const text of [shard.repeat(1_000_000 / shard.length), `${shard.repeat(100)}\n`.repeat(2_000)])
      expect(() => readTestCounts(text)).not.toThrow();
  },
);
