/** Reading a syntax tree: its nodes in order, their text, their lines. Trees of texts with errors are trees, too. */
import type { SyntaxNode, Tree } from '@lezer/common';

export interface Source {
  readonly text: string;
  readonly tree: Tree;
  /** Where each line begins. */
  readonly lines: readonly number[];
}

export function createSource(text: string, tree: Tree): Source {
  const lines = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  return { text, tree, lines };
}

/** A longer chain than this is read no further: hostile text may nest as deep as it likes. */
const deepest = 40;

/** Every node, parents before children. */
export function* walk({ tree }: Source): Generator<SyntaxNode> {
  const cursor = tree.cursor();
  do yield cursor.node;
  while (cursor.next());
}

/** Every node below one, itself included. */
export function* walkBelow(top: SyntaxNode): Generator<SyntaxNode> {
  const cursor = top.cursor();
  do {
    if (cursor.from >= top.to && cursor.from > top.from) return;
    if (cursor.to > top.to || cursor.from < top.from) return;
    yield cursor.node;
  } while (cursor.next());
}

export function textOf({ text }: Source, { from, to }: { readonly from: number; readonly to: number }): string {
  return text.slice(from, to);
}

/** Longer than anything that a person would write as one thing, so that hostile texts cost no more than their length. */
const briefChars = 1_000;

/** The beginning of a node's text, without what formatting changes. */
export function briefOf({ text }: Source, { from, to }: { readonly from: number; readonly to: number }): string {
  return squeeze(text.slice(from, Math.min(to, from + briefChars)));
}

/** From 1. */
export function lineAt({ lines }: Source, offset: number): number {
  let [low, high] = [0, lines.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** Text without what formatting changes: equal for the same code, differently laid out. */
export function squeeze(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([()[\]{},;:.=+\-*/<>!&|?]) ?/g, '$1')
    .replaceAll(/,([)\]}])/g, '$1')
    .trim();
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** The nearest node above that a question holds for. */
export function findAbove(node: SyntaxNode, is: (above: SyntaxNode) => boolean): SyntaxNode | null {
  for (let above = node.parent; above !== null; above = above.parent) if (is(above)) return above;
  return null;
}

/**
 * What a call or a member goes through, outermost last, calls marked: `expect(a).not.toBe(b)` gives
 * `expect()`, `not`, `toBe()`; an unknown beginning is `?`.
 */
export function chainOf(source: Source, node: SyntaxNode): readonly string[] {
  const parts: string[] = [];
  let at: SyntaxNode | null = node;
  let called = '';
  for (let depth = 0; at !== null && depth < deepest; depth += 1) {
    if (at.name === 'CallExpression' || at.name === 'NewExpression') {
      called = '()';
      at =
        at.name === 'NewExpression' ? (at.getChild('VariableName') ?? at.getChild('MemberExpression')) : at.firstChild;
    } else if (at.name === 'MemberExpression') {
      const property = at.lastChild;
      const isNamed = property?.name === 'PropertyName' || property?.name === 'PrivatePropertyName';
      parts.unshift(`${isNamed && property !== null ? textOf(source, property) : '[]'}${called}`);
      called = '';
      at = at.firstChild;
    } else if (at.name === 'AwaitExpression' || at.name === 'ParenthesizedExpression') {
      at = childrenOf(at).find(({ name }) => name !== 'await' && name !== '(') ?? null;
    } else {
      const name = ['VariableName', 'this', 'self', 'super', 'import'].includes(at.name) ? textOf(source, at) : '?';
      return [`${name}${called}`, ...parts];
    }
  }
  return ['?', ...parts];
}

/** The chain as one string: `expect().not.toBe()`. */
export function pathOf(source: Source, node: SyntaxNode): string {
  return chainOf(source, node).join('.');
}

/** The arguments of a call, without punctuation. */
export function argumentsOf(call: SyntaxNode): readonly SyntaxNode[] {
  const list = call.getChild('ArgList');
  return list === null
    ? []
    : childrenOf(list).filter(
        ({ name }) => !['(', ')', ','].includes(name) && name !== 'LineComment' && name !== 'BlockComment',
      );
}

/** The first call of a chain: `expect(a)` of `expect(a).not.toBe(b)`. */
export function headCall(node: SyntaxNode): SyntaxNode | null {
  let at: SyntaxNode | null = node;
  let found: SyntaxNode | null = null;
  for (let depth = 0; at !== null && depth < deepest; depth += 1) {
    if (at.name === 'CallExpression') found = at;
    else if (at.name !== 'MemberExpression') break;
    at = at.firstChild;
  }
  return found;
}

/** What a string literal says; `null` for anything else, and for a string with holes. */
export function stringOf(source: Source, node: SyntaxNode | undefined): string | null {
  if (node === undefined) return null;
  const text = textOf(source, node);
  if (node.name === 'String') return text.replace(/^[a-zA-Z]*("""|'''|["'])([\s\S]*)\1$/, '$2');
  if (node.name === 'TemplateString' && node.getChild('Interpolation') === null) return text.slice(1, -1);
  return null;
}
