import type { JsonSchema } from '../agent.ts';
import { isObject, type JsonObject } from '../read-json.ts';

/** Keywords of draft-07 by what they hold. `$schema` is left out: any other draft's is refused even when nothing else differs. */
const holdsSchema = new Set(['additionalProperties', 'contains', 'else', 'if', 'not', 'propertyNames', 'then']);
const holdsSchemas = new Set(['allOf', 'anyOf', 'oneOf']);
const holdsSchemasByName = new Set(['$defs', 'definitions', 'dependencies', 'patternProperties', 'properties']);
const holdsValue = new Set([
  '$comment',
  '$id',
  '$ref',
  'const',
  'default',
  'description',
  'enum',
  'examples',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'maxItems',
  'maxLength',
  'maxProperties',
  'maximum',
  'minItems',
  'minLength',
  'minProperties',
  'minimum',
  'multipleOf',
  'pattern',
  'readOnly',
  'required',
  'title',
  'type',
  'uniqueItems',
  'writeOnly',
]);

/**
 * The part of a schema that Claude Code takes. It compiles `--json-schema` as draft-07 and ends at once on a keyword that
 * it does not know, a later draft's or an annotation of somebody's own. What is left out only asks less of the model: the
 * result is validated against the real schema anyway.
 */
export function plainSchema(schema: JsonSchema): JsonSchema {
  const held = Object.entries(schema).flatMap(([keyword, value]): [string, unknown][] => {
    if (keyword === 'items') return [[keyword, Array.isArray(value) ? value.map(plain) : plain(value)]];
    if (keyword === 'additionalItems') return Array.isArray(schema['items']) ? [[keyword, plain(value)]] : [];
    if (holdsSchema.has(keyword)) return [[keyword, plain(value)]];
    if (holdsSchemas.has(keyword)) return [[keyword, Array.isArray(value) ? value.map(plain) : value]];
    if (holdsSchemasByName.has(keyword)) return [[keyword, isObject(value) ? plainEach(value) : value]];
    return holdsValue.has(keyword) ? [[keyword, value]] : [];
  });
  return withoutIdleCondition(Object.fromEntries(held));
}

/** Booleans are schemas too, and the values of `dependencies` may be lists of names. */
function plain(value: unknown): unknown {
  return isObject(value) ? plainSchema(value) : value;
}

function plainEach(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, value]) => [name, plain(value)]));
}

/** A condition without a consequence, or the other way round, is a mistake to Claude Code. */
function withoutIdleCondition(schema: JsonObject): JsonObject {
  const acts = 'if' in schema && ('then' in schema || 'else' in schema);
  return acts
    ? schema
    : Object.fromEntries(Object.entries(schema).filter(([keyword]) => !['if', 'then', 'else'].includes(keyword)));
}
