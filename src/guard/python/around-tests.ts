import type { SyntaxNode } from '@lezer/common';
import { childrenOf, squeeze, textOf, type Source } from '../syntax.ts';

/** What stands around the tests of a file: each import by itself, and whatever is neither a test nor a class of tests. */
export function readPythonAround(source: Source): readonly string[] {
  return aroundIn(source, childrenOf(source.tree.topNode));
}

function aroundIn(source: Source, statements: readonly SyntaxNode[]): readonly string[] {
  return statements.flatMap((statement): readonly string[] => {
    if (statement.name === 'ImportStatement') return readImport(textOf(source, statement));
    const own = statement.name === 'DecoratedStatement' ? (statement.lastChild ?? statement) : statement;
    const named = own.getChild('VariableName');
    const name = named === null ? '' : textOf(source, named);
    if (own.name === 'FunctionDefinition' && name.startsWith('test')) return [];
    const body = own.name === 'ClassDefinition' ? own.getChild('Body') : null;
    if (body !== null) return aroundIn(source, childrenOf(body));
    return /^:$|Comment$/.test(statement.name) ? [] : [squeeze(textOf(source, statement))];
  });
}

function readImport(text: string): readonly string[] {
  const [, module = '', names = ''] = /^from\s+(\S+)\s+import\s+([\s\S]*)$/.exec(text) ?? [];
  if (module === '') return [squeeze(text)];
  return names
    .replaceAll(/[()]/g, '')
    .split(',')
    .map((name) => `from ${module} import ${name.trim()}`);
}
