/** Replaced in a test is the very thing that it looks at, so that it looks at itself. */
import type { SyntaxNode } from '@lezer/common';
import type { Add } from '../mark-at.ts';
import { briefOf, pathOf, stringOf, textOf, walk, walkBelow, type Source } from '../syntax.ts';

/** Names that assertions call to look at. */
export function subjectsOf(source: Source): ReadonlySet<string> {
  const names = new Set<string>();
  const variables = new Map<string, string>();
  for (const node of walk(source)) {
    if (
      node.name === 'AssignStatement' &&
      node.lastChild?.name === 'CallExpression' &&
      node.firstChild?.name === 'VariableName'
    )
      variables.set(textOf(source, node.firstChild), briefOf(source, node.lastChild.firstChild ?? node));
  }
  for (const node of walk(source)) {
    const isAssertion =
      node.name === 'AssertStatement' ||
      (node.name === 'CallExpression' && pathOf(source, node).startsWith('self.assert'));
    if (!isAssertion) continue;
    for (const each of walkBelow(node)) {
      if (each.name === 'CallExpression' && each.firstChild !== null) names.add(briefOf(source, each.firstChild));
      // `board.winner()`, where board is a Board.
      const [root = '', ...rest] = each.name === 'MemberExpression' ? briefOf(source, each).split('.') : [];
      const made = variables.get(root);
      if (made !== undefined && rest.length > 0) names.add([made, ...rest].join('.'));
      const behind = each.name === 'VariableName' ? variables.get(textOf(source, each)) : undefined;
      if (behind !== undefined) names.add(behind);
    }
  }
  return names;
}

/** `patch("shop.cart.total", …)` in a test that looks at `total(…)`. */
export function readPatch(
  source: Source,
  node: SyntaxNode,
  given: readonly SyntaxNode[],
  looked: ReadonlySet<string>,
  add: Add,
): void {
  const path = node.name === 'Decorator' ? 'patch()' : pathOf(source, node);
  if (
    !/^(?:(?:unittest\.)?mock\.)?patch(?:\.object)?\(\)$|^(?:mocker\.patch(?:\.object)?|monkeypatch\.setattr)\(\)$/.test(
      path,
    )
  )
    return;
  const [first, second] = given;
  const whole = stringOf(source, first);
  const member = stringOf(source, second);
  const target = whole ?? (first === undefined || member === null ? null : `${briefOf(source, first)}.${member}`);
  if (target === null) return;
  const last = target.slice(target.lastIndexOf('.') + 1);
  if ([...looked].some((name) => name === last || name === target || target.endsWith(`.${name}`)))
    add('unit-mocked', node, `it replaces ${target}, which it then looks at`);
}
