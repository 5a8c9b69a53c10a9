import { isMap, isSeq, parseDocument } from 'yaml';
import { UserError } from '../model/user-error.ts';

/**
 * The configuration with further globs under `protect:`, and every other byte as it was. E_CONFIG for a file that cannot
 * be read, or whose `protect:` is no list.
 */
export function addToProtect(text: string, globs: readonly string[]): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents))
    throw new UserError('E_CONFIG', 'millwright.yaml cannot be read', 'mw config check', { exit: 2 });
  const present = document.get('protect');
  const known = isSeq(present) ? present.toJSON() : [];
  const fresh = globs.filter((glob) => !(known as unknown[]).includes(glob)).map((glob) => JSON.stringify(glob));
  if (fresh.length === 0) return text;
  if (present === undefined) {
    const end = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return `${end}protect:\n${fresh.map((glob) => `  - ${glob}\n`).join('')}`;
  }
  if (!isSeq(present) || present.range === null || present.range === undefined)
    throw new UserError('E_CONFIG', 'protect: in millwright.yaml is no list', 'mw config check', { exit: 2 });
  const [start, end] = present.range;
  if (present.flow === true) {
    const inner = text.slice(start + 1, end - 1).trimEnd();
    const comma = inner.trim() === '' ? '' : inner.trimEnd().endsWith(',') ? ' ' : ', ';
    return `${text.slice(0, start + 1)}${inner}${comma}${fresh.join(', ')}${text.slice(end - 1)}`;
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(lineStart, start);
  const before = text.slice(0, end).replace(/\n*$/, '\n');
  return `${before}${fresh.map((glob) => `${indent}- ${glob}\n`).join('')}${text.slice(end)}`;
}
