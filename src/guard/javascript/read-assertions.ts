/** What a test asserts, and how much that can tell apart: expect (vitest, jest, chai), node:assert, ava, tap. */
import type { SyntaxNode } from '@lezer/common';
import type { Assertion } from '../source-facts.ts';
import {
  argumentsOf,
  briefOf,
  chainOf,
  findAbove,
  headCall,
  lineAt,
  pathOf,
  textOf,
  walk,
  walkBelow,
  type Source,
} from '../syntax.ts';

const equality = new Set(
  `toBe toEqual toStrictEqual toMatchInlineSnapshot toHaveLength toHaveBeenCalledWith toHaveBeenLastCalledWith
   toHaveBeenNthCalledWith toHaveBeenCalledTimes toHaveReturnedWith toHaveProperty toBeCloseTo
   equal equals eql deep strictEqual deepEqual deepStrictEqual is same strictSame throws rejects partialDeepStrictEqual
   members lengthOf property include toHaveText toHaveValue toHaveCount toHaveURL toHaveTitle toHaveAttribute toHaveTextContent
   toHaveDisplayValue toHaveFormValues toHaveClass toHaveStyle toHaveJSProperty`.split(/\s+/),
);
const partial = new Set(
  `toContain toContainEqual toMatch toMatchObject toMatchSnapshot toThrow toThrowError toBeGreaterThan toBeGreaterThanOrEqual
   toBeLessThan toBeLessThanOrEqual toBeNull toBeUndefined toBeNaN notEqual notStrictEqual notDeepEqual match doesNotMatch
   toContainText toBeVisible toBeHidden toBeChecked toBeDisabled toBeEnabled toBeInTheDocument toBeEmpty above below least most contain contains keys true false null undefined snapshot like not`.split(
    /\s+/,
  ),
);
const weak = new Set(
  `toBeDefined toBeTruthy toBeFalsy toBeInstanceOf toBeTypeOf toHaveBeenCalled ok notOk truthy falsy exist exists a an
   instanceof instanceOf pass doesNotThrow doesNotReject notThrows toHaveReturned any`.split(/\s+/),
);
const looserWhenBigger = new Set([
  'toBeLessThan',
  'toBeLessThanOrEqual',
  'below',
  'most',
  'lessThan',
  'isBelow',
  'isAtMost',
]);
const looserWhenSmaller = new Set([
  'toBeGreaterThan',
  'toBeGreaterThanOrEqual',
  'toBeCloseTo',
  'above',
  'least',
  'isAbove',
  'isAtLeast',
]);

const assertHeads = new Set(['assert', 't', 'chai', 'should']);
const helper = /^(?:expect|assert|check|verify|should)[A-Z]\w*\(\)$/;

/** The assertions of a test's body, in its order. */
export function readAssertions(source: Source, body: SyntaxNode, helpers: Helpers): readonly Assertion[] {
  const found: Assertion[] = [];
  for (const node of walkBelow(body)) {
    const assertion = readAssertion(source, node, helpers);
    if (assertion === null) continue;
    const text = briefOf(source, node);
    found.push({
      ...assertion,
      line: lineAt(source, node.from),
      text,
      strength: isSwallowed(source, node) ? 0 : assertion.strength,
    });
  }
  return found;
}

type Reading = Omit<Assertion, 'line' | 'text'>;

/** Functions of a file that assert, by name, with how much they tell apart. */
export type Helpers = ReadonlyMap<string, number>;

export function readHelpers(source: Source): Helpers {
  const helpers = new Map<string, number>();
  for (const node of walk(source)) {
    const name = functionName(node);
    if (name === null) continue;
    const told = readAssertions(source, node, new Map()).reduce((all, { strength }) => all + strength, 0);
    if (told > 0 || helper.test(`${textOf(source, name)}()`)) helpers.set(textOf(source, name), told);
  }
  return helpers;
}

function functionName(node: SyntaxNode): SyntaxNode | null {
  if (node.name === 'FunctionDeclaration') return node.getChild('VariableDefinition');
  if (node.name !== 'ArrowFunction' && node.name !== 'FunctionExpression') return null;
  return node.parent?.name === 'VariableDeclaration' ? node.parent.getChild('VariableDefinition') : null;
}

