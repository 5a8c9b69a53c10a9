import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SessionFailure } from '../../model/session-failure.ts';
import { Usage } from '../../model/usage.ts';
import { readRecording } from '../../../test/agents/recording.ts';
import type { Turn, TurnReport } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { createCodex } from './codex.ts';
import { describeLine } from './describe.ts';
import { reportTurn } from './report.ts';

const turn: Turn = {
  number: 1,
  exits: [],
  prompt: '',
  schema: { type: 'object', properties: { status: { type: 'string' } } },
  config: { adapter: 'codex' },
  writes: true,
  resume: null,
  capMicroUsd: null,
  workingCopy: '/copy',
  home: '/home',
  controlDirectory: '/control',
  rung: 'bubblewrap',
  address: { item: 'MW-1', phase: 'build', attempt: 1, reviewer: null },
};

const report = (stdout: string, overrides: Partial<Turn> = {}, result: string | null = null): TurnReport =>
  reportTurn({ exitCode: 1, stdout, stderr: '', result }, { ...turn, ...overrides });

const failed = (message: string): string =>
  `${JSON.stringify({ type: 'thread.started', thread_id: 't' })}\n${JSON.stringify({ type: 'turn.failed', error: { message } })}\n`;

const failureIn = (stdout: string): string => {
  const { end } = report(stdout);
  return end.type === 'failed' ? end.failure.type : end.type;
};

