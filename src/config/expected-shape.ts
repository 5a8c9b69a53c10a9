/** What a schema asks for at one place, in words. Reads the JSON Schema that zod derives, never zod’s own insides. */
import { z } from 'zod';
import { Name } from '../model/id.ts';

export type Shape = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

const namePattern = z.toJSONSchema(Name).pattern;

/** The JSON Schema of what a person writes, defaults not yet filled in. */
export function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Shape;
}

/** The part of `shape` that rules the value at `path`; `null` where the schema says nothing about it. */
export function shapeAt(shape: Shape, path: Path): Shape | null {
  const [step, ...rest] = path;
  if (step === undefined) return shape;
  for (const option of optionsOf(shape)) {
    const next = typeof step === 'number' ? option['items'] : memberOf(option, step);
    const found = isShape(next) ? shapeAt(next, rest) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The keys that a mapping may have, empty when any will do. */
export function keysOf(shape: Shape | null): readonly string[] {
  if (shape === null) return [];
  return optionsOf(shape).flatMap((option) => (isShape(option['properties']) ? Object.keys(option['properties']) : []));
}

/** The shape in plain words, after “expected”: `a list of names`, `text or a list of texts`. */
export function describeShape(shape: Shape | null): string {
  if (shape === null) return 'something else';
  const words = optionsOf(shape).flatMap(describeOption);
  const unique = [...new Set(words)];
  return unique.length < 2 ? (unique[0] ?? 'something else') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`;
}

/** A value as it would be named in “…, not a number”. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping of keys';
  return describeType(typeof value);
}

function describeOption(option: Shape): readonly string[] {
  if (Array.isArray(option['enum'])) return [`one of ${option['enum'].map(String).join(', ')}`];
  if (option['const'] !== undefined) return [JSON.stringify(option['const'])];
  const types = Array.isArray(option['type']) ? option['type'] : [option['type']];
  return types.map((type) => {
    if (type === 'string' && option['pattern'] === namePattern) return 'a name';
    if (type === 'array') return describeList(option['items']);
    return describeType(String(type));
  });
}

function describeList(items: unknown): string {
  if (!isShape(items)) return 'a list';
  const [option, ...others] = optionsOf(items).flatMap(describeOption);
  if (option === undefined || others.length > 0) return 'a list';
  if (option === 'a name') return 'a list of names';
  if (option === 'text') return 'a list of texts';
  if (option === 'a mapping of keys') return 'a list of mappings (lines that start with "- ")';
  return `a list, each ${option}`;
}

function describeType(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    integer: 'a whole number',
    bigint: 'a whole number',
    boolean: 'true or false',
    object: 'a mapping of keys',
    array: 'a list',
    null: 'nothing',
  };
  return words[type] ?? 'something else';
}

function optionsOf(shape: Shape): readonly Shape[] {
  const options = shape['anyOf'] ?? shape['oneOf'];
  return Array.isArray(options) ? options.filter(isShape).flatMap(optionsOf) : [shape];
}

function memberOf(option: Shape, key: string): unknown {
  const properties = option['properties'];
  if (isShape(properties) && Object.hasOwn(properties, key)) return properties[key];
  return option['additionalProperties'];
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
