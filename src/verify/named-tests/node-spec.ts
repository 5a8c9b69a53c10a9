import type { Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';
import { createTestTree } from './test-tree.ts';

const marked = /^( *)([▶✔✖﹣⚠]) (\S.*)$/;
/** The time is what sets these lines apart from mocha’s; the rest is a directive. */
const timed = /^(.*) \(\d+(?:\.\d+)?ms\)(?: # ?(.*))?$/;
const proveNothing = /^(?:skip|todo|expected failure)/i;
const meaning: Readonly<Record<string, TestStatus>> = { '✔': 'passed', '✖': 'failed', '﹣': 'skipped', '⚠': 'skipped' };

/** node:test, reporter spec. Its closing list of failures, each below a `test at FILE`, repeats what came before. */
export function readNodeSpec(lines: readonly string[]): Reading {
  const tree = createTestTree();
  let repeats = false;
  const rest = offerLines(lines, (line) => {
    const wasRepeated = repeats;
    repeats = /^test at \S/.test(line);
    const [, space = '', mark = '', text = ''] = marked.exec(line) ?? [];
    if (mark === '' || space.length % 2 === 1) return false;
    const [, name, directive = ''] = timed.exec(text) ?? [];
    if (mark === '▶') {
      // Before version 22 this mark, with a time, ends a group too.
      if (name === undefined || !tree.close(space.length, name)) tree.open(space.length, text);
      return true;
    }
    // Below a group of mocha’s a slow test has a time as well.
    if (name === undefined || (space !== '' && !tree.isOpen(space.length - 2))) return false;
    const status = proveNothing.test(directive) ? 'skipped' : meaning[mark];
    if (status !== undefined && !wasRepeated) tree.judge(space.length, name, status);
    return true;
  });
  return { tests: tree.tests, rest };
}
