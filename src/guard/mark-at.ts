import type { SyntaxNode } from '@lezer/common';
import type { ConcernFamily } from '../model/concern.ts';
import type { Mark } from './source-facts.ts';
import { briefOf, lineAt, type Source } from './syntax.ts';

/** Notes something about a place. */
export type Add = (family: ConcernFamily, node: SyntaxNode, says: string, target?: string) => void;

/** A mark on a place, with its text as what it is about. */
export function markAt(source: Source, family: ConcernFamily, node: SyntaxNode, says: string, target?: string): Mark {
  const mark = { family, line: lineAt(source, node.from), text: briefOf(source, node).slice(0, 300), says };
  return target === undefined ? mark : { ...mark, target };
}