function readAssertion(source: Source, node: SyntaxNode, helpers: Helpers): Reading | null {
  const isCall = node.name === 'CallExpression';
  if (!isCall && node.name !== 'MemberExpression') return null;
  // Only the whole chain, not its parts.
  if (
    node.parent?.name === 'MemberExpression' ||
    (node.parent?.name === 'CallExpression' &&
      node.parent.firstChild?.from === node.from &&
      node.parent.firstChild.to === node.to)
  )
    return null;
  const chain = chainOf(source, node);
  const [head = '?'] = chain;
  const last = (chain.at(-1) ?? '').replace('()', '');
  // Without a matcher that is called, nothing is compared; chai's words do it without a call.
  const isIdle = chain.length < 2 || (!isCall && /^to[A-Z]/.test(last));
  if (head === 'expect()') return isIdle ? plain(source, node, last, 0) : readExpect(source, node, chain, last);
  const own = isCall && chain.length === 1 ? helpers.get(last) : undefined;
  if (own !== undefined) return plain(source, node, last, own);
  if (!isCall) return null;
  if (head === 'assert()') return readCondition(source, argumentsOf(node)[0]);
  if (assertHeads.has(head) && chain.length >= 2) return readAssertCall(source, node, last);
  // Written elsewhere: what it tells apart is not seen here.
  if (helper.test(chain.at(-1) ?? '') || helper.test(head)) return plain(source, node, last, 4);
  if (last === 'expect' && chain.length > 2) return plain(source, node, 'expect', 3);
  if (
    ['strictEqual', 'deepStrictEqual', 'deepEqual', 'equal', 'rejects', 'throws', 'ok'].includes(last) &&
    chain.length === 1
  )
    return readAssertCall(source, node, last);
  return null;
}

function readExpect(source: Source, node: SyntaxNode, chain: readonly string[], matcher: string): Reading {
  const head = headCall(node);
  const [subject] = head === null ? [] : argumentsOf(head);
  const expected = node.name === 'CallExpression' ? argumentsOf(node) : [];
  const negated = chain.includes('not');
  const soft = chain.some((part) => part === 'toThrow()' || part === 'toThrowError()') && expected.length === 0;
  const base = negated && equality.has(matcher) ? 1 : soft ? 2 : strengthOf(matcher);
  return judge(source, subject, matcher, expected, base, negated);
}

function readAssertCall(source: Source, node: SyntaxNode, matcher: string): Reading | null {
  const given = argumentsOf(node);
  const base = strengthOf(matcher);
  if (base === null) return null;
  if (['ok', 'truthy', 'true', 'assert', 'isTrue'].includes(matcher)) return readCondition(source, given[0]);
  return judge(source, given[0], matcher, given.slice(1, 2), base, false);
}

/** `assert(a === b)` tells as much as an equality, `assert(a)` only that there is something. */
function readCondition(source: Source, condition: SyntaxNode | undefined): Reading | null {
  if (condition === undefined) return null;
  const text = briefOf(source, condition);
  if (condition.name !== 'BinaryExpression') {
    const isFixed = ['Number', 'String', 'BooleanLiteral'].includes(condition.name) || alwaysHolds(source, condition);
    return {
      subject: text,
      matcher: 'ok',
      strength: isFixed ? 0 : 1,
      bound: null,
      literals: literalsIn(source, [condition]),
    };
  }
  const [left, operator, right] = [condition.firstChild, condition.firstChild?.nextSibling, condition.lastChild];
  if (left === null || right === null) return null;
  const sign = operator === null || operator === undefined ? '' : textOf(source, operator);
  if (alwaysHolds(source, condition)) return { subject: text, matcher: sign, strength: 0, bound: null, literals: [] };
  const strength = sign === '===' || sign === '==' ? 3 : 2;
  const reading = judge(source, left, sign, [right], strength, false);
  const looserWhen = sign.startsWith('<') ? 1 : sign.startsWith('>') ? -1 : null;
  return right.name === 'Number' && looserWhen !== null
    ? { ...reading, bound: { value: Number(textOf(source, right)), looserWhen } }
    : reading;
}

