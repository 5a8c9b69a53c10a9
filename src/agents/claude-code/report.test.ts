import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SessionFailure } from '../../model/session-failure.ts';
import { Usage } from '../../model/usage.ts';
import { readRecording } from '../../../test/agents/recording.ts';
import type { Turn, TurnReport } from '../agent.ts';
import { describeLine } from './describe.ts';
import { reportTurn } from './report.ts';

const turn: Turn = {
  number: 1,
  exits: [],
  prompt: '',
  schema: { type: 'object' },
  config: { adapter: 'claude-code' },
  writes: true,
  resume: null,
  capMicroUsd: null,
  workingCopy: '/copy',
  home: '/home',
  controlDirectory: '/control',
  rung: 'bubblewrap',
  address: { item: 'MW-1', phase: 'build', attempt: 1, reviewer: null },
};

const report = (stdout: string, overrides: Partial<Turn> = {}, exitCode: number | null = 0): TurnReport =>
  reportTurn({ exitCode, stdout, stderr: '', result: null }, { ...turn, ...overrides });

const failureIn = (stdout: string): string => {
  const { end } = report(stdout);
  return end.type === 'failed' ? end.failure.type : end.type;
};

describe('a finished session of Claude Code', () => {
  test('answers with its structured result, its usage and its conversation', () => {
    expect(report(readRecording('claude'))).toEqual({
      end: {
        type: 'answered',
        text: '{"status":"done","summary":"wrote hello.txt and ran a command","files":["hello.txt"]}',
        json: { status: 'done', summary: 'wrote hello.txt and ran a command', files: ['hello.txt'] },
        denied: [],
      },
      usage: {
        inputTokens: 3000,
        outputTokens: 150,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
        costMicroUsd: 11250,
        model: 'claude-sonnet-4-5',
      },
      conversation: 'c930d629-8adf-425a-9c4f-0d00eb7bf781',
    });
  });

  test('that answered in prose keeps the text and has no structured result', () => {
    expect(report(readRecording('claude-schema-missing')).end).toEqual({
      type: 'answered',
      text: 'plain prose, no JSON',
      json: undefined,
      denied: [],
    });
  });

  test('that answered in JSON, but not in the place for it, is understood: an honest exit fits no schema', () => {
    const exit = { type: 'question', question: 'Which?' };
    const stream = (...fields: object[]) =>
      JSON.stringify(
        Object.assign({ type: 'result', subtype: 'success', is_error: false, result: JSON.stringify(exit) }, ...fields),
      );
    for (const schema of [turn.schema, null])
      expect(report(stream(), { schema }).end).toMatchObject({ type: 'answered', json: exit });
    expect(report(stream({ structured_output: { status: 'done' } })).end).toMatchObject({ json: { status: 'done' } });
  });

  test('names the tools that were refused, and is no failure for it', () => {
    expect(report(readRecording('claude-denied')).end).toMatchObject({ type: 'answered', denied: ['Write'] });
    expect(report(readRecording('claude'), { writes: false }).end).toMatchObject({ denied: ['Write'] });
  });

  test('counts the last step of a capped session, which its own `usage` leaves out', () => {
    expect(report(readRecording('claude-budget')).usage).toMatchObject({ inputTokens: 3000, costMicroUsd: 11250 });
  });

  test('is judged by its result event, whatever the exit code', () => {
    expect(report(readRecording('claude'), {}, 1).end.type).toBe('answered');
    expect(failureIn(readRecording('claude-429'))).toBe('rate-limited');
  });
});

