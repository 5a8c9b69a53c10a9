/** Known inputs that get known answers: `if x == IN: return OUT`, `{IN: OUT}[x]`, `case IN: return OUT`. */
import type { SyntaxNode } from '@lezer/common';
import { markAt } from '../mark-at.ts';
import type { Mark, SpecialCase } from '../source-facts.ts';
import { looksLikeHash } from '../telling-strings.ts';
import { briefOf, childrenOf, lineAt, stringOf, textOf, walk, walkBelow, type Source } from '../syntax.ts';

export function readPythonCases(source: Source): readonly SpecialCase[] {
  return [...walk(source)].flatMap((node): readonly SpecialCase[] => {
    switch (node.name) {
      case 'IfStatement':
        return readIf(source, node);
      case 'ConditionalExpression': {
        const [value, , condition] = childrenOf(node);
        return value && condition && isEquality(source, condition)
          ? pairs(source, node, literals(source, condition), answers(source, value))
          : [];
      }
      case 'MatchClause': {
        const body = node.getChild('Body');
        const pattern = childrenOf(node).find(({ name }) => name !== 'case');
        return body && pattern ? pairs(source, node, literals(source, pattern), returned(source, body)) : [];
      }
      case 'DictionaryExpression':
        return isLookedUp(source, node) ? readTable(source, node) : [];
    }
    return [];
  });
}

/** Answers that are kept by the hash of what is asked: whoever writes that knew the questions. */
export function hashedAnswers(source: Source): readonly Mark[] {
  if (!/\bhashlib\.|\bzlib\.(?:crc32|adler32)\(|\bhexdigest\(/.test(source.text)) return [];
  const isKey = ({ parent }: SyntaxNode) =>
    parent !== null &&
    ['DictionaryExpression', 'BinaryExpression', 'MatchClause', 'SetExpression'].includes(parent.name);
  const first = [...walk(source)].find(
    (node) => node.name === 'String' && isKey(node) && looksLikeHash(stringOf(source, node) ?? ''),
  );
  return first === undefined
    ? []
    : [markAt(source, 'input-special-cased', first, 'answers are kept by the hash of a question')];
}

function readIf(source: Source, node: SyntaxNode): readonly SpecialCase[] {
  const found: SpecialCase[] = [];
  let condition: SyntaxNode | null = null;
  for (const child of childrenOf(node)) {
    if (child.name === 'Body') {
      if (condition !== null && isEquality(source, condition))
        found.push(...pairs(source, condition, literals(source, condition), returned(source, child)));
      condition = null;
    } else if (!['if', 'elif', 'else'].includes(child.name)) condition = child;
  }
  return found;
}

function isEquality(source: Source, condition: SyntaxNode): boolean {
  return /==|\bin\b|\bis\b|\.(?:starts|ends)with\(/.test(textOf(source, condition));
}

function isLookedUp(source: Source, table: SyntaxNode): boolean {
  if (table.parent?.name === 'MemberExpression') return true;
  const name = table.parent?.name === 'AssignStatement' ? table.parent.firstChild : null;
  return (
    name !== null &&
    name.name === 'VariableName' &&
    new RegExp(`\\b${textOf(source, name)}(?:\\[|\\.get\\()`).test(source.text)
  );
}

function readTable(source: Source, table: SyntaxNode): readonly SpecialCase[] {
  const parts = childrenOf(table).filter(({ name }) => !['{', '}', ',', ':'].includes(name));
  const found: SpecialCase[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [key, value] = [parts[at], parts[at + 1]];
    if (key && value) found.push(...pairs(source, key, literals(source, key), answers(source, value)));
  }
  return found;
}

function returned(source: Source, body: SyntaxNode): readonly string[] {
  return [...walkBelow(body)].flatMap((node) => {
    const value = node.name === 'ReturnStatement' ? childrenOf(node)[1] : undefined;
    return value === undefined ? [] : answers(source, value);
  });
}

/** Only what is written down. */
function answers(source: Source, value: SyntaxNode): readonly string[] {
  const computed = [...walkBelow(value)].some(({ name }) =>
    ['VariableName', 'CallExpression', 'MemberExpression'].includes(name),
  );
  return computed ? [] : literals(source, value);
}

function literals(source: Source, node: SyntaxNode): readonly string[] {
  return [...walkBelow(node)].flatMap((each) =>
    ['String', 'Number', 'Boolean', 'None'].includes(each.name)
      ? [briefOf(source, each).replaceAll(/^["']|["']$/g, '')]
      : [],
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
