/** Replaced in a test is the very thing that it looks at, so that it looks at itself. */
import type { SyntaxNode } from '@lezer/common';
import type { Mark } from '../source-facts.ts';
import {
  argumentsOf,
  briefOf,
  headCall,
  lineAt,
  pathOf,
  stringOf,
  textOf,
  walk,
  walkBelow,
  type Source,
} from '../syntax.ts';

const replaces =
  /^(?:(?:vi|jest)\.(?:mock|doMock|unstable_mockModule)|(?:mock|t\.mock|context\.mock)\.module|td\.replace(?:Esm)?|(?:rewire)?mock)\(\)$/;
const spies = /^(?:(?:vi|jest|sinon)\.(?:spyOn|stub)|(?:mock|t\.mock)\.method|sinon\.replace)\(\)/;

export function unitMocks(source: Source): readonly Mark[] {
  const imports = readImports(source);
  const looked = subjectsOf(source);
  return [...walk(source)].flatMap((node): readonly Mark[] => {
    if (node.name !== 'CallExpression') return [];
    const given = argumentsOf(node);
    if (replaces.test(pathOf(source, node))) {
      const module =
        stringOf(source, given[0]) ??
        stringOf(source, given[0]?.name === 'DynamicImport' ? (argumentsOf(given[0])[0] ?? undefined) : undefined);
      if (module === null || !module.startsWith('.')) return [];
      const keepsReal = /importActual|requireActual|importOriginal/.test(textOf(source, node));
      const names = imports.filter((each) => each.module === module).map(({ name }) => name);
      const seen = names.filter(
        (name) => looked.has(name) && (!keepsReal || new RegExp(`\\b${name}\\b`).test(textOf(source, node))),
      );
      return seen.length === 0 ? [] : [markOf(source, node, `it replaces ${seen.join(', ')}, which it then looks at`)];
    }
    if (!spies.test(pathOf(source, node)) || !isReplaced(source, node)) return [];
    const [object, member] = [briefOf(source, given[0] ?? node), stringOf(source, given[1])];
    if (member === null || !looked.has(`${object}.${member}`)) return [];
    return [markOf(source, node, `it replaces ${object}.${member}, which it then looks at`)];
  });
}

/** Spying alone changes nothing; giving an answer does. */
function isReplaced(source: Source, spy: SyntaxNode): boolean {
  const around = spy.parent?.name === 'MemberExpression' ? spy.parent.parent : null;
  const then = around === null ? '' : textOf(source, around);
  return (
    /\.(?:mock(?:Implementation|ReturnValue|ResolvedValue)\w*|returns|resolves|callsFake)\(/.test(then) ||
    argumentsOf(spy).length > 2
  );
}

/** What the assertions of a file call to look at: names, and members of names. */
function subjectsOf(source: Source): ReadonlySet<string> {
  const names = new Set<string>();
  const behind = callsByVariable(source);
  for (const node of walk(source)) {
    if (node.name !== 'CallExpression') continue;
    const path = pathOf(source, node);
    const isLooking =
      path === 'expect()' ||
      /^(?:assert|t)(?:\.\w+)?\(\)$|^(?:strictEqual|deepStrictEqual|deepEqual|equal)\(\)$/.test(path);
    const [subject] = isLooking ? argumentsOf(headCall(node) ?? node) : [];
    if (subject === undefined) continue;
    for (const below of walkBelow(subject)) {
      if (below.name !== 'CallExpression' || below.firstChild === null) continue;
      names.add(briefOf(source, below.firstChild));
    }
    // `const total = sum(1, 2); expect(total)`
    if (subject.name === 'VariableName')
      for (const called of behind.get(textOf(source, subject)) ?? []) names.add(called);
  }
  return names;
}

/** What each variable is made of by a call. */
function callsByVariable(source: Source): ReadonlyMap<string, readonly string[]> {
  const calls = new Map<string, string[]>();
  for (const node of walk(source)) {
    if (node.name !== 'VariableDefinition') continue;
    const value = node.nextSibling?.nextSibling;
    const call = value?.name === 'AwaitExpression' ? value.lastChild : value;
    if (call?.name !== 'CallExpression' || call.firstChild === null) continue;
    const name = textOf(source, node);
    const known = calls.get(name);
    if (known === undefined) calls.set(name, [briefOf(source, call.firstChild)]);
    else if (known.length < 20) known.push(briefOf(source, call.firstChild));
  }
  return calls;
}

function readImports(source: Source): readonly { readonly name: string; readonly module: string }[] {
  return [...walk(source)].flatMap((node) => {
    if (node.name !== 'ImportDeclaration') return [];
    const module = stringOf(source, node.getChild('String') ?? undefined);
    if (module === null) return [];
    return [...walkBelow(node)].flatMap((each) =>
      each.name === 'VariableDefinition' ? [{ name: textOf(source, each), module }] : [],
    );
  });
}

function markOf(source: Source, node: SyntaxNode, says: string): Mark {
  return {
    family: 'unit-mocked',
    line: lineAt(source, node.from),
    text: briefOf(source, node).slice(0, 300),
    says,
  };
}
