/** How many tests ran, in the words of whichever test runner wrote the output. */
import { reportLines } from './report-lines.ts';
import { readBlockReports } from './test-report/blocks.ts';
import type { TestCounts } from './test-report/counts.ts';
import { addCounts } from './test-report/counts.ts';
import { readGoReports } from './test-report/go.ts';
import { readLineReports } from './test-report/lines.ts';
import { readSurefireReports } from './test-report/surefire.ts';
import { readTapReports } from './test-report/tap.ts';
import { readUnittestReports } from './test-report/unittest.ts';

const readers = [
  readLineReports,
  readBlockReports,
  readTapReports,
  readGoReports,
  readSurefireReports,
  readUnittestReports,
];

/**
 * Tests that ran according to the closing lines of every report in the output, summed; `null` when there is no report.
 * A report of no tests is a count of zero, not `null`. Test files that could not be loaded count as failed, expected
 * failures and todos as skipped. Reads node:test, vitest, jest, mocha, pytest, unittest, go test (plain, -v, -json),
 * cargo test, nextest, Maven Surefire, bun, deno, TAP, ava, playwright, rspec. Total over any text.
 *
 * A program under test can print such lines too: the count is evidence only beside the exit code.
 */
export function readTestCounts(output: string): TestCounts | null {
  const lines = reportLines(output);
  const reports = readers.flatMap((read) => read(lines));
  return reports.length === 0 ? null : reports.reduce(addCounts);
}
