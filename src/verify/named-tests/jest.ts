import type { Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';
import { createTestTree } from './test-tree.ts';

const opening = /^(?:PASS|FAIL) {1,2}(\S.*)$/;
const marked = /^( +)(✓|√|✕|×|○ skipped|✎ todo) (\S.*)$/;
const meaning: Readonly<Record<string, TestStatus>> = { '✓': 'passed', '√': 'passed', '✕': 'failed', '×': 'failed' };

/** jest with --verbose, or with a single file: the block below `PASS FILE` or `FAIL FILE`, up to an empty line. */
export function readJestNames(lines: readonly string[]): Reading {
  const tree = createTestTree();
  let file: string | null = null;
  const rest = offerLines(lines, (line) => {
    const opens = opening.exec(line)?.[1];
    if (opens !== undefined) {
      tree.reset();
      // A project may stand before the file, times behind it.
      file =
        opens
          .replace(/ \(\d[^()]{0,80}\)$/, '')
          .split(' ')
          .at(-1) ?? null;
      return true;
    }
    if (line === '' || line.startsWith('  ● ') || !line.startsWith('  ')) file = null;
    if (file === null) return false;
    const [, space = '', mark = '', text = ''] = marked.exec(line) ?? [];
    // Without --verbose only the number of skipped tests is said.
    if (mark === '') tree.open(line.length - line.trimStart().length, line.trim());
    else if (!/^\d+ tests?$/.test(text)) {
      tree.judge(space.length, text.replace(/ \(\d[\d.]{0,9} m?s\)$/, ''), meaning[mark] ?? 'skipped', file);
    }
    return true;
  });
  return { tests: tree.tests, rest };
}
