/** Gives every criterion an id, and changes nothing else in the file. */
import { isSpecName, readId, withoutId, writeId, writeNext } from './criterion-id.ts';
import { parseSpec } from './parse-spec.ts';
import { scanLines, type Line } from './scan-lines.ts';

export interface Assigned {
  /** The file with ids; the same bytes when there was nothing to do. */
  readonly file: string;
  readonly given: readonly { readonly id: string; readonly line: number }[];
}

/**
 * Numbers go on from the highest that the file remembers, also after a criterion was removed. An id that stands at two
 * criteria is kept at the first; the other gets a new one. `atLeast`: the lowest number that may be given, where something
 * else than the file remembers which were.
 */
export function assignIds(name: string, file: string, atLeast = 1): Assigned {
  if (!isSpecName(name)) throw new Error(`${name} cannot be part of an id`);
  const spec = parseSpec(name, file);
  const lines = scanLines(file).map((line) => ({ ...line }));
  const end = lines.find((line) => line.end !== '')?.end ?? '\n';
  const taken = new Set<string>();
  const given: { id: string; line: number }[] = [];
  const added = new Map<number, string>();
  let next = Math.max(spec.nextNumber, atLeast);
  for (const { id, kind, line, endLine } of spec.requirements.flatMap(({ criteria }) => criteria)) {
    if (id !== null && !taken.has(id)) {
      taken.add(id);
      continue;
    }
    const fresh = `${name}/AC-${next}`;
    next += 1;
    taken.add(fresh);
    given.push({ id: fresh, line });
    if (id !== null) removeId(lines, findIdLine(lines, line, id));
    const place = lines[endLine - 1] as Writable;
    if (kind === 'sentence') place.text = `${place.text.trimEnd()} ${writeId(fresh)}`;
    else added.set(line, `${writeId(fresh)}${end}`);
  }
  if (next > 1 && (spec.layout.nextLine === null || given.length > 0)) {
    const note = writeNext(next);
    if (spec.layout.nextLine !== null) (lines[spec.layout.nextLine - 1] as Writable).text = note;
    else {
      const at = spec.layout.titleLine ?? 0;
      added.set(at, `${note}${end}${added.get(at) ?? ''}`);
    }
  }
  const parts = lines.map(({ number, text, end: own }) => {
    const more = added.get(number);
    // The last line may have no end of its own.
    return more === undefined
      ? `${text}${own}`
      : `${text}${own === '' ? end : own}${own === '' ? more.slice(0, -end.length) : more}`;
  });
  return { file: `${added.get(0) ?? ''}${parts.join('')}`, given };
}

type Writable = { -readonly [Key in keyof Line]: Line[Key] };

function findIdLine(lines: readonly Line[], from: number, id: string): number {
  for (let index = from - 1; index < lines.length; index += 1) {
    const line = lines[index];
    if (line !== undefined && !line.literal && readId(line.text) === id) return line.number;
  }
  return from;
}

function removeId(lines: readonly Line[], number: number): void {
  const line = lines[number - 1] as Writable;
  const id = readId(line.text);
  if (id === null) return;
  const rest = withoutId(line.text);
  // A line that held nothing but the id goes as a whole.
  if (rest.trim() === '') line.end = '';
  line.text = rest.trim() === '' ? '' : rest;
}
