import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { phaseResultNames, phaseResults } from '../../model/phase-result.ts';
import { plainSchema } from './plain-schema.ts';

/** As Claude Code compiles what it is given. */
const compile = (schema: object) =>
  new Ajv({ strict: true, strictTypes: false, strictTuples: false, validateFormats: false }).compile(schema);

const later = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['items'],
  unevaluatedProperties: false,
  'x-owner': 'pat',
  properties: {
    items: { type: 'array', prefixItems: [{ type: 'string' }], example: ['a'] },
    type: { $ref: '#/$defs/kind' },
  },
  $defs: { kind: { enum: ['a', 'b'], deprecated: true } },
  dependentRequired: { type: ['items'] },
};

describe('the schema that Claude Code is given', () => {
  test('holds no keyword of a later draft or of somebody’s own, at any depth', () => {
    expect(() => compile(later)).toThrow('no schema with key or ref');
    const schema = plainSchema(later);
    expect(compile(schema)({ items: ['x'], type: 'a' })).toBe(true);
    expect(schema).toEqual({
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array' }, type: { $ref: '#/$defs/kind' } },
      $defs: { kind: { enum: ['a', 'b'] } },
    });
  });

  test('keeps a property whose name is that of a keyword, and what constants and enums hold', () => {
    const schema = {
      type: 'object',
      properties: { unevaluatedProperties: { const: { prefixItems: 1 } }, if: { enum: [{ 'x-a': 1 }] } },
    };
    expect(plainSchema(schema)).toEqual(schema);
  });

  test('keeps a condition only with a consequence, and closed tuples', () => {
    const condition = { if: { required: ['a'] }, else: { required: ['b'] } };
    expect(plainSchema(condition)).toEqual(condition);
    expect(plainSchema({ type: 'object', if: { required: ['a'] } })).toEqual({ type: 'object' });
    expect(plainSchema({ items: [{ 'x-a': 1, type: 'string' }], additionalItems: false })).toEqual({
      items: [{ type: 'string' }],
      additionalItems: false,
    });
    expect(plainSchema({ type: 'array', additionalItems: false })).toEqual({ type: 'array' });
  });

  test.each(phaseResultNames)('says of %s all that its draft-07 form says', (name) => {
    const { $schema, ...rest } = z.toJSONSchema(phaseResults[name], { target: 'draft-7' });
    expect($schema).toContain('draft-07');
    expect(plainSchema(rest)).toEqual(rest);
    expect(() => compile(plainSchema(z.toJSONSchema(phaseResults[name])))).not.toThrow();
  });
});
