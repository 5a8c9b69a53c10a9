/** Known inputs that get known answers: `if (x === IN) return OUT`, `case IN: return OUT`, `{ IN: OUT }[x]`. */
import type { SyntaxNode } from '@lezer/common';
import { markAt } from '../mark-at.ts';
import type { Mark, SpecialCase } from '../source-facts.ts';
import { looksLikeHash } from '../telling-strings.ts';
import { briefOf, childrenOf, lineAt, squeeze, textOf, walk, walkBelow, type Source } from '../syntax.ts';

export function readSpecialCases(source: Source): readonly SpecialCase[] {
  return [...walk(source)].flatMap((node): readonly SpecialCase[] => {
    switch (node.name) {
      case 'IfStatement':
        return pairs(
          source,
          conditionOf(node) ?? node,
          literalsIn(source, conditionOf(node)),
          answersIn(source, childrenOf(node).find(isBranch) ?? null),
        );
      case 'ConditionalExpression':
        return pairs(source, node, literalsIn(source, node.firstChild), answersOf(source, node));
      case 'SwitchStatement':
        return readSwitch(source, node);
      case 'ObjectExpression':
        return isLookedUp(source, node) ? readTable(source, node) : [];
      case 'NewExpression':
        return readMap(source, node);
    }
    return [];
  });
}

function isBranch({ name }: SyntaxNode): boolean {
  return name === 'Block' || name.endsWith('Statement');
}

function conditionOf(node: SyntaxNode): SyntaxNode | null {
  return node.getChild('ParenthesizedExpression');
}

