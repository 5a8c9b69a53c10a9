/** How much an assertion can tell apart. */
import type { SyntaxNode } from '@lezer/common';
import type { Assertion } from '../source-facts.ts';
import { briefOf, squeeze, textOf, walkBelow, type Source } from '../syntax.ts';

/** An assertion without its place. */
export type Reading = Omit<Assertion, 'line' | 'text'>;

const equality = new Set(
  `toBe toEqual toStrictEqual toMatchInlineSnapshot toHaveLength toHaveBeenCalledWith toHaveBeenLastCalledWith
   toHaveBeenNthCalledWith toHaveBeenCalledTimes toHaveReturnedWith toHaveProperty toBeCloseTo
   equal equals eql deep strictEqual deepEqual deepStrictEqual is same strictSame throws rejects partialDeepStrictEqual
   members lengthOf property include closeTo approximately toHaveText toHaveValue toHaveCount toHaveURL toHaveTitle toHaveAttribute toHaveTextContent
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
  'closeTo',
  'approximately',
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

/** `assert(a === b)` tells as much as an equality, `assert(a)` only that there is something. */
export function readCondition(source: Source, condition: SyntaxNode | undefined): Reading | null {
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
  const reading = weigh(source, left, sign, [right], strength, false);
  const looserWhen = sign.startsWith('<') ? 1 : sign.startsWith('>') ? -1 : null;
  return right.name === 'Number' && looserWhen !== null
    ? { ...reading, bound: { value: Number(textOf(source, right)), looserWhen } }
    : reading;
}

export function weigh(
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
  const bounded = /^(?:toBeCloseTo|closeTo|approximately)$/.test(matcher) ? second : first;
  const looserWhen = looserWhenBigger.has(matcher) ? 1 : looserWhenSmaller.has(matcher) ? -1 : null;
  const says = first === undefined ? '' : briefOf(source, first);
  const leaves = first === undefined ? 1 : Math.max(1, countLeaves(first));
  const full = base === 3 || base === null ? 3 * leaves : base;
  const nothing = isTautology(source, subject, text, says, expected, matcher);
  const loose = /\bexpect\.(?:anything|any)\(|\.\*|\.\+/.test(says) ? 1 : full;
  // Seen through something that forgets a part of it: an order, everything but a count.
  const seen = isPartly(text) ? Math.ceil(full / 2) : full;
  // The same call on both sides says that it answers the same twice, and nothing of what.
  const twice = says === text ? 1 : full;
  return {
    subject: text,
    matcher: negated ? `not.${matcher}` : matcher,
    strength: nothing || countsNothing(source, text, matcher, says) ? 0 : Math.min(seen, loose, twice),
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
  matcher: string,
): boolean {
  if (subject === undefined) return false;
  // A literal and a matcher of the project's own: the matcher is what is tested.
  const isOwn = strengthOf(matcher) === null;
  if (
    !isOwn &&
    (['Number', 'String', 'BooleanLiteral', 'null', 'undefined'].includes(subject.name) || text === 'undefined')
  )
    return true;
  if (expected !== '' && text === expected && !text.includes('(')) return true;
  if (alwaysHolds(source, subject)) return true;
  return args[0] !== undefined && /^expect\.anything\(\)$/.test(expected);
}

function isPartly(subject: string): boolean {
  return /^(?:new Set\(|Object\.keys\(|Boolean\(|!!|typeof |String\()|\.(?:length|size|sort\(\)|toSorted\(\))$|^\[\.\.\..*\]\.sort\(/.test(
    subject,
  );
}

/** A count is never below nought. */
function countsNothing(source: Source, subject: string, matcher: string, expected: string): boolean {
  const isNever =
    (/^(?:toBeGreaterThanOrEqual|least|isAtLeast|>=)$/.test(matcher) && /^-?0$/.test(expected)) ||
    (/^(?:toBeGreaterThan|above|isAbove|>)$/.test(matcher) && /^-\d+$/.test(expected));
  if (!isNever) return false;
  const isCount = /(?:\blength|\bsize|[cC]ount(?:\(\))?)$/;
  if (isCount.test(subject)) return true;
  const name = /^\w+$/.exec(subject)?.[0];
  const made = name === undefined ? null : new RegExp(`\\b${name}\\s*=\\s*([^;\\n]+)`).exec(source.text)?.[1];
  return made !== null && made !== undefined && isCount.test(squeeze(made));
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
export function strengthOf(matcher: string): number | null {
  if (equality.has(matcher)) return 3;
  if (partial.has(matcher)) return 2;
  if (weak.has(matcher)) return 1;
  return null;
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
