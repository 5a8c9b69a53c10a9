import type { NamedTest, Reading, TestStatus } from './named-test.ts';
import { countIndent } from './named-test.ts';
import { createTestTree, type TestTree } from './test-tree.ts';

const summary = /^(\d{1,9}) examples?, (\d{1,9}) failures?(?:, (\d{1,9}) pending)?/;
/** What follows the examples. */
const closing = /^(?:Failures:|Pending:|Finished in )/;

/**
 * rspec, format documentation. It marks no passing example, so that any indented text looks like one: the names are
 * believed only when there are as many of each kind as the line of numbers says.
 */
export function readRspecNames(lines: readonly string[]): Reading {
  let start = 0;
  const tests = lines.flatMap((line, index): readonly NamedTest[] => {
    const [whole, ...numbers] = summary.exec(line) ?? [];
    if (whole === undefined) return [];
    const [total, failed, skipped] = numbers.map((number) => Number(number ?? 0));
    const found = readExamples(lines.slice(start, index));
    start = index + 1;
    const count = (status: TestStatus) => found.filter((test) => test.status === status).length;
    return found.length === total && count('failed') === failed && count('skipped') === skipped ? found : [];
  });
  return { tests, rest: lines };
}

function readExamples(lines: readonly string[]): readonly NamedTest[] {
  const tree = createTestTree();
  const end = lines.findIndex((line) => closing.test(line));
  const tested = end === -1 ? lines : lines.slice(0, end);
  for (const [index, raw] of tested.entries()) {
    const line = raw.trimEnd();
    const indent = countIndent(line);
    const below = tested[index + 1]?.trimEnd() ?? '';
    if (line === '') tree.reset();
    else if (below !== '' && countIndent(below) > indent) tree.open(indent, line.trim());
    // Nothing but a group stands in the first column.
    else if (indent > 0) judgeExample(line.trim(), indent, tree);
  }
  return tree.tests;
}

function judgeExample(text: string, indent: number, tree: TestTree): void {
  const pending = text.endsWith(')') ? text.indexOf(' (PENDING: ') : -1;
  const failed = / \(FAILED - \d{1,9}\)$/.exec(text);
  if (pending !== -1) tree.judge(indent, text.slice(0, pending), 'skipped');
  else if (failed !== null) tree.judge(indent, text.slice(0, failed.index), 'failed');
  else tree.judge(indent, text, 'passed');
}
