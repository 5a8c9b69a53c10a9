/** Tests of vitest, jest, mocha, node:test, bun, deno, playwright, ava and tap, as they are written. */
import type { SyntaxNode } from '@lezer/common';
import type { Assertion, TestFacts } from '../source-facts.ts';
import {
  argumentsOf,
  chainOf,
  childrenOf,
  findAbove,
  lineAt,
  pathOf,
  squeeze,
  stringOf,
  textOf,
  walk,
  walkBelow,
  type Source,
} from '../syntax.ts';
import { readAssertions, readHelpers } from './read-assertions.ts';
import { literalsIn } from './weigh-assertion.ts';

const testHeads = new Set(['it', 'test', 'specify', 'fit', 'xit', 'xtest', 'xspecify', 'ftest']);
const groupHeads = new Set(['describe', 'suite', 'context', 'fdescribe', 'xdescribe', 'xcontext', 'fcontext']);
const skipWords = new Set(['skip', 'todo', 'fixme', 'skipIf', 'runIf', 'fails', 'failing', 'ignore', 'if', 'todoIf']);

/** A call that declares a test or a group of them. */
export interface Declaration {
  readonly type: 'test' | 'group';
  readonly call: SyntaxNode;
  readonly title: string;
  /** Words between head and call: `skip`, `only`, `each`. */
  readonly words: readonly string[];
  readonly options: SyntaxNode | null;
  readonly callback: SyntaxNode | null;
}

/** Every declaration of a file, in its order. */
export function listDeclarations(source: Source): readonly Declaration[] {
  return [...walk(source)].flatMap((node) =>
    node.name === 'CallExpression' ? (readDeclaration(source, node) ?? []) : [],
  );
}

function readDeclaration(source: Source, call: SyntaxNode): Declaration | null {
  const [head = '?', ...words] = chainOf(source, call).map((part) => part.replace('()', ''));
  const isDeno = head === 'Deno' && words[0] === 'test';
  const isInner = head === 't' && words[0] === 'test';
  const type = testHeads.has(head) || isDeno || isInner ? 'test' : groupHeads.has(head) ? 'group' : null;
  if (type === null || (words[0] === 'describe' && head === 'test' ? false : words.some((word) => hookWords.has(word))))
    return null;
  const given = argumentsOf(call);
  const callback = given.find(({ name }) => name === 'ArrowFunction' || name === 'FunctionExpression') ?? null;
  const options = given.find(({ name }) => name === 'ObjectExpression') ?? null;
  const title =
    stringOf(source, given[0]) ??
    (options === null ? null : stringOf(source, propertyOf(source, options, 'name') ?? undefined));
  if (title === null && callback === null) return null;
  // `it.each(rows)` is only half of a declaration; the call around it has the title.
  if (call.parent?.name === 'CallExpression' && call.parent.firstChild?.from === call.from && callback === null)
    return null;
  const own = [...(head.startsWith('x') ? ['skip'] : []), ...(head.startsWith('f') ? ['only'] : []), ...words];
  const name = title ?? squeeze(given[0] === undefined ? '' : textOf(source, given[0])).slice(0, 200);
  return { type: words[0] === 'describe' ? 'group' : type, call, title: name, words: own, options, callback };
}

const hookWords = new Set([
  'before',
  'after',
  'beforeEach',
  'afterEach',
  'beforeAll',
  'afterAll',
  'use',
  'extend',
  'setTimeout',
  'step',
  'info',
  'configure',
]);

