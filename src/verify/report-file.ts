import { readGoNames } from './named-tests/go.ts';
import type { NamedTest } from './named-tests/named-test.ts';
import { isTap, readTapNames } from './named-tests/tap.ts';
import { readCtrf, readJestJson, readPlaywrightJson, readPytestJson } from './report-file/json-reports.ts';
import { fieldOf, parseJson, textIn } from './json-value.ts';
import { readJunit } from './report-file/junit.ts';
import { readXml } from './report-file/xml.ts';
import { reportLines } from './report-lines.ts';

export type ReportFormat =
  | 'junit'
  | 'ctrf'
  | 'tap'
  | 'vitest-json'
  | 'jest-json'
  | 'playwright-json'
  | 'go-json'
  | 'pytest-json';

export type ReportFile =
  | { readonly type: 'read'; readonly format: ReportFormat; readonly tests: readonly NamedTest[] }
  | { readonly type: 'unknown' };

const unknown = { type: 'unknown' } as const;

/**
 * The tests of a report that a runner wrote into a file; its format is told by what is in it. A report that is cut off,
 * or not well-formed, is unknown as a whole: what is missing from it might have failed. Total over any text, in time that
 * grows with its length alone.
 *
 * jest-junit writes a todo like a test that passed; every other format tells them apart.
 */
export function readReportFile(text: string): ReportFile {
  const start = /[^\s\uFEFF]/.exec(text)?.[0];
  if (start === '<') {
    const root = readXml(text);
    const tests = root === null ? null : readJunit(root);
    return tests === null ? unknown : { type: 'read', format: 'junit', tests };
  }
  if (start === '{') return readJson(text);
  const lines = reportLines(text);
  return isTap(lines) ? { type: 'read', format: 'tap', tests: readTapNames(lines).tests } : unknown;
}

function readJson(text: string): ReportFile {
  const report = parseJson(text.replace(/^\uFEFF/, ''));
  const format = report === undefined ? null : findFormat(report);
  switch (format) {
    case 'ctrf':
      return { type: 'read', format, tests: readCtrf(report) };
    case 'jest-json':
    case 'vitest-json':
      return { type: 'read', format, tests: readJestJson(report) };
    case 'playwright-json':
      return { type: 'read', format, tests: readPlaywrightJson(report) };
    case 'pytest-json':
      return { type: 'read', format, tests: readPytestJson(report) };
    case null:
      return readGoEvents(text);
  }
}

function findFormat(report: unknown): Exclude<ReportFormat, 'junit' | 'tap' | 'go-json'> | null {
  const isList = (value: unknown, key: string) => Array.isArray(fieldOf(value, key));
  if (isList(fieldOf(report, 'results'), 'tests')) return 'ctrf';
  // What only jest counts.
  if (isList(report, 'testResults')) {
    return fieldOf(report, 'numRuntimeErrorTestSuites') === undefined ? 'vitest-json' : 'jest-json';
  }
  if (isList(report, 'suites') && fieldOf(report, 'config') !== undefined) return 'playwright-json';
  if (isList(report, 'tests') && fieldOf(report, 'exitcode') !== undefined) return 'pytest-json';
  return null;
}

/** One event a line, each of them JSON, so that a file that was cut off is told from a whole one. */
function readGoEvents(text: string): ReportFile {
  const events = text.split('\n').filter((line) => line.trim() !== '');
  const isEvent = (line: string) => textIn(parseJson(line), 'Action') !== null;
  if (!events.every(isEvent)) return unknown;
  return { type: 'read', format: 'go-json', tests: readGoNames(reportLines(text)).tests };
}
