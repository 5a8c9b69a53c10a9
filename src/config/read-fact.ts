/** What a JSON Schema says about one top-level scalar of a result: the only thing that conditions may look at. */
export type Scalar = string | number | boolean;

export type Fact =
  /** The schema has no such field; `known` are the fields that conditions could name. */
  | { readonly type: 'absent'; readonly known: readonly string[] }
  /** A list or an object: nothing to compare with. */
  | { readonly type: 'not-scalar' }
  | { readonly type: 'one-of'; readonly values: readonly Scalar[] }
  | { readonly type: 'of-type'; readonly types: readonly ('string' | 'number' | 'integer' | 'boolean')[] }
  /** The schema is written in a way that this does not follow: anything is possible. */
  | { readonly type: 'unknown' };

type Schema = Readonly<Record<string, unknown>>;

/** Keywords by which a field can come from elsewhere than `properties`. */
const indirect = ['$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'if', 'patternProperties'];

/** What is known about `field` of results that fit `schema`. */
export function readFact(schema: Schema, field: string): Fact {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {};
  if (Object.hasOwn(properties, field)) return classify(properties[field]);
  if (indirect.some((keyword) => schema[keyword] !== undefined)) return { type: 'unknown' };
  return {
    type: 'absent',
    known: Object.keys(properties).filter((name) => classify(properties[name]).type !== 'not-scalar'),
  };
}

/** Whether a fact could have this value. */
export function canBe(fact: Fact, value: Scalar): boolean {
  switch (fact.type) {
    case 'unknown':
      return true;
    case 'one-of':
      return fact.values.includes(value);
    case 'of-type':
      if (typeof value === 'number' && fact.types.includes('integer')) return Number.isInteger(value);
      return fact.types.some((type) => type === typeof value);
    case 'absent':
    case 'not-scalar':
      return false;
  }
}

function classify(schema: unknown): Fact {
  if (!isSchema(schema)) return { type: 'unknown' };
  const choice = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choice)) return join(choice.map(classify));
  if (indirect.some((keyword) => schema[keyword] !== undefined)) return { type: 'unknown' };
  if (schema['const'] !== undefined) return ofValues([schema['const']]);
  if (Array.isArray(schema['enum'])) return ofValues(schema['enum']);
  const types: readonly unknown[] = Array.isArray(schema['type']) ? schema['type'] : [schema['type']];
  if (types.includes(undefined)) return { type: 'unknown' };
  const scalars = (['string', 'number', 'integer', 'boolean'] as const).filter((type) => types.includes(type));
  if (scalars.length === 1 && scalars[0] === 'boolean') return { type: 'one-of', values: [true, false] };
  return scalars.length === 0 ? { type: 'not-scalar' } : { type: 'of-type', types: scalars };
}

function ofValues(values: readonly unknown[]): Fact {
  const scalars = values.filter(
    (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean',
  );
  return scalars.length === 0 ? { type: 'not-scalar' } : { type: 'one-of', values: scalars };
}

/** One of several shapes. `null` and lists among them are values that a condition cannot see. */
function join(facts: readonly Fact[]): Fact {
  const visible = facts.filter((fact) => fact.type !== 'not-scalar');
  const [first, ...others] = visible;
  if (first === undefined) return { type: 'not-scalar' };
  if (others.length === 0) return first;
  if (visible.every((fact) => fact.type === 'one-of'))
    return { type: 'one-of', values: visible.flatMap((fact) => fact.values) };
  if (visible.every((fact) => fact.type === 'of-type'))
    return { type: 'of-type', types: visible.flatMap((fact) => fact.types) };
  return { type: 'unknown' };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
