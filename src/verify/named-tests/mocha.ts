import type { Reading, TestStatus } from './named-test.ts';
import { countIndent, offerLines } from './named-test.ts';
import { createTestTree } from './test-tree.ts';

const marked = /^( +)(?:(✔|✓|√)|(\d{1,9}\))|-) (\S.*)$/;
const passing = /^ {2}\d+ passing \(/;

/**
 * mocha, reporter spec: groups and tests by their indent of two columns. Only an output with mocha’s numbers is read,
 * and only up to `N failing`: what is below repeats names among messages.
 */
export function readMochaNames(lines: readonly string[]): Reading {
  if (!lines.some((line) => passing.test(line))) return { tests: [], rest: lines };
  const tree = createTestTree();
  let ended = false;
  const rest = offerLines(lines, (line) => {
    if (passing.test(line)) tree.reset();
    if (/^ {2}\d+ failing$/.test(line)) ended = true;
    const indent = countIndent(line);
    if (ended || line === '' || indent === 0 || indent % 2 === 1) return false;
    const [, , passed, failed, text] = marked.exec(line) ?? [];
    if (text !== undefined) {
      const status: TestStatus = passed !== undefined ? 'passed' : failed !== undefined ? 'failed' : 'skipped';
      tree.judge(indent, text.replace(/ \(\d{1,9}ms\)$/, ''), status);
      return true;
    }
    tree.open(indent, line.trim());
    return false;
  });
  return { tests: tree.tests, rest };
}
