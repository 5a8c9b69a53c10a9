import { isObject, parseJson, type JsonObject } from './read-json.ts';

/** The object on one line of a stream, `null` for anything else: a cut line, plain text, a bare value. */
export function readJsonLine(line: string): JsonObject | null {
  const value = line.trimStart().startsWith('{') ? parseJson(line) : undefined;
  return isObject(value) ? value : null;
}

/** The objects of a stream of JSON lines in order; other lines are skipped. */
export function readJsonLines(stream: string): readonly JsonObject[] {
  return stream
    .split('\n')
    .map(readJsonLine)
    .filter((event) => event !== null);
}
