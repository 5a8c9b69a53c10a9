/** Runners that close with one line holding all numbers. */
import type { TestCounts, Vocabulary } from './counts.ts';
import { countWords, noTests } from './counts.ts';

interface LineFamily {
  readonly name: string;
  /** Recognises the closing line, and no line of another family. */
  readonly closes: RegExp;
  readonly vocabulary: Vocabulary;
}

const common: Vocabulary = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  todo: 'skipped',
  ignored: 'skipped',
};

const families: readonly LineFamily[] = [
  { name: 'vitest', closes: /^ *Tests {2}(?:\d+ \w+(?: \| \d+ \w+)* \(\d+\)|no tests)$/, vocabulary: common },
  { name: 'jest', closes: /^Tests: +(?:\d+ \w+, )*\d+ total$/, vocabulary: common },
  {
    name: 'pytest',
    closes: /^(?:=+ )?(?:\d+ [a-z]+(?:, \d+ [a-z]+)*|no tests ran) in [\d.]+s(?: \([\d:, a-z]+\))?(?: =+)?$/,
    vocabulary: { ...common, error: 'failed', errors: 'failed', xfailed: 'skipped', xpassed: 'passed' },
  },
  { name: 'cargo test', closes: /^test result: (?:ok|FAILED)\. (?:\d+ [a-z ]+; )+finished in /, vocabulary: common },
  {
    name: 'nextest',
    closes: /^ *Summary \[ *[\d.]+s\] +\d+(?:\/\d+)? tests? run: /,
    vocabulary: { ...common, 'timed out': 'failed', 'exec failed': 'failed' },
  },
  { name: 'deno', closes: /^(?:ok|FAILED) \| \d+ passed[^|]*(?: \| \d+ [^|]*)* \([\w.µ ]+\)$/, vocabulary: common },
  {
    name: 'rspec',
    closes: /^\d+ examples?, \d+ failures?\b/,
    vocabulary: { example: 'passed', examples: 'passed', failure: 'failed', failures: 'failed', pending: 'skipped' },
  },
];

/** Said instead of a closing line: the runner looked and found nothing to run. */
const foundNothing: readonly RegExp[] = [
  /^No test files found, exiting with code \d+$/, // vitest
  /^No tests found, exiting with code \d+$/, // jest
  /^Error: No tests found\b/, // playwright
  /^error: no tests to run$/, // nextest
  /^error: No test modules found$/, // deno
];

/** Files that could not be loaded: vitest and jest count them as files only, above the line of tests. */
const failedFiles = /^ *(?:Test Files {2}|Test Suites: +)(\d{1,9}) failed\b/;

/** Every closing line, in order. */
export function readLineReports(lines: readonly string[]): readonly TestCounts[] {
  const reports: TestCounts[] = [];
  let brokenFiles = 0;
  for (const raw of lines) {
    const line = raw.trimEnd();
    if (foundNothing.some((pattern) => pattern.test(line))) reports.push(noTests);
    brokenFiles = Number(failedFiles.exec(line)?.[1] ?? brokenFiles);
    const family = families.find(({ closes }) => closes.test(line));
    if (family === undefined) continue;
    const counts = settle(family.name, line, countWords(line, family.vocabulary));
    reports.push(counts.failed === 0 ? { ...counts, failed: brokenFiles } : counts);
    brokenFiles = 0;
  }
  return reports;
}

/** rspec states the total instead of what passed, and errors outside of examples in words of their own. */
function settle(family: string, line: string, counts: TestCounts): TestCounts {
  if (family !== 'rspec') return counts;
  const outside = Number(/, (\d{1,9}) errors? occurred outside of examples/.exec(line)?.[1] ?? 0);
  const passed = Math.max(0, counts.passed - counts.failed - counts.skipped);
  return { passed, failed: counts.failed + outside, skipped: counts.skipped };
}
