/** Ids of criteria survive that their requirement is written anew by somebody who does not know them. */
import { readId, writeId } from '../criterion-id.ts';
import { parseSpec } from '../parse-spec.ts';
import type { Criterion } from '../spec.ts';
import { readLines } from './openspec-pieces.ts';

export interface Kept {
  /** The new text with the old ids. */
  readonly text: string;
  /** Ids whose criterion is not there any more. */
  readonly lost: readonly string[];
}

/**
 * Scenarios are matched by name, those of one name in their order. Sentences have no name: first those that say the same
 * are matched, then, when as many are left on either side, the others in their order. An id that the new text has stays.
 */
export function keepIds(before: string, after: string): Kept {
  const old = readCriteria(before);
  const fresh = readCriteria(after);
  const own = new Set(readLines(after).flatMap(({ text, literal }) => (literal ? [] : (readId(text) ?? []))));
  const wanted = new Map<number, Criterion>();
  const lost: string[] = [];
  for (const [criterion, successor] of match(old, fresh)) {
    if (criterion.id === null || own.has(criterion.id)) continue;
    if (successor === null || successor.id !== null) lost.push(criterion.id);
    else wanted.set(successor.line, { ...successor, id: criterion.id });
  }
  // The heading that `readCriteria` puts above is one line.
  const parts = readLines(after).map(({ text, end, number }) => {
    const { id = null, kind } = wanted.get(number + 1) ?? {};
    if (id === null) return text + end;
    return kind === 'sentence' ? `${text.trimEnd()} ${writeId(id)}${end}` : `${text}${end || '\n'}${writeId(id)}${end}`;
  });
  return { text: parts.join(''), lost };
}

function readCriteria(block: string): readonly Criterion[] {
  return parseSpec('block', `## Requirements\n${block}`).requirements.flatMap(({ criteria }) => criteria);
}

/** Each old criterion with the new one that it has become. */
function match(old: readonly Criterion[], fresh: readonly Criterion[]): readonly [Criterion, Criterion | null][] {
  const keyOf = ({ kind, name, sentence }: Criterion) => `${kind} ${kind === 'scenario' ? name : sentence}`;
  const named = Map.groupBy(fresh.toReversed(), keyOf);
  const first = old.map((each): [Criterion, Criterion | null] => [each, named.get(keyOf(each))?.pop() ?? null]);
  const rest = [...named.values()].flat().filter(({ kind }) => kind === 'sentence');
  rest.sort((a, b) => a.line - b.line);
  const open = first.filter(([{ kind }, successor]) => kind === 'sentence' && successor === null);
  if (open.length !== rest.length) return first;
  const order = new Map(open.map(([each], index) => [each, rest[index] ?? null]));
  return first.map(([each, successor]) => [each, successor ?? order.get(each) ?? null]);
}
