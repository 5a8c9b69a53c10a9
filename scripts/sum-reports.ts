/**
 * Sums the JSON reports of the suites: what failed and why, what was skipped, and last one plain line of numbers.
 * `node scripts/sum-reports.ts FILE…`. Failures stand at the end because a log of hours is read from there, or cut.
 * A suite that left no report counts as one failed test: a suite that died must not look green.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The part of vitest's JSON report that is read here. */
interface SuiteReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  /** An absolute path. */
  readonly name: string;
  readonly status: string;
  /** Why the file did not load; empty otherwise. */
  readonly message: string;
  readonly assertionResults: readonly TestCase[];
}

interface TestCase {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
}

export interface SuiteSum {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The sum of all suites; `null` stands for a suite without a report. Test files that did not load count as failed. */
export function sumReports(reports: readonly (SuiteReport | null)[]): SuiteSum {
  return reports.reduce<SuiteSum>(
    (sum, report) => {
      if (report === null) return { ...sum, failed: sum.failed + 1 };
      const broken = report.testResults.filter(
        (file) => file.status === 'failed' && file.assertionResults.length === 0,
      );
      return {
        passed: sum.passed + report.numPassedTests,
        failed: sum.failed + report.numFailedTests + broken.length,
        skipped: sum.skipped + report.numPendingTests + report.numTodoTests,
      };
    },
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** What failed, with the first lines of each reason, and what was skipped; paths are told from `root`. */
export function tellExceptions(reports: readonly (SuiteReport | null)[], root: string): string[] {
  return reports.flatMap((report) =>
    report === null ? ['✗ a suite left no report'] : report.testResults.flatMap((file) => tellFile(file, root)),
  );
}

function tellFile({ name, status, message, assertionResults }: TestFile, root: string): string[] {
  const path = relative(root, name);
  if (status === 'failed' && assertionResults.length === 0) return [`✗ ${path}`, ...firstLines(message)];
  return assertionResults.flatMap((test) => {
    if (test.status === 'passed') return [];
    if (test.status !== 'failed') return [`- ${path} > ${test.fullName}: skipped`];
    return [`✗ ${path} > ${test.fullName}`, ...firstLines((test.failureMessages ?? []).join('\n'))];
  });
}

const toldLines = 20;

function firstLines(message: string): string[] {
  return message
    .split('\n')
    .slice(0, toldLines)
    .map((line) => `    ${line}`);
}

if (import.meta.main) {
  const files = process.argv.slice(2);
  const reports = files.map((file) =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SuiteReport) : null,
  );
  for (const line of tellExceptions(reports, process.cwd())) console.log(line);
  const { passed, failed, skipped } = sumReports(reports);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
