/** How many tests ran, in the words of whichever test runner wrote the output. */
import { plainLines } from './plain-lines.ts';
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

/** No runner closes with more; longer lines are a program’s own output. Bounds the work on hostile text. */
const longestReportLine = 2_000;

/**
 * Tests that ran according to the closing lines of every report in the output, summed; `null` when there is no report.
 * A report of no tests is a count of zero, not `null`. Test files that could not be loaded count as failed, expected
 * failures and todos as skipped. Reads node:test, vitest, jest, mocha, pytest, unittest, go test (plain, -v, -json),
 * cargo test, nextest, Maven Surefire, bun, deno, TAP, ava, playwright, rspec. Total over any text.
 *
 * A program under test can print such lines too: the count is evidence only beside the exit code.
 */
export function readTestCounts(output: string): TestCounts | null {
  const lines = plainLines(output)
    .filter((line) => line.length <= longestReportLine)
    .map(dropWorkspacePrefix);
  const reports = readers.flatMap((read) => read(lines));
  return reports.length === 0 ? null : reports.reduce(addCounts);
}

/** Monorepo runners put the package before each line: `packages/a test: …` (pnpm), `web:test: …` (turbo). */
function dropWorkspacePrefix(line: string): string {
  return line.replace(/^(?:[\w.@-]{0,80}\/[\w.@/-]{1,200} [\w:.-]{1,80}|[\w.@/-]{1,200}:test[\w:-]{0,80}): ?/, '');
}
