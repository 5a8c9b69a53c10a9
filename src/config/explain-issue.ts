import type { z } from 'zod';
import { describeShape, describeValue, keysOf, shapeAt, type Path, type Shape } from './expected-shape.ts';
import { nearestWord } from './nearest-word.ts';

type Issue = z.core.$ZodIssue;

/** A problem before its place in the text is known: `path` leads to the value, or with `key` to the key itself. */
export interface Explained {
  readonly path: Path;
  readonly on: 'key' | 'value';
  readonly message: string;
  readonly suggestion: string | null;
}

/** What a schema’s complaint means to the person who wrote `value`; one complaint can name several keys. */
export function explainIssue(issue: Issue, shape: Shape, value: unknown): readonly Explained[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const found = valueAt(value, path);
  const here = shapeAt(shape, path);
  const explain = (message: string, suggestion: string | null = null): readonly Explained[] => [
    { path, on: 'value', message, suggestion },
  ];
  if (found === undefined) return [explainMissing(path, here)];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        on: 'key',
        message: `unknown key "${key}"`,
        suggestion: nearestWord(key, keysOf(here)),
      }));
    case 'invalid_key':
      return [
        {
          path,
          on: 'key',
          message: `"${path.at(-1)}" cannot be a key here: ${ruleOf(issue.issues[0])}`,
          suggestion: null,
        },
      ];
    case 'invalid_union':
      return explainUnion(issue, shape, value) ?? explain(wrongType(here, found));
    case 'invalid_type':
      return explain(
        issue.expected === 'int' ? `expected a whole number, not ${describeScalar(found)}` : wrongType(here, found),
      );
    case 'invalid_value':
      return typeof found === 'string' && issue.values.every((each) => typeof each === 'string')
        ? explain(`"${found}" is not one of ${issue.values.join(', ')}`, nearestWord(found, issue.values))
        : explain(`expected ${issue.values.map(String).join(' or ')}, not ${describeScalar(found)}`);
    case 'too_small':
      return explain(explainSize(issue.origin, 'at least', issue.minimum, issue.inclusive));
    case 'too_big':
      return explain(explainSize(issue.origin, 'at most', issue.maximum, issue.inclusive));
    case 'invalid_format':
      return explain(`${describeScalar(found)} does not fit: ${ruleOf(issue)}`);
    case 'not_multiple_of':
      return explain(`expected a multiple of ${issue.divisor}`);
    case 'invalid_element':
    case 'custom':
      return explain(issue.message);
  }
}

/** In a union, a branch that took the mapping but not one of its keys is what the person meant. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  shape: Shape,
  value: unknown,
): readonly Explained[] | null {
  const path = issue.path;
  const found = valueAt(value, path.map(String));
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return null;
  const strange = issue.errors.flat().find((each) => each.code === 'unrecognized_keys');
  return strange === undefined ? null : explainIssue({ ...strange, path: [...path, ...strange.path] }, shape, value);
}

function explainMissing(path: Path, shape: Shape | null): Explained {
  const about = typeof shape?.['description'] === 'string' ? ` (${shape['description'].replace(/\.$/, '')})` : '';
  return {
    path: path.slice(0, -1),
    on: 'key',
    message: `"${String(path.at(-1))}" is missing${about}`,
    suggestion: null,
  };
}

function wrongType(shape: Shape | null, found: unknown): string {
  return `expected ${describeShape(shape)}, not ${describeValue(found)}`;
}

function explainSize(origin: string, word: 'at least' | 'at most', bound: number | bigint, inclusive = true): string {
  const than = inclusive ? `${word} ${bound}` : `${word === 'at least' ? 'more' : 'less'} than ${bound}`;
  if (origin === 'string') return bound === 1n || bound === 1 ? 'must not be empty' : `must be ${than} characters long`;
  if (origin === 'array') return bound === 1n || bound === 1 ? 'must not be empty' : `must have ${than} entries`;
  return `must be ${than}`;
}

/** The rule that a text broke; our own schemas say it in their message, a bare pattern is shown as it is. */
function ruleOf(issue: Issue | undefined): string {
  if (issue === undefined) return 'it breaks the schema';
  return lowerFirst(
    issue.message.replace(/^Invalid string: must match pattern/, 'it must match').replace(/^Invalid string: /, 'it '),
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function describeScalar(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : describeValue(value);
}

/** The value at a path, `undefined` when there is none. */
function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>)[String(step)] : undefined,
    value,
  );
}
