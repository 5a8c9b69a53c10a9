import { readNext, writeNext } from '../criterion-id.ts';
import { parseSpec } from '../parse-spec.ts';
import { readLines } from './openspec-pieces.ts';

/** No id is given twice: where the highest one has gone, or the line that says what comes next, it is written down. */
export function rememberNext(name: string, before: string, after: string): string {
  const old = parseSpec(name, before);
  const { nextNumber: now, layout } = parseSpec(name, after);
  const isForgotten = old.layout.nextLine !== null && layout.nextLine === null;
  if (now >= old.nextNumber && !isForgotten) return after;
  const nextNumber = Math.max(now, old.nextNumber);
  const lines = readLines(after);
  const end = lines[0]?.end === '\r\n' ? '\r\n' : '\n';
  const parts = lines.map(({ number, text, end: own, literal }) => {
    if (layout.nextLine === null && number === layout.titleLine)
      return `${text}${own || end}${writeNext(nextNumber)}${end}`;
    return !literal && readNext(text) !== null ? `${writeNext(nextNumber)}${own}` : text + own;
  });
  const top = layout.nextLine === null && layout.titleLine === null ? `${writeNext(nextNumber)}${end}` : '';
  return `${top}${parts.join('')}`;
}
