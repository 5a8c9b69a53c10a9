import type { NamedTest, Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';

const testLine = /^(?:\((pass|fail|skip|todo)\)|([✓✗»✎])) (\S.*)$/;
const meaning: Readonly<Record<string, TestStatus>> = {
  pass: 'passed',
  '✓': 'passed',
  fail: 'failed',
  '✗': 'failed',
  skip: 'skipped',
  '»': 'skipped',
  todo: 'skipped',
  '✎': 'skipped',
};

/** Other programs begin lines with the same signs. */
const ofBun = /^(?:bun test v\d|Ran \d+ tests? across \d+ files?\.)/;

/** bun test: full names below a line `FILE:`. */
export function readBunNames(lines: readonly string[]): Reading {
  if (!lines.some((line) => ofBun.test(line))) return { tests: [], rest: lines };
  const tests: NamedTest[] = [];
  let file: string | null = null;
  const rest = offerLines(lines, (line) => {
    if (/^\S+\.[cm]?[jt]sx?:$/.test(line)) file = line.slice(0, -1);
    const [, word, sign, text = ''] = testLine.exec(line) ?? [];
    const status = meaning[word ?? sign ?? ''];
    if (status === undefined) return false;
    tests.push({ name: text.replace(/ \[[\d.]{1,20}m?s\]$/, ''), file, status });
    return true;
  });
  return { tests, rest };
}