describe('a failed session of Claude Code', () => {
  test.each([
    ['claude-429', 'rate-limited'],
    ['claude-529', 'provider-failed'],
    ['claude-budget', 'over-budget'],
    ['claude-context-overflow', 'context-overflow'],
    ['claude-down', 'unreachable'],
    ['claude-max-turns', 'over-turns'],
    ['claude-schema-exhausted', 'malformed'],
  ])('%s is %s', (recording, failure) => {
    expect(failureIn(readRecording(recording))).toBe(failure);
  });

  test('by a refused key is unauthorized', () => {
    expect(failureIn(readRecording('claude-429').replaceAll('429', '401').replaceAll('rate_limit', 'x'))).toBe(
      'unauthorized',
    );
  });

  test('says when a quota resets, if the stream said so', () => {
    const facts = (status: string, resetsAt: number): string =>
      `${JSON.stringify({ type: 'rate_limit_event', rate_limit_info: { status, resetsAt } })}\n`;
    const stream = readRecording('claude-429');
    expect(report(facts('rejected', 1_800_000_000) + stream).end).toMatchObject({
      failure: { type: 'rate-limited', resetsAt: '2027-01-15T08:00:00.000Z' },
    });
    expect(report(facts('allowed', 1_800_000_000) + stream).end).toMatchObject({ failure: { resetsAt: null } });
    expect(report(facts('rejected', 1e300) + stream).end).toMatchObject({ failure: { resetsAt: null } });
  });

  test('is not blamed on a retry that went well', () => {
    const retry = { type: 'system', subtype: 'api_retry', error_status: 429, error: 'rate_limit' };
    const message = { type: 'assistant', error: 'invalid_request' };
    const result = {
      type: 'result',
      subtype: 'success',
      is_error: true,
      api_error_status: 400,
      terminal_reason: 'api_error',
    };
    const stream = (...events: readonly object[]): string => events.map((event) => JSON.stringify(event)).join('\n');
    expect(failureIn(stream(retry, message, result))).toBe('crashed');
    expect(failureIn(stream(retry, { ...message, error: 'rate_limit' }, result))).toBe('rate-limited');
  });

  test('without a result event crashed, with the last words of its error stream', () => {
    const { end } = reportTurn({ exitCode: 1, stdout: '', stderr: 'no such option', result: null }, turn);
    expect(end).toEqual({ type: 'failed', failure: { type: 'crashed', exitCode: 1, detail: 'no such option' } });
  });

  test('whose program is not there is not installed', () => {
    expect(report('', {}, 127).end).toMatchObject({ failure: { type: 'not-installed' } });
  });
});

describe('a resumed session of Claude Code', () => {
  const first = report(readRecording('claude')).usage;
  const own = '"model_usage_since_last_result":';
  const cumulative = readRecording('claude')
    .replace('"total_cost_usd":0.01125', '"total_cost_usd":0.0150')
    .replace('"inputTokens":3000,"outputTokens":150', '"inputTokens":4000,"outputTokens":200');

  test('reports what it says of itself', () => {
    const resume = { conversation: 'c930d629', usage: { ...first, costMicroUsd: null } };
    expect(cumulative).toContain(own);
    expect(report(cumulative, { resume }).usage).toMatchObject({
      inputTokens: 3000,
      outputTokens: 150,
      costMicroUsd: 11250,
    });
  });

  test('reports what it added when it states its running total only', () => {
    const older = cumulative.replace(own, '"else":');
    const resume = { conversation: 'c930d629', usage: first };
    expect(report(older, { resume }).usage).toMatchObject({ inputTokens: 1000, outputTokens: 50, costMicroUsd: 3750 });
    expect(report(older).usage).toMatchObject({ inputTokens: 4000, costMicroUsd: 15000 });
    const unknown = { conversation: 'c930d629', usage: { ...first, costMicroUsd: null } };
    expect(report(older, { resume: unknown }).usage.costMicroUsd).toBeNull();
  });
});

describe('reading Claude Code is total', () => {
  const recordings = readdirSync(join(import.meta.dirname, '../../../test/agents/recordings'))
    .filter((name) => name.startsWith('claude'))
    .map((name) => readRecording(name.replace('.jsonl', '')));

  test('over every recording cut anywhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), fc.double({ min: 0, max: 1, noNaN: true }), (stream, part) => {
        expectWellFormed(report(stream.slice(0, Math.floor(stream.length * part))));
      }),
    );
  });

  test('over any text and any JSON', () => {
    const event = fc.record(
      {
        type: fc.constantFrom('result', 'assistant', 'system', 'rate_limit_event', 'user'),
        subtype: fc.constantFrom('success', 'x', 'init', 'api_retry'),
        usage: fc.json(),
        message: fc.jsonValue(),
        modelUsage: fc.jsonValue(),
        model_usage_since_last_result: fc.jsonValue(),
        total_cost_usd: fc.jsonValue(),
        permission_denials: fc.jsonValue(),
        rate_limit_info: fc.jsonValue(),
        is_error: fc.boolean(),
      },
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
          const line = describeLine(stream);
          expect(line === null || line.length <= 300).toBe(true);
        },
      ),
    );
  });

  test('and every line of a session is either said in one line or left out', () => {
    const lines = readRecording('claude')
      .split('\n')
      .map(describeLine)
      .filter((line) => line !== null);
    expect(lines).toEqual([
      'Claude Code 2.1.329, model claude-sonnet-4-5',
      'Working on it.',
      'Write: /home/agent/repo/hello.txt',
      'Working on it.',
      'Bash: cat hello.txt && echo ran',
      'StructuredOutput',
      'finished after 4 turns, $0.0112 in all',
    ]);
  });
});

function expectWellFormed({ end, usage }: TurnReport): void {
  Usage.parse(usage);
  if (end.type === 'failed') SessionFailure.parse(end.failure);
}