function judge(
  source: Source,
  subject: SyntaxNode | undefined,
  matcher: string,
  expected: readonly SyntaxNode[],
  base: number | null,
  negated: boolean,
): Reading {
  const text = subject === undefined ? '' : briefOf(source, subject);
  const [first] = expected;
  const second = expected[1] ?? first;
  const bounded = matcher === 'toBeCloseTo' ? second : first;
  const looserWhen = looserWhenBigger.has(matcher) ? 1 : looserWhenSmaller.has(matcher) ? -1 : null;
  const says = first === undefined ? '' : briefOf(source, first);
  const leaves = first === undefined ? 1 : Math.max(1, countLeaves(first));
  const full = base === 3 || base === null ? 3 * leaves : base;
  const nothing = isTautology(source, subject, text, says, expected);
  const loose = /\bexpect\.(?:anything|any)\(|\.\*|\.\+/.test(says) ? 1 : full;
  // The same call on both sides says that it answers the same twice, and nothing of what.
  const twice = says === text ? 1 : full;
  return {
    subject: text,
    matcher: negated ? `not.${matcher}` : matcher,
    strength: nothing ? 0 : Math.min(full, loose, twice),
    bound:
      bounded?.name === 'Number' && looserWhen !== null && !negated
        ? { value: Number(textOf(source, bounded)), looserWhen }
        : null,
    literals: literalsIn(source, [...(subject === undefined ? [] : [subject]), ...expected]),
  };
}

/** The same thing on both sides, without anything that is done; or something written down, held against something written down. */
function isTautology(
  source: Source,
  subject: SyntaxNode | undefined,
  text: string,
  expected: string,
  args: readonly SyntaxNode[],
): boolean {
  if (subject === undefined) return false;
  if (['Number', 'String', 'BooleanLiteral', 'null', 'undefined'].includes(subject.name) || text === 'undefined')
    return true;
  if (expected !== '' && text === expected && !text.includes('(')) return true;
  if (alwaysHolds(source, subject)) return true;
  return args[0] !== undefined && /^expect\.anything\(\)$/.test(expected);
}

/** `x || true`, `x === x`. */
function alwaysHolds(source: Source, node: SyntaxNode): boolean {
  if (node.name !== 'BinaryExpression') return false;
  const parts = [node.firstChild, node.firstChild?.nextSibling, node.lastChild];
  const [left = '', sign = '', right = ''] = parts.map((part) => (part ? briefOf(source, part) : ''));
  if (sign === '||' && (right === 'true' || left === 'true' || /^\d*[1-9]$/.test(right))) return true;
  return ['===', '==', '>=', '<='].includes(sign) && left === right;
}

/** `null` where it is not known: a matcher of the project's own. */
function strengthOf(matcher: string): number | null {
  if (equality.has(matcher)) return 3;
  if (partial.has(matcher)) return 2;
  if (weak.has(matcher)) return 1;
  return null;
}

/**
 * Nothing that the assertion finds is ever seen, or it is reached only when something is thrown, and nothing says that
 * it must be.
 */
function isSwallowed(source: Source, node: SyntaxNode): boolean {
  const handlerAround = findAbove(node, ({ name }) => name === 'CatchClause' || /Function/.test(name));
  if (handlerAround?.name === 'CatchClause' && !isThrowAskedFor(source, handlerAround)) return true;
  const chained = findAbove(node, ({ name }) => name === 'ExpressionStatement' || name === 'Block');
  if (
    chained !== null &&
    chained.name === 'ExpressionStatement' &&
    /\.catch\(\s*(?:async\s*)?\(?\w*\)?\s*=>\s*(?:\{\s*\}|undefined|null|0|void 0)\s*\)/.test(textOf(source, chained))
  )
    return true;
  const attempt = findAbove(
    node,
    ({ name }) => name === 'TryStatement' || name === 'FunctionExpression' || name === 'FunctionDeclaration',
  );
  if (attempt?.name !== 'TryStatement') return false;
  const handler = attempt.getChild('CatchClause');
  const block = attempt.getChild('Block');
  if (handler === null || block === null || node.from < block.from || node.to > block.to) return false;
  return ![...walkBelow(handler)].some(
    (each) =>
      each.name === 'ThrowStatement' ||
      (each.name === 'CallExpression' && /^(?:expect|assert|t\.|done|reject|fail)/.test(pathOf(source, each))),
  );
}

function isThrowAskedFor(source: Source, handler: SyntaxNode): boolean {
  const test = findAbove(handler, ({ name }) => /Function/.test(name));
  const text = textOf(source, test ?? handler);
  return (
    /\b(?:expect\.(?:assertions|hasAssertions)|(?:assert|expect|t|chai)\.(?:fail|plan|unreachable)|fail|done\.fail)\(|\bthrow\b/.test(
      text,
    ) || /\b(?:let|var)\s+\w*(?:err|thrown|caught)/i.test(text)
  );
}

function countLeaves(node: SyntaxNode): number {
  if (!['ObjectExpression', 'ArrayExpression'].includes(node.name)) return 1;
  let leaves = 0;
  for (const each of walkBelow(node))
    if (['Number', 'String', 'BooleanLiteral', 'null', 'TemplateString', 'VariableName'].includes(each.name))
      leaves += 1;
  return leaves;
}

/** What is written down below these nodes, without quotes. */
export function literalsIn(source: Source, nodes: readonly SyntaxNode[]): readonly string[] {
  return nodes.flatMap((node) =>
    [...walkBelow(node)].flatMap((each) =>
      each.name === 'String' || each.name === 'Number' || each.name === 'BooleanLiteral'
        ? [briefOf(source, each).replaceAll(/^["']|["']$/g, '')]
        : [],
    ),
  );
}

function plain(source: Source, node: SyntaxNode, matcher: string, strength: number): Reading {
  return {
    subject: briefOf(source, node),
    matcher,
    strength,
    bound: null,
    literals: literalsIn(source, [node]),
  };
}
