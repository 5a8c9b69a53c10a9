import type { SyntaxNode } from '@lezer/common';
import { childrenOf, squeeze, stringOf, textOf, walkBelow, type Source } from '../syntax.ts';
import { listDeclarations, type Declaration } from './read-tests.ts';

/** What stands around the tests of a file: each import by itself, and whatever is neither a test nor a group of tests. */
export function readAround(source: Source): readonly string[] {
  const declarations = new Map(listDeclarations(source).map((each) => [each.call.from, each]));
  return aroundIn(source, childrenOf(source.tree.topNode), declarations);
}

function aroundIn(
  source: Source,
  statements: readonly SyntaxNode[],
  declarations: ReadonlyMap<number, Declaration>,
): readonly string[] {
  return statements.flatMap((statement): readonly string[] => {
    if (statement.name === 'ImportDeclaration') return readImport(source, statement);
    const declaration = statement.name === 'ExpressionStatement' ? declarations.get(statement.from) : undefined;
    if (declaration?.type === 'test') return [];
    const block = declaration?.callback?.getChild('Block');
    if (block) return aroundIn(source, childrenOf(block), declarations);
    return /^[{};]$|Comment$/.test(statement.name) ? [] : [squeeze(textOf(source, statement))];
  });
}

function readImport(source: Source, statement: SyntaxNode): readonly string[] {
  const module = stringOf(source, statement.getChild('String') ?? undefined) ?? '';
  const names = [...walkBelow(statement)].filter(({ name }) => name === 'VariableDefinition');
  if (names.length === 0) return [squeeze(textOf(source, statement))];
  return names.map((name) => `import ${textOf(source, name)} from ${module}`);
}
