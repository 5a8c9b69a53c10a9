/** go test: packages (plain), tests (-v), events (-json). */
import type { TestCounts } from './counts.ts';
import { addCounts, noTests } from './counts.ts';

const packageLine = /^(?:(ok) {2}|(FAIL)|(\?) {3})\t(\S+)(.*)$/;
const testLine = /^ *--- (PASS|FAIL|SKIP): \S+/;
const meaning = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' } as const;

/** One report a package. Without -v go names no passing test: a package that ran some counts as one. */
export function readGoReports(lines: readonly string[]): readonly TestCounts[] {
  const reports: TestCounts[] = [];
  const failing = new Set<string>();
  let tests = noTests;
  for (const raw of lines) {
    const line = raw.trimEnd();
    const verdict = testLine.exec(line)?.[1] as keyof typeof meaning | undefined;
    if (verdict !== undefined) tests = addCounts(tests, { ...noTests, [meaning[verdict]]: 1 });
    const closing = packageLine.exec(line);
    if (closing !== null) {
      reports.push(closePackage(closing[1] === 'ok', closing[2] === 'FAIL', closing[5] ?? '', tests));
      tests = noTests;
    }
    const event = readGoEvent(line, failing);
    if (event !== null) reports.push(event);
  }
  return reports;
}

function closePackage(ok: boolean, failed: boolean, rest: string, tests: TestCounts): TestCounts {
  if (failed) return tests.failed > 0 ? tests : { ...tests, failed: 1 };
  const ranNothing = !ok || rest.includes('[no tests to run]') || rest.includes('[no test files]');
  if (ranNothing) return tests;
  return tests.passed + tests.failed + tests.skipped > 0 ? tests : { ...noTests, passed: 1 };
}

/** One line of -json: a test’s end, or a package’s. A failed package counts only when none of its tests did. */
function readGoEvent(line: string, failing: Set<string>): TestCounts | null {
  if (!line.startsWith('{"')) return null;
  const action = /"Action":"(pass|fail|skip)"/.exec(line)?.[1]?.toUpperCase() as keyof typeof meaning | undefined;
  const path = /"Package":"([^"]+)"/.exec(line)?.[1];
  if (action === undefined || path === undefined) return null;
  const isTest = line.includes('"Test":"');
  if (!isTest && (action !== 'FAIL' || failing.has(path))) return noTests;
  if (action === 'FAIL') failing.add(path);
  return { ...noTests, [meaning[action]]: 1 };
}
