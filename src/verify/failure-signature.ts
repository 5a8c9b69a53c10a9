/** Tells whether two failures are the same one. */
import type { CheckStatus } from '../model/outcome.ts';
import { statesFailure } from './failure-lines.ts';
import { plainLines } from './plain-lines.ts';

/** Failures beyond these change nothing: they mostly follow from the first ones. */
const mostLines = 200;

/** What changes from one run to the next without the failure being another one. Applied in this order. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, 'TIME'],
  [/\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, 'TIME'],
  [/\b\d+(?:[.,]\d+)? ?(?:ns|µs|us|ms|s|secs?|seconds?|m|mins?|minutes?)\b/g, 'SPAN'],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, 'HEX'],
  [/\b0x[0-9a-f]+\b/gi, 'HEX'],
  [/\b(?=[a-f]*\d)[0-9a-f]{7,64}\b/gi, 'HEX'],
  [/(?:file:\/\/)?(?:\/[\w.@+~-]+)+\/([\w@+~-]+\.[\w.]+)/g, '$1'],
  [/(?:file:\/\/)?(?:\/[\w.@+~-]+){2,}\/?/g, 'PATH'],
  [/\b(127\.0\.0\.1|localhost|\[?::1\]?):\d{2,5}\b/g, '$1'],
  [/:\d+(?::\d+)?(?=\D|$)|\(\d+,\d+\)/g, ''],
  [/\b(pid|process|thread)[ =:'"]*\(?\d+\)?/gi, '$1'],
  [/==\d+==/g, ''],
  [/\s+/g, ' '],
];

/**
 * A short string, equal for two failures of the same kind with the same messages: whatever the times, the temporary
 * folders, ids, positions in a file, colours, repetitions or order of lines. Made of the lines that state failures; of
 * the last ones when none does. For telling "the same failure again", never for security.
 */
export function failureSignature(status: CheckStatus, output: string): string {
  const lines = plainLines(output).filter((line) => line.trim() !== '');
  const failing = lines.filter(statesFailure);
  const telling = failing.length > 0 ? failing.slice(0, mostLines) : lines.slice(-20);
  const messages = new Set(telling.map(settleLine));
  return `${status}-${hashText([...messages].toSorted().join('\n'))}`;
}

function settleLine(line: string): string {
  return volatile.reduce((text, [pattern, word]) => text.replace(pattern, word), line.slice(0, 500)).trim();
}

/** Two FNV-1a sums over UTF-16 code units, 16 hexadecimal digits; pure code has no crypto module, and needs none here. */
function hashText(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 16), 0x01000193);
  }
  return [a, b].map((sum) => (sum >>> 0).toString(16).padStart(8, '0')).join('');
}
