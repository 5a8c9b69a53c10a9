/** The Test Anything Protocol, and the summaries that node:test (spec and tap) and tape put below their points. */
import type { TestCounts } from './counts.ts';
import { addCounts, noTests } from './counts.ts';

const summaryLine = /^(?:ℹ|#) (tests|suites|pass|fail|cancelled|skipped|todo) +(\d{1,9})$/;

const meaning: Readonly<Record<string, keyof TestCounts>> = {
  pass: 'passed',
  fail: 'failed',
  cancelled: 'failed',
  skipped: 'skipped',
  todo: 'skipped',
};

interface Progress {
  readonly reports: TestCounts[];
  /** The summary that is being read. */
  summary: TestCounts | null;
  /** Top-level points since the last summary, which would repeat them. */
  points: TestCounts;
  planned: number | null;
}

/**
 * Every summary, and the points of streams that have none but a plan. Points that a plan promised and that are missing
 * count as failed.
 */
export function readTapReports(lines: readonly string[]): readonly TestCounts[] {
  const progress: Progress = { reports: [], summary: null, points: noTests, planned: null };
  for (const raw of lines) readTapLine(raw.trimEnd(), progress);
  closeSummary(progress);
  const { passed, failed, skipped } = progress.points;
  const seen = passed + failed + skipped;
  // A program may print `1..10` for reasons of its own: without a single point only an empty plan means something.
  if (progress.planned === null || (seen === 0 && progress.planned > 0)) return progress.reports;
  const missing = Math.max(0, progress.planned - seen);
  return [...progress.reports, addCounts(progress.points, { ...noTests, failed: missing })];
}

function readTapLine(line: string, progress: Progress): void {
  const [, word, number] = summaryLine.exec(line) ?? [];
  if (word === 'tests') {
    closeSummary(progress);
    progress.summary = noTests;
    progress.points = noTests;
    progress.planned = null;
    return;
  }
  if (word !== undefined && progress.summary !== null) {
    const kind = meaning[word];
    if (kind !== undefined) progress.summary = addCounts(progress.summary, { ...noTests, [kind]: Number(number) });
    return;
  }
  if (line !== '') closeSummary(progress);
  readPoint(line, progress);
}

function readPoint(line: string, progress: Progress): void {
  const plan = /^1\.\.(\d{1,9})(?: *#.*)?$/.exec(line);
  if (plan !== null) progress.planned = (progress.planned ?? 0) + Number(plan[1]);
  if (line.startsWith('Bail out!')) {
    progress.planned ??= 0;
    progress.points = addCounts(progress.points, { ...noTests, failed: 1 });
  }
  const point = /^(not )?ok(?: +\d+)?(?: (?![ |])|$)/.exec(line);
  if (point === null) return;
  const verdict = point[1] === undefined ? 'passed' : 'failed';
  const kind = /# *(?:skip|todo)\b/i.test(line) ? 'skipped' : verdict;
  progress.points = addCounts(progress.points, { ...noTests, [kind]: 1 });
}

function closeSummary(progress: Progress): void {
  if (progress.summary !== null) progress.reports.push(progress.summary);
  progress.summary = null;
}
