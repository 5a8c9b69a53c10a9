import { isObject, parseJson } from './read-json.ts';

/**
 * The structured result in an agent's words: the whole text when it is JSON, else the last fenced block marked as json,
 * else the last line that is a JSON object. `undefined` when there is none.
 */
export function extractJson(text: string): unknown {
  const whole = parseJson(text);
  if (whole !== undefined) return whole;
  const fenced = readLastFence(text);
  return fenced === undefined ? readLastObjectLine(text) : fenced;
}

function readLastFence(text: string): unknown {
  let open: number | null = null;
  let found: unknown;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const mark = line.trim();
    if (open === null) {
      if (/^```json$/i.test(mark)) open = index + 1;
    } else if (mark === '```') {
      const value = parseJson(lines.slice(open, index).join('\n'));
      if (value !== undefined) found = value;
      open = null;
    }
  }
  return found;
}

function readLastObjectLine(text: string): unknown {
  for (const line of text.split('\n').reverse()) {
    const value = line.trimStart().startsWith('{') ? parseJson(line) : undefined;
    if (isObject(value)) return value;
  }
  return undefined;
}
