import { joinNames } from './join-names.ts';
import type { NamedTest, Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';

const testLine = /^ {2}(✓|✘|-|ok|x) +\d+ (\S.*)$/;
const meaning: Readonly<Record<string, TestStatus>> = {
  '✓': 'passed',
  ok: 'passed',
  '✘': 'failed',
  x: 'failed',
  '-': 'skipped',
};

/**
 * playwright, reporter list. Of a test that was tried again the last verdict counts. An expected failure is marked like
 * any other there, and counts as one; a report file tells them apart.
 */
export function readPlaywrightNames(lines: readonly string[]): Reading {
  const tests = new Map<string, NamedTest>();
  const rest = offerLines(lines, (line) => {
    const [, mark = '', text = ''] = testLine.exec(line) ?? [];
    const status = meaning[mark];
    const parts = text
      .replace(/ \(\d[\d.]{0,9}m?[sh]?\)$/, '')
      .replace(/ \(retry #\d{1,9}\)$/, '')
      .split(' › ');
    const project = parts[0]?.startsWith('[') === true ? parts.shift() : '';
    const place = parts.shift();
    if (status === undefined || place === undefined || parts.length === 0) return false;
    const file = place.replace(/:\d{1,9}:\d{1,9}$/, '');
    // The project is a part of what is tried again, and of no name.
    tests.set(`${project} ${place} ${parts.join(' › ')}`, { name: joinNames(parts, ''), file, status });
    return true;
  });
  return { tests: [...tests.values()], rest };
}
