/**
 * The same value with text that every store and reader takes: no NUL, no half of a surrogate pair. Cutting a text at a
 * length is enough to make one.
 */
export function cleanText<T>(value: T): T {
  // JSON writes exactly these two as escapes, so that the usual value is looked at once and not walked.
  if (!/\\u(?:0000|d[89a-f])/.test(JSON.stringify(value) ?? '')) return value;
  return walk(value) as T;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD');
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [walk(key), walk(each)]));
}
