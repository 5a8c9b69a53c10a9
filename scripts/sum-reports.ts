/**
 * Sums the JSON reports of the suites into one plain line. `node scripts/sum-reports.ts FILE…`
 * A suite that left no report counts as one failed test: a suite that died must not look green.
 */
import { existsSync, readFileSync } from 'node:fs';

/** The part of vitest's JSON report that is read here. */
interface SuiteReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
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

if (import.meta.main) {
  const files = process.argv.slice(2);
  const reports = files.map((file) =>
    existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SuiteReport) : null,
  );
  const { passed, failed, skipped } = sumReports(reports);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
