import type { JsonSchema } from '../agent.ts';
import { isObject, valueAt, type JsonObject } from '../read-json.ts';

/**
 * The nearest schema that strict mode accepts: every object closed, every property required, an optional property
 * nullable instead. Bounds and patterns are left out, since the result is validated against the real schema anyway.
 * `null` when the shape itself cannot be said: no object at the top, open objects, tuples, `allOf`, `not`, untyped values.
 */
export function strictSchema(schema: JsonSchema): JsonSchema | null {
  const definitions = valueAt(schema, '$defs');
  const strict = tighten(schema);
  const tightDefinitions = isObject(definitions) ? tightenEach(definitions) : {};
  if (strict?.['type'] !== 'object' || tightDefinitions === null) return null;
  return { ...strict, ...(Object.keys(tightDefinitions).length === 0 ? {} : { $defs: tightDefinitions }) };
}

/** The answer to a strict schema as the real schema wants it: without nulls that only stand for "left out". */
export function relaxAnswer(answer: unknown, schema: JsonSchema): unknown {
  return relax(answer, schema, schema);
}

function tighten(schema: unknown): JsonObject | null {
  if (!isObject(schema)) return null;
  const said = pick(schema, ['description', 'title']);
  if (typeof schema['$ref'] === 'string')
    return schema['$ref'].startsWith('#/$defs/') ? { $ref: schema['$ref'] } : null;
  if (Object.hasOwn(schema, 'const')) return { ...said, ...typeOfConstant(schema), enum: [schema['const']] };
  if (Array.isArray(schema['enum'])) return { ...said, ...pick(schema, ['type', 'enum']) };
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return combine(said, choices);
  switch (schema['type']) {
    case 'object':
      return tightenObject(schema, said);
    case 'array': {
      const items = tighten(schema['items']);
      return items === null ? null : { ...said, type: 'array', items };
    }
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
    case 'null':
      return { ...said, type: schema['type'] };
  }
  return Array.isArray(schema['type']) ? splitTypes(schema, schema['type'], said) : null;
}

function tightenObject(schema: JsonObject, said: JsonObject): JsonObject | null {
  const properties = schema['properties'];
  const open = isObject(schema['additionalProperties']) || Object.hasOwn(schema, 'patternProperties');
  if (open || !isObject(properties)) return null;
  const tight = tightenEach(properties);
  if (tight === null) return null;
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const entries = Object.entries(tight).map(
    ([name, value]) => [name, required.has(name) ? value : nullable(value)] as const,
  );
  return { ...said, ...closedObject(Object.fromEntries(entries)) };
}

function tightenEach(schemas: JsonObject): Record<string, JsonObject> | null {
  const tight: [string, JsonObject][] = [];
  for (const [name, schema] of Object.entries(schemas)) {
    const value = tighten(schema);
    if (value === null) return null;
    tight.push([name, value]);
  }
  return Object.fromEntries(tight);
}

function combine(said: JsonObject, choices: readonly unknown[]): JsonObject | null {
  const tight = choices.map(tighten);
  return tight.every((choice) => choice !== null) ? { ...said, anyOf: tight } : null;
}

function splitTypes(schema: JsonObject, types: readonly unknown[], said: JsonObject): JsonObject | null {
  return combine(
    said,
    types.map((type) => ({ ...schema, type })),
  );
}

function closedObject(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function nullable(schema: JsonObject): JsonObject {
  return acceptsNull(schema) ? schema : { anyOf: [schema, { type: 'null' }] };
}

function acceptsNull(schema: unknown): boolean {
  if (!isObject(schema)) return schema === true;
  const choices = [schema['anyOf'], schema['oneOf']].flatMap((list) =>
    Array.isArray(list) ? (list as unknown[]) : [],
  );
  if (choices.some(acceptsNull)) return true;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  if (Object.hasOwn(schema, 'const')) return schema['const'] === null;
  const type = schema['type'];
  return Array.isArray(type) ? type.includes('null') : type === 'null';
}

function typeOfConstant(schema: JsonObject): JsonObject {
  if (schema['type'] !== undefined) return pick(schema, ['type']);
  const value = schema['const'];
  if (value === null) return { type: 'null' };
  return { type: typeof value };
}

/** Follows the schema into the answer; where a union leaves several ways, the first whose constants fit is taken. */
function relax(value: unknown, schema: unknown, root: JsonSchema): unknown {
  const shape = resolve(schema, root);
  if (!isObject(shape)) return value;
  const choices = shape['anyOf'] ?? shape['oneOf'];
  if (Array.isArray(choices))
    return relax(
      value,
      choices.find((choice) => couldFit(value, resolve(choice, root))),
      root,
    );
  if (Array.isArray(value)) return value.map((item) => relax(item, shape['items'], root));
  const properties = shape['properties'];
  if (!isObject(value) || !isObject(properties)) return value;
  const required = new Set(Array.isArray(shape['required']) ? shape['required'] : []);
  const kept = Object.entries(value).filter(
    ([name, item]) => item !== null || required.has(name) || acceptsNull(resolve(valueAt(properties, name), root)),
  );
  return Object.fromEntries(kept.map(([name, item]) => [name, relax(item, valueAt(properties, name), root)]));
}

/** Whether a choice of a union is meant; a union inside a union is not looked into, so that no schema can loop. */
function couldFit(value: unknown, schema: unknown): boolean {
  if (Array.isArray(valueAt(schema, 'anyOf') ?? valueAt(schema, 'oneOf'))) return false;
  const type = valueAt(schema, 'type');
  if (!isObject(value)) return Array.isArray(value) ? type === 'array' : type !== 'object' && type !== 'array';
  const properties = valueAt(schema, 'properties');
  if (!isObject(properties)) return false;
  const fits = ([name, property]: [string, unknown]): boolean =>
    !isObject(property) || !Object.hasOwn(property, 'const') || valueAt(value, name) === property['const'];
  return Object.keys(value).every((name) => Object.hasOwn(properties, name)) && Object.entries(properties).every(fits);
}

function resolve(schema: unknown, root: JsonSchema): unknown {
  const ref = isObject(schema) ? schema['$ref'] : undefined;
  return typeof ref === 'string' && ref.startsWith('#/$defs/')
    ? valueAt(root, '$defs', ref.slice('#/$defs/'.length))
    : schema;
}

function pick(schema: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => Object.hasOwn(schema, key)).map((key) => [key, schema[key]]));
}
