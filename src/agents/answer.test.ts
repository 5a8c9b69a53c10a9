import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { makeTurn, type Place } from '../../test/agents/run-turn.ts';
import { phaseResultNames, phaseResults } from '../model/phase-result.ts';
import { unknownUsage } from '../model/usage.ts';
import { exitSchemas, judgeResult } from '../steps/validate-result.ts';
import { z } from 'zod';
import type { Agent, JsonSchema, Turn } from './agent.ts';
import { leaveRoomForExits, unwrapAnswer, wrapSchema } from './answer.ts';
import { isObject } from './read-json.ts';
import { strictSchema } from './codex/strict-schema.ts';
import { plainSchema } from './claude-code/plain-schema.ts';

const compile = (schema: object) => new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
const wrap = (schema: JsonSchema, exits = exitSchemas): JsonSchema => wrapSchema(schema, exits) ?? {};

const result = {
  type: 'object',
  properties: { summary: { type: 'string' } },
  required: ['summary'],
  additionalProperties: false,
};
const exits = [
  { type: 'no-change-needed', reason: 'it is there' },
  { type: 'spec-conflict', criterion: 'AC-1', test: 'a.test.ts', evidence: 'the test says otherwise' },
  { type: 'question', question: 'which?', options: [], round: [] },
];

describe('the schema that a model is held to', () => {
  test('takes a result and every honest exit under one key, and nothing else', () => {
    const fits = compile(wrap(result));
    for (const answer of [{ summary: 'done' }, ...exits]) expect(fits({ answer }), JSON.stringify(answer)).toBe(true);
    for (const wrong of [{ summary: 'done' }, exits[0], { answer: { type: 'done' } }, { answer: {} }])
      expect(fits(wrong), JSON.stringify(wrong)).toBe(false);
    // The red control: by the schema of the phase alone, no exit can be said.
    for (const exit of exits) expect(compile(result)(exit)).toBe(false);
  });

  test('leaves no exit to one that must give a result', () => {
    const fits = compile(wrap(result, []));
    expect(fits({ answer: { summary: 'done' } })).toBe(true);
    for (const answer of exits) expect(fits({ answer })).toBe(false);
  });

  test('keeps what a schema refers to in its place', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, additionalProperties: false };
    const fits = compile(wrap({ $ref: '#/$defs/node', $defs: { node } }));
    expect(fits({ answer: { next: { next: {} } } })).toBe(true);
    expect(fits({ answer: { next: { other: {} } } })).toBe(false);
    const older = compile(
      wrap({ type: 'array', items: { $ref: '#/definitions/word' }, definitions: { word: { type: 'string' } } }),
    );
    expect([older({ answer: ['x'] }), older({ answer: [1] })]).toEqual([true, false]);
  });

  test.each([
    ['its own top', { type: 'object', properties: { next: { $ref: '#' } } }],
    ['one of its places', { type: 'object', properties: { a: {}, b: { $ref: '#/properties/a' } } }],
    ['its own name', { $id: 'https://example.com/result', type: 'object' }],
  ])('is the phase’s own where that refers to %s', (_, schema) => {
    expect(wrapSchema(schema, exitSchemas)).toBeNull();
  });

  test('joins the exits to the ways of a union', () => {
    const { properties } = wrap({ title: 'Either', oneOf: [result, { type: 'null' }] });
    expect(properties).toEqual({ answer: { anyOf: [result, { type: 'null' }, ...exitSchemas] } });
  });

  test.each(phaseResultNames)('is taken by both CLIs for %s', (name) => {
    const schema = wrap(z.toJSONSchema(phaseResults[name]));
    expect(() => compile(plainSchema(schema))).not.toThrow();
    const strict = strictSchema(schema);
    expect(strict).toMatchObject({ type: 'object', required: ['answer'] });
    expect(looseObjects(strict)).toEqual([]);
    const fits = compile(strict ?? {});
    for (const answer of exits) expect(fits({ answer })).toBe(true);
  });
});

