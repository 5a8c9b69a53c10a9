/** Tests of pytest and unittest, as they are written. */
import type { SyntaxNode } from '@lezer/common';
import type { Assertion, TestFacts } from '../source-facts.ts';
import {
  argumentsOf,
  briefOf,
  childrenOf,
  findAbove,
  lineAt,
  pathOf,
  squeeze,
  textOf,
  walk,
  walkBelow,
  type Source,
} from '../syntax.ts';

export function readPythonTests(source: Source): readonly TestFacts[] {
  const seen = new Map<string, number>();
  return [...walk(source)].flatMap((node): readonly TestFacts[] => {
    if (node.name !== 'FunctionDefinition') return [];
    const own = node.getChild('VariableName');
    const title = own === null ? '' : textOf(source, own);
    if (!title.startsWith('test')) return [];
    const group = findAbove(node, ({ name }) => name === 'ClassDefinition');
    const groupName = group?.getChild('VariableName');
    const name = [...(groupName ? [textOf(source, groupName)] : []), title].join(' > ');
    const number = (seen.get(name) ?? 0) + 1;
    seen.set(name, number);
    const body = node.getChild('Body');
    const decorators = [...decoratorsOf(source, node), ...(group === null ? [] : decoratorsOf(source, group))];
    const assertions = body === null ? [] : readAssertions(source, body);
    return [
      {
        name: number === 1 ? name : `${name} #${number}`,
        line: lineAt(source, node.from),
        body: body === null ? '' : squeeze(textOf(source, body)),
        skipped: skipReason(source, node, decorators, body),
        timeoutMs: timeoutIn(source, decorators, body),
        assertions,
        cases: [...assertions.flatMap((each) => each.literals), ...literalsAround(source, node)],
        literals: [...(body === null ? [] : literalsIn(source, body)), ...literalsAround(source, node)],
        isEmpty:
          assertions.length === 0 &&
          body !== null &&
          ![...walkBelow(body)].some(({ name: kind }) => kind === 'CallExpression' || kind === 'WithStatement'),
      },
    ];
  });
}

function decoratorsOf(source: Source, node: SyntaxNode): readonly string[] {
  return node.parent?.name === 'DecoratedStatement'
    ? node.parent.getChildren('Decorator').map((each) => textOf(source, each))
    : [];
}

function skipReason(
  source: Source,
  node: SyntaxNode,
  decorators: readonly string[],
  body: SyntaxNode | null,
): string | null {
  const marked = decorators.find((text) => /\b(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure)\b/.test(text));
  if (marked !== undefined) return /\b(?:xfail|expectedFailure)\b/.test(marked) ? 'xfail' : 'skip';
  if (findAbove(node, ({ name }) => name === 'IfStatement') !== null) return 'a condition around it';
  if (body === null) return null;
  const statements = childrenOf(body).filter(({ name }) => name !== ':');
  for (const [index, statement] of statements.entries()) {
    const isLast = index === statements.length - 1;
    if (statement.name === 'ReturnStatement' && !isLast) return 'an early return';
    if (statement.name === 'IfStatement' && /\breturn\b\s*$/m.test(textOf(source, statement))) return 'an early return';
  }
  for (const each of walkBelow(body)) {
    if (
      each.name === 'CallExpression' &&
      /^(?:pytest\.(?:skip|xfail|importorskip)|self\.skipTest|unittest\.skip)\(\)$/.test(pathOf(source, each))
    )
      return 'skip';
    if (each.name === 'RaiseStatement' && /SkipTest/.test(textOf(source, each))) return 'skip';
  }
  return null;
}

