import type { Reading, TestStatus } from './named-test.ts';
import { countIndent, offerLines } from './named-test.ts';
import { createTestTree } from './test-tree.ts';

const marked = /^( +)([✓√×❯↓□]) +(\S.*)$/;
const meaning: Readonly<Record<string, TestStatus>> = {
  '✓': 'passed',
  '√': 'passed',
  '×': 'failed',
  '↓': 'skipped',
  '□': 'skipped',
};

/**
 * vitest, reporters verbose, tree and default, as far as that one names tests: between its ` RUN ` and the failures or
 * numbers below. A line of the first column holds file and test, or a file alone; a group is what has marked lines right
 * of it.
 */
export function readVitestNames(lines: readonly string[]): Reading {
  const tree = createTestTree();
  let running = false;
  let file: string | null = null;
  const rest = offerLines(lines, (line, below) => {
    if (/^ (?:RUN|DEV) {2}v\d/.test(line)) running = true;
    else if (/^(?:⎯| Test Files {2})/.test(line)) running = false;
    const [, space = '', mark = '', text = ''] = marked.exec(line) ?? [];
    const indent = space.length;
    if (!running || indent % 2 === 0) return false;
    const name = dropTimes(text);
    const status = meaning[mark];
    if (indent === 1) {
      tree.reset();
      const [first = '', ...others] = dropProject(name).split(' > ');
      file = first.split(' (')[0] ?? null;
      if (others.length > 0 && status !== undefined) tree.judge(indent, others.join(' > '), status, file);
    } else if (status === undefined || (marked.test(below) && countIndent(below) > indent)) {
      tree.open(indent, name.replace(/ \(\d{1,9}\)$/, ''));
    } else {
      tree.judge(indent, name, status, file);
    }
    return true;
  });
  return { tests: tree.tests, rest };
}

/** Time, memory and retries stand behind the name. */
function dropTimes(text: string): string {
  return text.replace(/(?: {1,2}\d{1,9}ms)?(?: \((?:retry|repeat) x\d{1,9}\)){0,2}(?: \d{1,9} MB heap used)?$/, '');
}

/** A project stands before the file: `|unit| `, or between spaces where there are colours. */
function dropProject(text: string): string {
  return text.replace(/^(?:\|[^|]{1,80}\| |\S{1,80} {2})/, '');
}
