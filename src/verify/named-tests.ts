/** Which tests passed, failed or were skipped, by the names that the runner prints. */
import { readBunNames } from './named-tests/bun.ts';
import { readCargoNames } from './named-tests/cargo.ts';
import { readDenoNames } from './named-tests/deno.ts';
import { readGoNames } from './named-tests/go.ts';
import { readJestNames } from './named-tests/jest.ts';
import { readMochaNames } from './named-tests/mocha.ts';
import type { NamedTest, NameReader } from './named-tests/named-test.ts';
import { readNodeSpec } from './named-tests/node-spec.ts';
import { readPlaywrightNames } from './named-tests/playwright.ts';
import { readPytestNames } from './named-tests/pytest.ts';
import { readRspecNames } from './named-tests/rspec.ts';
import { readTapNames } from './named-tests/tap.ts';
import { readUnittestNames } from './named-tests/unittest.ts';
import { readVitestNames } from './named-tests/vitest.ts';
import { reportLines } from './report-lines.ts';

/** Those whose lines are like no other’s first: each sees only what was left to it. */
const readers: readonly NameReader[] = [
  readGoNames,
  readTapNames,
  readPytestNames,
  readUnittestNames,
  readCargoNames,
  readDenoNames,
  readBunNames,
  readPlaywrightNames,
  readJestNames,
  readVitestNames,
  readNodeSpec,
  readMochaNames,
  readRspecNames,
];

/**
 * The tests that an output names; none when its runner prints no names. Reads node:test (spec, TAP), TAP 13 and 14,
 * vitest (verbose, tree), jest --verbose, mocha (spec), pytest -v, unittest -v, go test (-v, -json), cargo test, deno,
 * bun, rspec (documentation), playwright (list). A group is named only when it failed without any of its tests. Total
 * over any text, in time that grows with its length alone.
 *
 * A program under test can print such lines too: they are evidence only beside the exit code.
 */
export function readNamedTests(output: string): readonly NamedTest[] {
  let lines = reportLines(output);
  return readers.flatMap((read) => {
    const { tests, rest } = read(lines);
    lines = rest;
    return tests;
  });
}
