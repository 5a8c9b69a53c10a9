import type { NamedTest } from './named-tests/named-test.ts';
import { fieldOf, parseJson, textIn } from './json-value.ts';

/** What our own reporters wrote. */
export interface OwnReport {
  readonly tests: readonly NamedTest[];
  /** Every runner that began came to its end, and told of as many tests as it had found. */
  readonly isWhole: boolean;
}

/**
 * Reads the files of one run, a JSON value a line; lines without the run's own word are not ours. `null`: no runner
 * reported. Total over any text.
 */
export function readReportLines(files: readonly string[], nonce: string): OwnReport | null {
  const reports = files.map((text) => readOne(text, nonce)).filter((report) => report !== null);
  if (reports.length === 0) return null;
  return { tests: reports.flatMap(({ tests }) => tests), isWhole: reports.every(({ isWhole }) => isWhole) };
}

function readOne(text: string, nonce: string): OwnReport | null {
  const lines = text
    .split('\n')
    .map(parseJson)
    .filter((line) => textIn(line, 'nonce') === nonce);
  if (lines.length === 0) return null;
  const tests = lines.flatMap((line) => readTest(fieldOf(line, 'test')) ?? []);
  const end = lines.map((line) => fieldOf(line, 'end')).find((value) => typeof value === 'number');
  return { tests, isWhole: typeof end === 'number' && tests.length >= end };
}

function readTest(value: unknown): NamedTest | null {
  const [name, status] = [textIn(value, 'name'), textIn(value, 'status')];
  if (name === null || (status !== 'passed' && status !== 'failed' && status !== 'skipped')) return null;
  return { name, file: textIn(value, 'file'), status };
}