/** Objects of a schema that strict mode would refuse: open ones, and ones with a property that may be left out. */
function looseObjects(schema: unknown): readonly unknown[] {
  if (Array.isArray(schema)) return schema.flatMap(looseObjects);
  if (!isObject(schema)) return [];
  const { properties, required } = schema;
  const names = isObject(properties) ? Object.keys(properties) : [];
  const loose =
    schema['type'] === 'object' && (schema['additionalProperties'] !== false || String(required) !== String(names));
  return [...(loose ? [schema] : []), ...Object.values(schema).flatMap(looseObjects)];
}

describe('the answer that comes back', () => {
  test('is what lies under the key, and is then judged as any other', () => {
    for (const exit of exits)
      expect(judgeResult(result, unwrapAnswer({ answer: exit }, result))).toEqual({ type: 'exit', exit });
    expect(judgeResult(result, unwrapAnswer({ answer: { summary: 'x' } }, result))).toMatchObject({ type: 'fits' });
  });

  test('is taken as it is where nobody held the model to the key', () => {
    for (const value of [{ summary: 'x' }, exits[0], [1], 'words', null, undefined, { answer: 1, more: 2 }])
      expect(unwrapAnswer(value, result)).toEqual(value);
  });

  test('is not taken apart when the phase’s own result has such a key', () => {
    const own = { type: 'object', properties: { answer: { type: 'string' } } };
    expect(unwrapAnswer({ answer: '42' }, own)).toEqual({ answer: '42' });
    expect(unwrapAnswer({ answer: { answer: '42' } }, own)).toEqual({ answer: '42' });
  });
});

describe('an agent that leaves room for exits', () => {
  const place: Place = { root: '/r', workingCopy: '/r/copy', home: '/r/home', remove: () => Promise.resolve() };
  const asked: Turn[] = [];
  const inner: Pick<Agent, 'launch' | 'report'> = {
    launch: (turn) =>
      Promise.resolve({
        argv: [],
        env: {},
        stdin: turn.prompt,
        files: [],
        readOnly: [],
        links: [],
        resultFile: null,
        network: [],
      }),
    report: ({ stdout }, turn) => {
      asked.push(turn);
      return {
        end: { type: 'answered', text: stdout, json: JSON.parse(stdout), denied: [] },
        usage: unknownUsage,
        conversation: null,
      };
    },
  };
  const agent = leaveRoomForExits(inner as Agent);
  const turn = (overrides: Partial<Turn>) =>
    makeTurn(place, { config: { adapter: 'codex' }, prompt: 'Do it.', ...overrides });
  const report = (stdout: string, overrides: Partial<Turn>) =>
    agent.report({ exitCode: 0, stdout, stderr: '', result: null }, turn(overrides));

  test('says how to leave honestly, to those that may', async () => {
    expect((await agent.launch(turn({ schema: result, exits: exitSchemas }))).stdin).toBe(
      'Do it.\n## Answer\nYour answer is asked for as an object with the one key "answer": put the result, or instead of it one of the honest exits, there, as it is.\n',
    );
    expect((await agent.launch(turn({ schema: result }))).stdin).not.toContain('honest');
  });

  test('reads by the schema that it asked by', () => {
    expect(report('{"answer":{"type":"question"}}', { schema: result, exits: exitSchemas }).end).toMatchObject({
      json: { type: 'question' },
    });
    expect(asked.at(-1)?.schema).toEqual(wrap(result));
  });

  test('leaves a turn alone that has no schema, or one that cannot be put under a key', async () => {
    const $id = 'https://example.com/result';
    expect((await agent.launch(turn({ schema: { ...result, $id } }))).stdin).toBe('Do it.');
    expect(report('{"answer":{"a":1}}', { schema: { $id } }).end).toMatchObject({ json: { answer: { a: 1 } } });
    expect((await agent.launch(turn({ exits: exitSchemas }))).stdin).toBe('Do it.');
    expect(report('{"answer":{"a":1}}', {}).end).toMatchObject({ json: { answer: { a: 1 } } });
  });
});