/** The value of a property of an object literal. */
export function propertyOf(source: Source, object: SyntaxNode, name: string): SyntaxNode | null {
  for (const property of object.getChildren('Property')) {
    const key = property.firstChild;
    if (key === null || textOf(source, key).replaceAll(/^["']|["']$/g, '') !== name) continue;
    return property.lastChild === key ? null : property.lastChild;
  }
  return null;
}

/** Every test of a file. Two of one name keep apart by their number. */
export function readTests(source: Source): readonly TestFacts[] {
  const declarations = listDeclarations(source);
  const groups = declarations.filter(({ type }) => type === 'group');
  const seen = new Map<string, number>();
  const helpers = readHelpers(source);
  return declarations.flatMap((declaration) => {
    if (declaration.type !== 'test') return [];
    const { call, title, callback } = declaration;
    const around = groups.filter(({ call: group }) => group.from < call.from && group.to >= call.to);
    const name = [...around.map((group) => group.title), title].join(' > ');
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    const assertions = callback === null ? [] : readAssertions(source, callback, helpers);
    const reasons = [declaration, ...around].flatMap((each) => skipReason(source, each) ?? []);
    return [
      {
        name: number === 1 ? name : `${name} #${number}`,
        line: lineAt(source, call.from),
        body: callback === null ? '' : squeeze(textOf(source, callback)),
        skipped: reasons[0] ?? (callback === null ? null : endsEarly(source, callback)),
        timeoutMs: timeoutOf(source, declaration),
        assertions,
        literals: literalsIn(source, [call]),
        cases: casesOf(source, declaration, assertions),
        isEmpty: assertions.length === 0 && callback !== null && !callsAnything(callback),
      } satisfies TestFacts,
    ];
  });
}

/** What its assertions hold, and what stands in `each(…)` before it. */
function casesOf(source: Source, { call }: Declaration, assertions: readonly Assertion[]): readonly string[] {
  const table = call.firstChild?.name === 'CallExpression' ? literalsIn(source, argumentsOf(call.firstChild)) : [];
  return [...assertions.flatMap(({ literals }) => literals), ...table];
}

function skipReason(source: Source, { words, options, call }: Declaration): string | null {
  const word = words.find((each) => skipWords.has(each));
  if (word !== undefined) return word;
  for (const name of ['skip', 'todo', 'ignore']) {
    const value = options === null ? null : propertyOf(source, options, name);
    if (value !== null && textOf(source, value) !== 'false') return name;
  }
  const condition = findAbove(call, ({ name }) => name === 'IfStatement' || name === 'ConditionalExpression');
  return condition === null ? null : 'a condition around it';
}

/** A way out of a test's body before its end that is not part of what it tests. */
function endsEarly(source: Source, callback: SyntaxNode): string | null {
  const body = callback.getChild('Block');
  if (body === null) return null;
  const statements = childrenOf(body);
  const isLast = (node: SyntaxNode) => statements.at(-2)?.from === node.from;
  for (const statement of statements) {
    if (statement.name === 'ReturnStatement' && !isLast(statement)) return 'an early return';
    if (statement.name === 'IfStatement' && [...walkBelow(statement)].some(isPlainReturn)) return 'an early return';
  }
  for (const node of walkBelow(body)) {
    if (node.name !== 'CallExpression') continue;
    const path = pathOf(source, node);
    if (/^(?:t|ctx|context|this|test|it|pending)(?:\.task)?\.(?:skip|todo|fixme)\(\)$/.test(path)) return 'skip';
    if (path === 'pending()') return 'pending';
  }
  return null;
}

function isPlainReturn(node: SyntaxNode): boolean {
  return node.name === 'ReturnStatement' && childrenOf(node).every(({ name }) => name === 'return' || name === ';');
}

function callsAnything(callback: SyntaxNode): boolean {
  return [...walkBelow(callback)].some(({ name }) =>
    ['CallExpression', 'NewExpression', 'AwaitExpression', 'TaggedTemplateExpression'].includes(name),
  );
}

/** The longest time that a test is given, by its options or inside; nought switches the limit off. */
function timeoutOf(source: Source, declaration: Declaration): number | null {
  const own = ownTimeout(source, declaration);
  const inside = declaration.callback === null ? [] : timeoutsIn(source, declaration.callback);
  const all = [...(own === null ? [] : [own]), ...inside].map((each) => (each === 0 ? Number.POSITIVE_INFINITY : each));
  return all.length === 0 ? null : Math.max(...all);
}

function timeoutsIn(source: Source, callback: SyntaxNode): readonly number[] {
  return [...walkBelow(callback)].flatMap((node) => {
    const key = node.name === 'Property' ? node.firstChild : null;
    if (key === null || node.lastChild === null || !/^(?:timeout|timeoutMs|testTimeout)$/.test(textOf(source, key)))
      return [];
    return node.lastChild.name === 'Number' && isWait(source, node) ? [numberOf(source, node.lastChild)] : [];
  });
}

/** Whether a property belongs to the options of something that waits, and not to what a test expects. */
function isWait(source: Source, property: SyntaxNode): boolean {
  const call = findAbove(property, ({ name }) => name === 'CallExpression');
  if (call === null) return false;
  const last = (chainOf(source, call).at(-1) ?? '').replace('()', '');
  const [first] = argumentsOf(call);
  const isFirst = first !== undefined && first.from <= property.from && first.to >= property.to;
  return (
    /^(?:waitFor\w*|find(?:All)?By\w*|poll|waitUntil|eventually|goto|click|fill|press|retry|expect)$/.test(last) ||
    (/^to[A-Z]/.test(last) && !isFirst)
  );
}

function ownTimeout(source: Source, { call, options, callback }: Declaration): number | null {
  const last = argumentsOf(call).at(-1);
  if (last?.name === 'Number') return numberOf(source, last);
  const given = options === null ? null : propertyOf(source, options, 'timeout');
  if (given !== null) return numberOf(source, given);
  if (callback === null) return null;
  for (const node of walkBelow(callback)) {
    if (node.name === 'CallExpression' && ['this.timeout()', 'test.setTimeout()'].includes(pathOf(source, node)))
      return numberOf(source, argumentsOf(node)[0] ?? node);
  }
  return null;
}

/** A number as written; something computed counts as endless. */
export function numberOf(source: Source, node: SyntaxNode): number {
  const text = textOf(source, node).replaceAll('_', '');
  const product = /^[\d.e+]+(?:\s*\*\s*[\d.e+]+)*$/i.test(text)
    ? text.split('*').reduce((all, each) => all * Number(each), 1)
    : Number(text);
  return Number.isNaN(product) ? Number.POSITIVE_INFINITY : product;
}
