import type { Reading, TestStatus } from './named-test.ts';
import { countIndent, offerLines } from './named-test.ts';
import { createTestTree } from './test-tree.ts';

const verdict = /^(ok|FAILED|ignored)(?: \(.*\))?$/;
const meaning = { ok: 'passed', FAILED: 'failed', ignored: 'skipped' } as const;
const dots = ' ...';

/** deno test: what is below `running N tests from FILE`, up to an empty line; steps are indented. */
export function readDenoNames(lines: readonly string[]): Reading {
  const tree = createTestTree();
  let file: string | null = null;
  let prints = false;
  const rest = offerLines(lines, (line) => {
    const opens = /^running \d+ tests? from (\S.*)$/.exec(line)?.[1];
    if (opens !== undefined) {
      file = opens;
      tree.reset();
      return true;
    }
    if (/^-+ (?:\S+ )?output -+$/.test(line)) prints = true;
    else if (/^-+ (?:\S+ )?output end -+$/.test(line)) prints = false;
    else if (!prints && line === '') file = null;
    if (file === null || prints) return false;
    const cut = line.lastIndexOf(dots);
    if (cut === -1) return false;
    const name = line.slice(0, cut).trim();
    const word = verdict.exec(line.slice(cut + dots.length).trim())?.[1] as keyof typeof meaning | undefined;
    const status: TestStatus | null = word === undefined ? null : meaning[word];
    if (status !== null) tree.judge(countIndent(line), name, status, file);
    else if (cut + dots.length === line.length) tree.open(countIndent(line), name);
    return true;
  });
  return { tests: tree.tests, rest };
}
