import { joinNames } from './join-names.ts';
import type { NamedTest, Reading, TestStatus } from './named-test.ts';
import { offerLines } from './named-test.ts';

const meaning: Readonly<Record<string, TestStatus>> = {
  PASSED: 'passed',
  FAILED: 'failed',
  ERROR: 'failed',
  SKIPPED: 'skipped',
  XFAIL: 'skipped',
  XPASS: 'passed',
};
/** `FILE::CLASS::test[parameters]`; parameters may hold spaces. */
const nodeId = /^[^\s:]+\.py::[^\s[]+(?:\[.*\])?/;
const wholeId = new RegExp(`${nodeId.source}$`);
const ofWorker = /^\[gw\d+\] \[ *\d+%\] ([A-Z]+) (\S.*)$/;

/** pytest -v, also with xdist. What a test prints with -s stands between its name and its verdict. */
export function readPytestNames(lines: readonly string[]): Reading {
  const tests: NamedTest[] = [];
  let open: string | null = null;
  const rest = offerLines(lines, (line) => {
    const [, word = '', id = ''] = ofWorker.exec(line) ?? [];
    const verdict = meaning[word];
    if (verdict !== undefined) {
      tests.push(createTest(id, verdict));
      return true;
    }
    const text = dropProgress(line);
    const found = splitVerdict(text);
    const begins = nodeId.exec(text)?.[0] ?? null;
    if (begins === null && open === null) return false;
    const named = found === null ? null : wholeId.test(found.before) ? found.before : found.before === '' ? open : null;
    if (found !== null && named !== null) {
      tests.push(createTest(named, found.status));
      open = null;
      return true;
    }
    open = begins ?? open;
    return begins !== null;
  });
  return { tests, rest };
}

function createTest(id: string, status: TestStatus): NamedTest {
  const [file = '', ...names] = id.split('::');
  return { name: joinNames(names, ''), file, status };
}

/** `  [ 40%]` stands at the end of the line. */
function dropProgress(line: string): string {
  const start = line.lastIndexOf('[');
  return start !== -1 && /^\[ *\d+%\]$/.test(line.slice(start)) ? line.slice(0, start).trimEnd() : line;
}

/** The verdict at the end of a line, with a reason in parentheses behind some of them. */
function splitVerdict(text: string): { readonly before: string; readonly status: TestStatus } | null {
  for (const [word, status] of Object.entries(meaning)) {
    if (text === word || text.endsWith(` ${word}`)) return { before: text.slice(0, -word.length).trimEnd(), status };
    const reason = text.endsWith(')') ? text.indexOf(` ${word} (`) : -1;
    if (reason !== -1) return { before: text.slice(0, reason), status };
  }
  return null;
}
