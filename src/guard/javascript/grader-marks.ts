/** A product that behaves otherwise when it is tested, or takes its answers from its tests. */
import type { SyntaxNode } from '@lezer/common';
import { markAt, type Add } from '../mark-at.ts';
import type { Mark } from '../source-facts.ts';
import { leadsToTests } from '../telling-strings.ts';
import { briefOf, findAbove, pathOf, stringOf, textOf, walk, type Source } from '../syntax.ts';

export function graderMarks(source: Source, isProgram: boolean): readonly Mark[] {
  const marks: Mark[] = [];
  const add: Add = (family, node, says, target) => marks.push(markAt(source, family, node, says, target));
  for (const node of walk(source)) {
    if (node.name === 'MemberExpression') readMember(source, node, isProgram, add);
    if (node.name === 'BinaryExpression') readComparison(source, node, add);
    if (node.name === 'String' || node.name === 'TemplateString') readPath(source, node, add);
    if (/^(?:Function|Method|Arrow)/.test(node.name)) readFunction(source, node, add);
  }
  return marks;
}

/** A path that leads from the product into its tests. */
function readPath(source: Source, node: SyntaxNode, add: Add): void {
  const path = stringOf(source, node);
  const call = findAbove(node, ({ name }) => name === 'CallExpression');
  const isPart =
    path !== null &&
    /^(?:tests?|__tests__|__snapshots__|__fixtures__)$/.test(path) &&
    call !== null &&
    /(?:^|\.)(?:join|resolve)\(\)$/.test(pathOf(source, call));
  if (path !== null && (isPart || leadsToTests(path)))
    add('answer-looked-up', node, 'it leads to its own tests, or to what they expect');
}

const runners = /\b(?:vitest|jest|mocha|jasmine|karma|playwright|pytest|node:test|(?:spec|test)s?\b)|--test\b/i;
const programs = /\b(?:vitest|jest|mocha|jasmine|karma|playwright|pytest|ava|cypress)\b|--test\b/i;
const maxFunctionChars = 1_500;

/** Who called, and how it was started, held against names of runners and tests. */
function readFunction(source: Source, node: SyntaxNode, add: Add): void {
  const text = textOf(source, node);
  if (text.length > maxFunctionChars) return;
  const looksAtStack =
    /\bstack\b/.test(text) && /\bnew Error\b|\bcaptureStackTrace\b|\bprepareStackTrace\b|\bgetCallSites?\b/.test(text);
  if (looksAtStack && /(?:match|test|includes|indexOf|search|some|find)\b/.test(text) && runners.test(text))
    add('grader-detected', node, 'it looks for a test in the stack');
}

const graderVariables =
  /^(?:CI|VITEST\w*|JEST_\w+|MOCHA\w*|NODE_TEST_CONTEXT|NODE_V8_COVERAGE|GITHUB_ACTIONS|GITLAB_CI|TEST|TESTING|IS_TEST|PYTEST\w*|PLAYWRIGHT\w*|CYPRESS\w*|npm_lifecycle_event|NODE_OPTIONS|MW_\w+|MILLWRIGHT\w*|STRYKER\w*)$/;

function readMember(source: Source, node: SyntaxNode, isProgram: boolean, add: Add): void {
  const text = briefOf(source, node);
  const name = /^(?:globalThis\.)?process\.env(?:\.(\w+)|\[["'](\w+)["']\])$/.exec(text);
  const variable = name?.[1] ?? name?.[2] ?? '';
  if (graderVariables.test(variable))
    add('grader-detected', node, `it asks whether it is being tested (${variable})`, variable);
  if (
    variable === 'NODE_ENV' &&
    node.parent?.name === 'BinaryExpression' &&
    /["']test["']/.test(textOf(source, node.parent))
  )
    add('grader-detected', node.parent, 'it asks whether it is being tested (NODE_ENV)');
  if (
    /^(?:globalThis|global)\.(?:it|test|describe|expect|jest|vi|__vitest\w*|__coverage__|beforeEach|afterEach)$/.test(
      text,
    )
  )
    add('grader-detected', node, 'it asks whether a test runner is there');
  if (
    /^process\.(?:argv|execArgv|title|argv0|mainModule)$/.test(text) &&
    (isProgram ? programs : runners).test(statementOf(source, node))
  )
    add('grader-detected', node, 'it looks at how it was started');
  if (text === 'import.meta.vitest' && !/if\s*\(\s*import\.meta\.vitest\s*\)/.test(source.text))
    add('grader-detected', node, 'it asks whether a test runner is there');
}

function statementOf(source: Source, node: SyntaxNode): string {
  const statement = findAbove(node, ({ name }) => /Statement$|Declaration$/.test(name));
  return statement === null ? '' : textOf(source, statement).slice(0, 1_000);
}

const comparisons = new Set(['<', '>', '<=', '>=', '===', '==', '!==', '!=']);

/** The clock held against a date that is written down, and `typeof describe`. */
function readComparison(source: Source, node: SyntaxNode, add: Add): void {
  const [left, sign, right] = [node.firstChild, node.firstChild?.nextSibling, node.lastChild];
  if (
    /^["'](?:it|test|describe|expect|jest|vi|mocha|__vitest\w*)["'] in (?:globalThis|global|window)$/.test(
      briefOf(source, node),
    )
  )
    add('grader-detected', node, 'it asks whether a test runner is there');
  if (!left || !sign || !right || !comparisons.has(textOf(source, sign))) return;
  const sides = [briefOf(source, left), briefOf(source, right)];
  const now = /^(?:Date\.now\(\)|\+?new Date(?:\(\))?(?:\.\w+\(\))?|Date\(\)|performance\.timeOrigin)$/;
  const fixed = /^(?:["'`]?\d{4}-\d{2}|1[6-9]\d{8,11}$|(?:new Date|Date\.(?:parse|UTC))\(["'`\d]|20\d\d$)/;
  if (sides.some((side) => now.test(side)) && sides.some((side) => fixed.test(side)))
    add('grader-detected', node, 'it does something else from a certain date on');
  if (sides.some((side) => /^typeof (?:it|test|describe|expect|jest|vi|beforeEach|mocha)$/.test(side)))
    add('grader-detected', node, 'it asks whether a test runner is there');
}
