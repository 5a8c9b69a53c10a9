import type { Reading, TestStatus } from './named-test.ts';
import { countIndent, offerLines } from './named-test.ts';
import { createTestTree } from './test-tree.ts';

const point = /^(not )?ok\b(?: +\d+)?(?: +-)?(?: +(.*))?$/;
const plan = /^(?:TAP version \d+|1\.\.\d+(?: *#.*)?)$/;
const directive = /^(?:skip|todo)/i;

/** TAP 13 and 14 with nested subtests, also those of vitest. Only an output with a version or a plan is read. */
export function readTapNames(lines: readonly string[]): Reading {
  if (!isTap(lines)) return { tests: [], rest: lines };
  const tree = createTestTree();
  /** Column of the YAML block that is open; nothing in it is a point. */
  let block: number | null = null;
  const rest = offerLines(lines, (line) => {
    const indent = countIndent(line);
    const text = line.slice(indent);
    if (block !== null && line !== '') {
      if (indent > block || (indent === block && text !== '...')) return true;
      block = null;
      if (text === '...') return true;
    }
    if (text === '---') {
      block = indent;
      return true;
    }
    const subtest = /^# Subtest: (.*)$/.exec(text)?.[1];
    if (subtest !== undefined) {
      tree.open(indent, unescape(subtest));
      return true;
    }
    const [found, negated, description = ''] = point.exec(text) ?? [];
    if (found === undefined) return false;
    const { name, status, opens } = readDescription(description, negated === undefined ? 'passed' : 'failed');
    if (opens) tree.open(indent, name);
    else if (name !== '') tree.judge(indent, name, status);
    return true;
  });
  return { tests: tree.tests, rest };
}

/** Whether some line is a version or a plan of TAP. */
export function isTap(lines: readonly string[]): boolean {
  return lines.some((line) => plan.test(line.trimEnd()));
}

function readDescription(
  text: string,
  verdict: TestStatus,
): { readonly name: string; readonly status: TestStatus; readonly opens: boolean } {
  // vitest puts subtests in braces behind their point.
  const opens = text.endsWith(' {');
  const whole = opens ? text.slice(0, -2) : text;
  const mark = findDirective(whole);
  const behind = mark === -1 ? '' : whole.slice(mark + 1).trimStart();
  const known = directive.test(behind) || behind.startsWith('time=');
  const name = unescape((known ? whole.slice(0, mark) : whole).trim());
  return { name, opens, status: directive.test(behind) ? 'skipped' : verdict };
}

/** Place of the last `#` that is not escaped and stands behind a space; -1 for none. */
function findDirective(text: string): number {
  for (let at = text.lastIndexOf('#'); at > 0; at = text.lastIndexOf('#', at - 1)) {
    if (text[at - 1] === ' ') return at;
  }
  return text.startsWith('#') ? 0 : -1;
}

function unescape(text: string): string {
  return text.replace(/\\([\\#])/g, '$1');
}
