import fc from 'fast-check';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { relaxAnswer, strictSchema } from './strict-schema.ts';

const review = {
  type: 'object',
  properties: {
    verdict: { enum: ['pass', 'fail'] },
    note: { type: 'string', minLength: 1 },
    line: { type: ['integer', 'null'] },
    findings: {
      type: 'array',
      items: {
        type: 'object',
        properties: { title: { type: 'string' }, file: { type: 'string' } },
        required: ['title'],
      },
    },
  },
  required: ['verdict', 'line'],
};

describe('a schema in strict mode', () => {
  test('closes every object, requires every property and makes the optional ones nullable', () => {
    expect(strictSchema(review)).toEqual({
      type: 'object',
      properties: {
        verdict: { enum: ['pass', 'fail'] },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        line: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
        findings: {
          anyOf: [
            {
              type: 'array',
              items: {
                type: 'object',
                properties: { title: { type: 'string' }, file: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
                required: ['title', 'file'],
                additionalProperties: false,
              },
            },
            { type: 'null' },
          ],
        },
      },
      required: ['verdict', 'note', 'line', 'findings'],
      additionalProperties: false,
    });
  });

  test('follows the way of a union that an answer took', () => {
    const done = {
      type: 'object',
      properties: { type: { const: 'done' }, note: { type: 'string' } },
      required: ['type'],
    };
    const asked = { type: 'object', properties: { type: { const: 'question' } }, required: ['type'] };
    const schema = { type: 'object', properties: { answer: { anyOf: [done, asked] } }, required: ['answer'] };
    expect(strictSchema(schema)).toMatchObject({
      properties: { answer: { anyOf: [{ required: ['type', 'note'] }, {}] } },
    });
    expect(relaxAnswer({ answer: { type: 'done', note: null } }, schema)).toEqual({ answer: { type: 'done' } });
    expect(relaxAnswer({ answer: { type: 'question' } }, schema)).toEqual({ answer: { type: 'question' } });
  });

  test('keeps definitions and follows them in the answer', () => {
    const schema = {
      type: 'object',
      properties: { first: { $ref: '#/$defs/node' } },
      required: ['first'],
      $defs: {
        node: {
          type: 'object',
          properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } },
          required: ['name'],
        },
      },
    };
    expect(strictSchema(schema)).toHaveProperty('$defs.node.required', ['name', 'next']);
    expect(relaxAnswer({ first: { name: 'a', next: { name: 'b', next: null } } }, schema)).toEqual({
      first: { name: 'a', next: { name: 'b' } },
    });
  });

  test.each([
    ['anything but an object at the top', { anyOf: [{ type: 'object', properties: {} }] }],
    ['an open object', { type: 'object' }],
    ['a map', { type: 'object', properties: {}, additionalProperties: { type: 'string' } }],
    ['an untyped value', { type: 'object', properties: { any: {} } }],
    ['a composition', { allOf: [{ type: 'object', properties: {} }] }],
    ['a foreign reference', { $ref: 'https://example.com/schema' }],
  ])('cannot say %s', (_, schema) => {
    expect(strictSchema(schema)).toBeNull();
  });
});

describe('the answer to a strict schema', () => {
  test('loses the nulls that stand for "left out" and keeps the ones that are meant', () => {
    const answer = { verdict: 'pass', note: null, line: null, findings: [{ title: 'x', file: null }] };
    expect(relaxAnswer(answer, review)).toEqual({ verdict: 'pass', line: null, findings: [{ title: 'x' }] });
  });

  test('fits the real schema whenever it fits the strict one', () => {
    const ajv = new Ajv({ strict: false });
    const real = ajv.compile({ ...review, properties: { ...review.properties, note: { type: 'string' } } });
    const strict = ajv.compile(strictSchema(review) ?? false);
    const text = fc.option(fc.string());
    const answer = fc.record({
      verdict: fc.constantFrom('pass', 'fail', 'maybe'),
      note: text,
      line: fc.option(fc.integer()),
      findings: fc.option(fc.array(fc.record({ title: fc.string(), file: text }))),
    });
    fc.assert(
      fc.property(answer, (value) => {
        if (strict(value)) expect(real(relaxAnswer(value, review))).toBe(true);
      }),
    );
    expect(real({ verdict: 'pass', line: null, note: null })).toBe(false);
  });

  test('is left alone when it fits nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, schema) => {
        relaxAnswer(value, { properties: { a: schema } });
        strictSchema({ type: 'object', properties: { a: schema } });
      }),
    );
  });
});