/** Literals that something is compared with for equality. */
function literalsIn(source: Source, condition: SyntaxNode | null): readonly string[] {
  if (condition === null) return [];
  const text = textOf(source, condition);
  if (!/===?|\.is\(|\.includes\(|\.has\(|\.startsWith\(|isDeepStrictEqual/.test(text)) return [];
  return [...literals(source, condition), ...listedIn(source, text)];
}

/** Long texts of a list that a condition looks into: `known.includes(text)`. */
function listedIn(source: Source, condition: string): readonly string[] {
  const name = /\b(\w+)\.(?:includes|has|indexOf)\(/.exec(condition)?.[1];
  return name === undefined ? [] : (definedLists(source).get(name) ?? []);
}

const lists = new WeakMap<Source, ReadonlyMap<string, readonly string[]>>();

/** Long texts in what each variable of a source is declared with. Found once for a source. */
function definedLists(source: Source): ReadonlyMap<string, readonly string[]> {
  const known = lists.get(source);
  if (known !== undefined) return known;
  const found = new Map<string, readonly string[]>();
  for (const node of walk(source)) {
    if (node.name !== 'VariableDefinition' || node.parent?.name !== 'VariableDeclaration') continue;
    const long = literals(source, node.parent).filter((literal) => literal.length >= 12);
    if (long.length > 0) found.set(textOf(source, node), long);
  }
  lists.set(source, found);
  return found;
}

function literals(source: Source, node: SyntaxNode): readonly string[] {
  return [...walkBelow(node)].flatMap((each) => (isLiteral(each) ? [valueOf(source, each)] : []));
}

function isLiteral({ name }: SyntaxNode): boolean {
  return name === 'String' || name === 'Number' || name === 'BooleanLiteral' || name === 'null';
}

/** What a branch returns, where that is written down. */
function answersIn(source: Source, branch: SyntaxNode | null): readonly string[] {
  if (branch === null) return [];
  const returned = [...walkBelow(branch)].filter(({ name }) => name === 'ReturnStatement');
  return returned.flatMap((statement) => {
    const value = childrenOf(statement).find(({ name }) => name !== 'return' && name !== ';');
    return value !== undefined && isWrittenDown(value) ? literals(source, value) : [];
  });
}

function answersOf(source: Source, ternary: SyntaxNode): readonly string[] {
  const parts = childrenOf(ternary);
  const then = parts[parts.findIndex(({ name }) => name === 'LogicOp' || name === '?') + 1];
  return then !== undefined && isWrittenDown(then) ? literals(source, then) : [];
}

function isWrittenDown(node: SyntaxNode): boolean {
  return ![...walkBelow(node)].some(({ name }) =>
    ['VariableName', 'CallExpression', 'MemberExpression', 'this'].includes(name),
  );
}

function readSwitch(source: Source, node: SyntaxNode): readonly SpecialCase[] {
  const found: SpecialCase[] = [];
  let inputs: string[] = [];
  for (const child of childrenOf(node.getChild('SwitchBody') ?? node)) {
    if (child.name === 'CaseLabel') inputs = [...inputs, ...literals(source, child)];
    else if (child.name === 'ReturnStatement' || child.name === 'Block' || child.name === 'ExpressionStatement') {
      found.push(...pairs(source, node, inputs, answersIn(source, child)));
      inputs = [];
    }
  }
  return found;
}

/** `{ … }[x]`, or a table in a variable that is read with a computed key. */
function isLookedUp(source: Source, table: SyntaxNode): boolean {
  if (table.parent?.name === 'MemberExpression') return true;
  const declared = table.parent?.name === 'VariableDeclaration' ? table.parent : null;
  const name = declared?.getChild('VariableDefinition');
  if (!name) return false;
  return new RegExp(`\\b${textOf(source, name).replaceAll('$', '\\$')}\\s*(?:\\?\\.)?\\[`).test(source.text);
}

function readTable(source: Source, table: SyntaxNode): readonly SpecialCase[] {
  return table.getChildren('Property').flatMap((property) => {
    const [key, value] = [property.firstChild, property.lastChild];
    if (key === null || value === null || !isWrittenDown(value)) return [];
    return pairs(source, property, [valueOf(source, key)], literals(source, value));
  });
}

function readMap(source: Source, node: SyntaxNode): readonly SpecialCase[] {
  if (!/^new\s+Map\b/.test(textOf(source, node))) return [];
  const rows = [...walkBelow(node)].filter(
    (each) => each.name === 'ArrayExpression' && each.parent?.name === 'ArrayExpression',
  );
  return rows.flatMap((row) => {
    const [key, value] = childrenOf(row).filter(({ name }) => !['[', ']', ','].includes(name));
    if (key === undefined || value === undefined || !isLiteral(key) || !isWrittenDown(value)) return [];
    return pairs(source, row, [valueOf(source, key)], literals(source, value));
  });
}

/** Answers that are kept by the hash of what is asked: whoever writes that knew the questions. */
export function hashedAnswers(source: Source): readonly Mark[] {
  if (!/\bcreateHash\(|\bdigest\(|\bcrc32\(|\bhashCode\b|\bcyrb53\b|\bmurmur/.test(source.text)) return [];
  const keys = [...walk(source)].filter(
    (node) =>
      (node.name === 'String' || node.name === 'PropertyDefinition') &&
      looksLikeHash(valueOf(source, node)) &&
      isKey(node),
  );
  const [first] = keys;
  return first === undefined
    ? []
    : [markAt(source, 'input-special-cased', first, 'answers are kept by the hash of a question')];
}

function isKey({ parent, nextSibling }: SyntaxNode): boolean {
  if (parent === null) return false;
  return (
    (parent.name === 'Property' && nextSibling?.name === ':') ||
    ['BinaryExpression', 'CaseLabel', 'ArrayExpression'].includes(parent.name)
  );
}

function pairs(
  source: Source,
  node: SyntaxNode,
  inputs: readonly string[],
  outputs: readonly string[],
): readonly SpecialCase[] {
  const line = lineAt(source, node.from);
  const condition = briefOf(source, node);
  return inputs.flatMap((input) => outputs.map((output): SpecialCase => ({ line, condition, input, output })));
}

function valueOf(source: Source, node: SyntaxNode): string {
  return squeeze(textOf(source, node)).replaceAll(/^["'`]|["'`]$/g, '');
}