/** The longest time that a test is given, by a decorator or by what it waits for, in milliseconds. */
function timeoutIn(source: Source, decorators: readonly string[], body: SyntaxNode | null): number | null {
  const marked = decorators.flatMap((text) => /\btimeout\(\s*(?:timeout\s*=\s*)?([\d.]+)/.exec(text)?.[1] ?? []);
  const waits = body === null ? [] : [...walkBelow(body)].flatMap((node) => waitOf(source, node));
  const all = [...marked, ...waits].map((value) => Number(value) * 1_000);
  return all.length === 0 ? null : Math.max(...all);
}

/** What a call that waits is given, as written. */
function waitOf(source: Source, node: SyntaxNode): readonly string[] {
  if (node.name !== 'CallExpression') return [];
  if (
    !/(?:^|\.)(?:wait_for|wait|result|join|wait_until|eventually|poll|timeout|fail_after|move_on_after)\(\)$/.test(
      pathOf(source, node),
    )
  )
    return [];
  const given = node.getChild('ArgList');
  const own = given === null ? '' : textOf(source, given);
  return /\btimeout\s*=\s*([\d.]+)/.exec(own)?.slice(1) ?? /^\(\s*([\d.]+)\s*\)$/.exec(own)?.slice(1) ?? [];
}

/** Of decorators: the cases of a parametrized test. */
function literalsAround(source: Source, node: SyntaxNode): readonly string[] {
  return node.parent?.name === 'DecoratedStatement'
    ? node.parent.getChildren('Decorator').flatMap((each) => literalsIn(source, each))
    : [];
}

const strengths: Readonly<Record<string, number>> = {
  assertEqual: 3,
  assertEquals: 3,
  assertListEqual: 3,
  assertDictEqual: 3,
  assertSetEqual: 3,
  assertTupleEqual: 3,
  assertSequenceEqual: 3,
  assertMultiLineEqual: 3,
  assertCountEqual: 3,
  assertAlmostEqual: 3,
  assertIs: 3,
  assertRaises: 2,
  assertRaisesRegex: 3,
  assertIn: 2,
  assertNotEqual: 2,
  assertNotIn: 2,
  assertGreater: 2,
  assertGreaterEqual: 2,
  assertLess: 2,
  assertLessEqual: 2,
  assertRegex: 2,
  assertIsNone: 2,
  assertTrue: 1,
  assertFalse: 1,
  assertIsNotNone: 1,
  assertIsInstance: 1,
};

function readAssertions(source: Source, body: SyntaxNode): readonly Assertion[] {
  return [...walkBelow(body)].flatMap((node): readonly Assertion[] => {
    const reading = readAssertion(source, node);
    if (reading === null) return [];
    const strength = isSwallowed(source, node) ? 0 : reading.strength;
    return [{ ...reading, strength, line: lineAt(source, node.from), text: briefOf(source, node) }];
  });
}

type Reading = Omit<Assertion, 'line' | 'text'>;

function readAssertion(source: Source, node: SyntaxNode): Reading | null {
  if (node.name === 'ExpressionStatement' && isIdle(source, node))
    return { subject: briefOf(source, node), matcher: 'idle', strength: 0, bound: null, literals: [] };
  if (node.name === 'AssertStatement') return readAssert(source, childrenOf(node)[1]);
  if (node.name !== 'CallExpression') return null;
  const path = pathOf(source, node);
  if (/^pytest\.(?:raises|warns)\(\)$/.test(path)) {
    const text = briefOf(source, node);
    const broad = /\((?:Base)?Exception\b/.test(text);
    return {
      subject: text,
      matcher: 'raises',
      strength: broad ? 1 : /match=/.test(text) ? 3 : 2,
      bound: null,
      literals: [],
    };
  }
  const method = /^self\.(assert\w+)\(\)$/.exec(path)?.[1];
  const given = argumentsOf(node).map((each) => briefOf(source, each));
  if (method === undefined) {
    return /^(?:\w+\.)?(?:assert_|check_|verify_|expect_)\w+\(\)$/.test(path)
      ? { subject: path, matcher: path, strength: 2, bound: null, literals: literalsIn(source, node) }
      : null;
  }
  const [left = '', right = ''] = given;
  const base = strengths[method] ?? 2;
  const nothing = (base >= 2 && left === right && !/\(/.test(left)) || (base === 1 && isFixed(left));
  const bound = boundOf(method, right, given.join(','));
  return {
    subject: left,
    matcher: method,
    strength: nothing ? 0 : base === 3 && isPartly(left) ? 2 : base,
    bound,
    literals: literalsIn(source, node),
  };
}

/** An assertion of a mock that is looked up and not called, or one that no mock has: both hold always. */
function isIdle(source: Source, statement: SyntaxNode): boolean {
  const text = textOf(source, statement);
  return (
    /\.assert_\w+$/.test(text) ||
    /^assert \w[\w.]*\.(?:called_once|called_once_with|called_with|has_calls)\(/.test(text)
  );
}

function boundOf(method: string, right: string, all: string): Assertion['bound'] {
  const near = /\b(delta|places)=([\d.e-]+)/.exec(all);
  if (method === 'assertAlmostEqual' && near !== null)
    return { value: Number(near[2]), looserWhen: near[1] === 'delta' ? 1 : -1 };
  const value = Number(right);
  if (right === '' || Number.isNaN(value)) return null;
  if (/Less/.test(method)) return { value, looserWhen: 1 };
  return /Greater/.test(method) ? { value, looserWhen: -1 } : null;
}

function readAssert(source: Source, condition: SyntaxNode | undefined): Reading | null {
  if (condition === undefined) return null;
  const text = briefOf(source, condition);
  const literals = literalsIn(source, condition);
  if (isFixed(text)) return { subject: text, matcher: 'assert', strength: 0, bound: null, literals };
  if (condition.name !== 'BinaryExpression') {
    const isTuple = condition.name === 'TupleExpression' && condition.firstChild?.nextSibling?.name !== ')';
    return { subject: text, matcher: 'assert', strength: isTuple || isAlwaysTrue(text) ? 0 : 1, bound: null, literals };
  }
  const [left, sign, right] = [condition.firstChild, condition.firstChild?.nextSibling, condition.lastChild];
  const [a, b] = [left ? briefOf(source, left) : '', right ? briefOf(source, right) : ''];
  const operator = sign ? textOf(source, sign) : '';
  if (isAlwaysTrue(text) || (a === b && !/\(/.test(a)))
    return { subject: a, matcher: operator, strength: 0, bound: null, literals };
  const value = Number(b.replaceAll('_', ''));
  const looserWhen = operator.startsWith('<') ? 1 : -1;
  const bound = /^[<>]=?$/.test(operator) && !Number.isNaN(value) ? ({ value, looserWhen } as const) : toleranceIn(b);
  const leaves = Math.max(1, right === null ? 1 : literalsIn(source, right).length);
  const full = operator === '==' ? 3 * leaves : operator === 'or' ? 1 : 2;
  return {
    subject: a,
    matcher: operator,
    strength: isNever(a, operator, b) ? 0 : isPartly(a) ? Math.ceil(full / 2) : full,
    bound,
    literals,
  };
}

/** Seen through something that forgets a part of it: an order, everything but a count. */
function isPartly(subject: string): boolean {
  return /^(?:set|sorted|len|frozenset|bool|type|str|Counter|list\(map)\(/.test(subject);
}

/** A count is never below nought. */
function isNever(subject: string, operator: string, bound: string): boolean {
  return (
    subject.startsWith('len(') && ((operator === '>=' && bound === '0') || (operator === '>' && /^-\d+$/.test(bound)))
  );
}

/** `pytest.approx(3, abs=1e-3)`. */
function toleranceIn(text: string): Assertion['bound'] {
  const value = /\bapprox\(.*\b(?:abs|rel)=([\d.e+-]+)/.exec(text)?.[1];
  return value === undefined ? null : { value: Number(value), looserWhen: 1 };
}

function isFixed(text: string): boolean {
  return /^(?:True|[1-9]\d*|["'][^"']+["'])$/.test(text);
}

function isAlwaysTrue(text: string): boolean {
  return /(?:^|\b)or (?:True|1)$|^(?:True|1) or\b/.test(text);
}

/** `try: assert … except: pass`. */
function isSwallowed(source: Source, node: SyntaxNode): boolean {
  const around = findAbove(node, ({ name }) => ['TryStatement', 'WithStatement', 'FunctionDefinition'].includes(name));
  if (around === null || around.name === 'FunctionDefinition') return false;
  const text = textOf(source, around);
  if (around.name === 'WithStatement')
    return /^with\s+(?:contextlib\.)?suppress\(\s*(?:AssertionError|Exception|BaseException)/.test(text);
  const handler = text.slice(text.search(/\n\s*except\b/));
  const [block] = around.getChildren('Body');
  if (
    block === undefined ||
    node.from < block.from ||
    node.to > block.to ||
    !/^\s*except\s*(?::|(?:Base)?Exception\b|AssertionError\b)/.test(handler)
  )
    return false;
  return !/\b(?:raise|assert|fail)\b/.test(handler.replace(/AssertionError/g, ''));
}

function literalsIn(source: Source, node: SyntaxNode): readonly string[] {
  return [...walkBelow(node)].flatMap((each) =>
    ['String', 'Number', 'Boolean', 'None'].includes(each.name)
      ? [briefOf(source, each).replaceAll(/^["']|["']$/g, '')]
      : [],
  );
}
