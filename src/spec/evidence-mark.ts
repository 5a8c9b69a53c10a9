/** What evidence a criterion asks for, in a comment that no reader sees: `<!-- evidence: person -->`. */
import type { Evidence } from '../model/criterion.ts';

const mark = /<!--[ \t]*evidence:[ \t]*([^>]{0,200}?)[ \t]*-->/;

/** The words of the mark in a line; `null` without one. */
export function readEvidenceMark(text: string): string | null {
  return mark.exec(text)?.[1] ?? null;
}

/** `test`, `command NAME`, `hold-out` or `person`; `null` for any other words. */
export function parseEvidence(words: string): Evidence | null {
  if (words === 'test' || words === 'hold-out' || words === 'person') return { type: words };
  const [, check] = /^command ([a-z][a-z0-9-]{0,39})$/.exec(words) ?? [];
  return check === undefined ? null : { type: 'command', check };
}