describe('a finished session of Codex', () => {
  test('answers with its last message, its tokens and its conversation, and without a price', () => {
    const { end, usage, conversation } = report(readRecording('codex'));
    expect(end).toMatchObject({ type: 'answered', json: { status: 'done', files: ['hello.txt'] } });
    expect(usage).toMatchObject({ inputTokens: 3000, outputTokens: 150, costMicroUsd: null });
    expect(conversation).toBe('01a1fb01-6a75-7dc0-8cd1-10df49e09995');
  });

  test('takes the message it left in its file before the one in the stream', () => {
    expect(report(readRecording('codex'), {}, '{"status":"from the file"}').end).toMatchObject({
      json: { status: 'from the file' },
    });
  });

  test('that answered in prose keeps the text and has no structured result', () => {
    expect(report(readRecording('codex-schema-not-enforced')).end).toMatchObject({
      text: 'plain prose, no JSON',
      json: undefined,
    });
  });

  test('that answered in JSON is understood without a schema too: it may be an honest exit', () => {
    const exit = '{"type":"no-change-needed","reason":"it is there"}';
    expect(report(readRecording('codex'), { schema: null }, exit).end).toMatchObject({
      json: { type: 'no-change-needed' },
    });
  });

  test('is not failed by warnings on the way, nor by a refused write that the stream does not show', () => {
    expect(readRecording('codex-readonly-write-missing-item')).toContain('"type":"error"');
    expect(report(readRecording('codex-readonly-write-missing-item')).end.type).toBe('answered');
  });

  test('that was held to no schema keeps the nulls that the phase’s own allows, and loses those that stand for nothing', () => {
    const schema = {
      type: 'object',
      properties: { note: { type: ['string', 'null'] }, more: { type: 'string' } },
      required: ['note'],
      additionalProperties: false,
    };
    const stdout = [
      { type: 'item.completed', item: { type: 'agent_message', text: '{"note":null,"more":null}' } },
      { type: 'turn.completed', usage: {} },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n');
    const codex = createCodex({ variable: () => undefined } as unknown as AgentHost);
    const ended = { exitCode: 0, stdout: `${stdout}\n`, stderr: '', result: null };
    const exits = [{ type: 'object', properties: { type: { const: 'question' } }, required: ['type'] }];
    const { end } = codex.report(ended, { ...turn, schema, exits });
    expect(end).toMatchObject({ type: 'answered', json: { note: null } });
    expect(end.type === 'answered' && end.json).not.toHaveProperty('more');
  });

  test('costs nothing when it is declared free', () => {
    expect(report(readRecording('codex'), { config: { adapter: 'codex', free: true } }).usage.costMicroUsd).toBe(0);
  });

  test('counts cached input once', () => {
    const cached = readRecording('codex').replace('"cached_input_tokens":0', '"cached_input_tokens":2000');
    expect(report(cached).usage).toMatchObject({ inputTokens: 1000, cacheReadTokens: 2000 });
  });
});

describe('a failed session of Codex', () => {
  test.each([
    ['codex-401', 'unauthorized'],
    ['codex-429', 'rate-limited'],
    ['codex-context-overflow', 'context-overflow'],
  ])('%s is %s', (recording, failure) => {
    expect(failureIn(readRecording(recording))).toBe(failure);
  });

  test.each([
    ['{"error":{"code":"context_length_exceeded","message":"x"}}', 'context-overflow'],
    ['{"error":{"code":"invalid_api_key","message":"x"}}', 'unauthorized'],
    ['{"error":{"type":"insufficient_quota","message":"x"}}', 'rate-limited'],
    ['{"status":503,"error":{"type":"other"}}', 'provider-failed'],
    ['{"error":{"type":"invalid_request_error","message":"unexpected status 401 Unauthorized"}}', 'crashed'],
    ['unexpected status 502 Bad Gateway: x', 'provider-failed'],
    ['unexpected status 404 Not Found: x', 'crashed'],
    ['We’re currently experiencing high demand, which may cause temporary errors.', 'provider-failed'],
    ['stream disconnected before completion: error sending request for url', 'unreachable'],
    ['stream disconnected before completion: closed', 'provider-failed'],
    ['Missing environment variable: `OPENAI_API_KEY`.', 'unauthorized'],
    ['the tests print: unexpected status 401 Unauthorized', 'crashed'],
  ])('%s is %s', (message, failure) => {
    expect(failureIn(failed(message))).toBe(failure);
  });

  test('that waits for the network until it is cut is unreachable', () => {
    const waiting = JSON.stringify({
      type: 'error',
      message: 'Reconnecting... waiting for network (Connection failed: x)',
    });
    expect(failureIn(`${waiting}\n${waiting.slice(0, 40)}`)).toBe('unreachable');
  });
});

test('a resumed session of Codex reports only what it added', () => {
  const { usage } = report(readRecording('codex-schema-not-enforced'));
  const resume = { conversation: 't', usage };
  expect(report(readRecording('codex-resume'), { resume }).usage).toMatchObject({
    inputTokens: 1000,
    outputTokens: 50,
  });
  expect(report(readRecording('codex-resume')).usage).toMatchObject({ inputTokens: 2000, outputTokens: 100 });
});

describe('reading Codex is total', () => {
  const recordings = readdirSync(join(import.meta.dirname, '../../../test/agents/recordings'))
    .filter((name) => name.startsWith('codex'))
    .map((name) => readRecording(name.replace('.jsonl', '')));

  test('over every recording cut anywhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.double({ min: 0, max: 1, noNaN: true }), (stream, part) => {
        expectWellFormed(report(stream.slice(0, Math.floor(stream.length * part))));
      }),
    );
  });

  test('over any text and any JSON', () => {
    const type = fc.constantFrom('turn.completed', 'turn.failed', 'item.completed', 'error', 'thread.started');
    const event = fc.record(
      { type, usage: fc.jsonValue(), item: fc.jsonValue(), error: fc.jsonValue() },
      { requiredKeys: ['type'] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          event.map((value) => JSON.stringify(value)),
        ),
        (stream) => {
          expectWellFormed(report(stream));
          expectWellFormed(report(stream, {}, stream));
          const line = describeLine(stream);
          expect(line === null || line.length <= 300).toBe(true);
        },
      ),
    );
  });

  test('and every line of a session is either said in one line or left out', () => {
    expect(
      readRecording('codex')
        .split('\n')
        .map(describeLine)
        .filter((line) => line !== null)
        .slice(1, 4),
    ).toEqual([
      'Working on it.',
      String.raw`run: /bin/bash -lc "printf 'hello\\n' > /home/agent/repo/hello.txt"`,
      'Working on it.',
    ]);
  });
});

function expectWellFormed({ end, usage }: TurnReport): void {
  Usage.parse(usage);
  if (end.type === 'failed') SessionFailure.parse(end.failure);
}
