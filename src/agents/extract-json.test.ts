import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractJson } from './extract-json.ts';

const fence = (body: string): string => `\`\`\`json\n${body}\n\`\`\``;

describe('the structured result in an agent’s words', () => {
  test('is the whole text when that is JSON', () => {
    expect(extractJson(' {"a": 1}\n')).toEqual({ a: 1 });
  });

  test('is the last fenced block, even when lines after it are objects', () => {
    expect(
      extractJson(`First ${fence('{"a":1}')}\n${fence('{"a":1}')}\nbetter:\n${fence('{"a":2}')}\n{"a":3}`),
    ).toEqual({ a: 2 });
  });

  test('is the last line that is an object when there is no block', () => {
    expect(extractJson('{"a":1}\nlog line\n{"a":2}\nbye')).toEqual({ a: 2 });
  });

  test('is not in a block that is cut, nor in prose', () => {
    expect(extractJson('```json\n{"a":')).toBeUndefined();
    expect(extractJson('I would say pass: true.')).toBeUndefined();
  });

  test('is found or not found in any text, without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        extractJson(text);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(extractJson(`So:\n${fence(json)}\nDone.`)).toEqual(JSON.parse(json));
      }),
    );
  });
});
