/** Maven Surefire and Failsafe. */
import type { TestCounts } from './counts.ts';

const resultLine =
  /^(?:\[(?:INFO|WARNING|ERROR)\] +)?Tests run: (\d{1,9}), Failures: (\d{1,9}), Errors: (\d{1,9}), Skipped: (\d{1,9})(.*)$/;

/** The total of each module; the lines of the classes only where a run ended before its total. */
export function readSurefireReports(lines: readonly string[]): readonly TestCounts[] {
  const totals: TestCounts[] = [];
  let classes: TestCounts[] = [];
  for (const line of lines) {
    const match = resultLine.exec(line.trimEnd());
    if (match !== null) {
      const [run, failures, errors, skipped] = match.slice(1, 5).map(Number) as [number, number, number, number];
      const failed = failures + errors;
      const counts = { passed: Math.max(0, run - failed - skipped), failed, skipped };
      if ((match[5] ?? '').includes('Time elapsed')) {
        classes.push(counts);
      } else {
        totals.push(counts);
        classes = [];
      }
    } else if (/^(?:\[INFO\] +)?No tests to run\.$/.test(line.trimEnd())) {
      totals.push({ passed: 0, failed: 0, skipped: 0 });
    }
  }
  return [...totals, ...classes];
}
