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
import { literalsIn, readCondition, strengthOf, weigh, type Reading } from './weigh-assertion.ts';

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
      strength: isSwallowed(source, node) || mayRunNever(source, node) ? 0 : assertion.strength,
    });
  }
  return found;
}

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
  const base = negated && strengthOf(matcher) === 3 ? 1 : soft ? 2 : strengthOf(matcher);
  return weigh(source, subject, matcher, expected, base, negated);
}

function readAssertCall(source: Source, node: SyntaxNode, matcher: string): Reading | null {
  const given = argumentsOf(node);
  const base = strengthOf(matcher);
  if (base === null) return null;
  if (['ok', 'truthy', 'true', 'assert', 'isTrue'].includes(matcher)) return readCondition(source, given[0]);
  return weigh(source, given[0], matcher, given.slice(1, 2), base, false);
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

/** Inside a loop over what a filter leaves, which may be nothing. */
function mayRunNever(source: Source, node: SyntaxNode): boolean {
  const loop = findAbove(node, ({ name }) => name === 'ForStatement' || /Function/.test(name));
  const spec = loop?.name === 'ForStatement' ? loop.getChild('ForOfSpec') : null;
  const over = spec?.lastChild?.prevSibling;
  if (over === null || over === undefined) return false;
  const text = briefOf(source, over);
  if (text.includes('.filter(')) return true;
  if (!/^\w+$/.test(text)) return false;
  const made = new RegExp(`\\b${text}\\s*=\\s*([^;]+)`).exec(source.text)?.[1] ?? '';
  return (
    made.includes('.filter(') &&
    !new RegExp(`\\b${text}\\b\\)?\\s*\\.?(?:length|toHaveLength)|expect\\(${text}\\.length`).test(source.text)
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

function plain(source: Source, node: SyntaxNode, matcher: string, strength: number): Reading {
  return {
    subject: briefOf(source, node),
    matcher,
    strength,
    bound: null,
    literals: literalsIn(source, [node]),
  };
}
