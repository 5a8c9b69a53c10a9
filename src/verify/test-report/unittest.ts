/** Python’s unittest, and the runners built on it. */
import type { TestCounts } from './counts.ts';

/** Each `Ran N tests` with the verdict below it; one without a verdict is unfinished and no report. */
export function readUnittestReports(lines: readonly string[]): readonly TestCounts[] {
  const reports: TestCounts[] = [];
  let ran: number | null = null;
  for (const raw of lines) {
    const line = raw.trimEnd();
    const opening = /^Ran (\d{1,9}) tests? in [\d.]+s$/.exec(line);
    if (opening !== null) {
      ran = Number(opening[1]);
    } else if (ran !== null && /^(?:OK|FAILED|NO TESTS RAN)(?: \(.*\))?$/.test(line)) {
      reports.push(readVerdict(line, ran));
      ran = null;
    }
  }
  return reports;
}

/** `FAILED (failures=1, expected failures=2)`; expected failures count as skipped, unexpected successes as failed. */
function readVerdict(line: string, ran: number): TestCounts {
  const numbers = new Map(
    Array.from(line.matchAll(/[(,] ?([a-z ]+)=(\d{1,9})/g), ([, name, number]) => [name, Number(number)] as const),
  );
  const sum = (...names: readonly string[]) => names.reduce((total, name) => total + (numbers.get(name) ?? 0), 0);
  const failed = sum('failures', 'errors', 'unexpected successes');
  const skipped = sum('skipped', 'expected failures');
  return { passed: Math.max(0, ran - failed - skipped), failed, skipped };
}
