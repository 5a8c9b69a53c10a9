import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCodex } from '../../src/agents/codex/codex.ts';
import type { Turn } from '../../src/agents/agent.ts';
import { exitSchemas } from '../../src/steps/validate-result.ts';
import { canEnclose, encloseIn } from './enclose.ts';
import { binFolder, whyNotInstalled } from './installed.ts';
import { startModelServer, type ModelReply, type ModelRequest, type ModelServer } from './model-server.ts';
import { makePlace, makeTurn, runTurn, type Place, type Ran } from './run-turn.ts';
import { findLeftOver, waitForFile } from './wait-for.ts';

const missing = whyNotInstalled('codex');
const agent = createCodex({ searchPath: binFolder('codex'), userHome: '/nonexistent', node: process.execPath });
const schema = {
  type: 'object',
  properties: { status: { type: 'string' }, note: { type: 'string' } },
  required: ['status'],
};

let place: Place;
let server: ModelServer | null = null;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await server?.stop();
  server = null;
  await place.remove();
});

async function turnWith(reply: (request: ModelRequest) => ModelReply, overrides: Partial<Turn> = {}): Promise<Turn> {
  server = await startModelServer(reply);
  const config = { adapter: 'codex', endpoint: `${server.url}/v1`, model: 'gpt-5.1-codex' } as const;
  return makeTurn(place, { config, ...overrides });
}

async function run(reply: (request: ModelRequest) => ModelReply, overrides: Partial<Turn> = {}): Promise<Ran> {
  return runTurn(agent, await turnWith(reply, overrides), place, { wallMs: 40_000 });
}

const shell = (cmd: string): ModelReply => ({ call: 'exec_command', input: { cmd } });
const failureOf = ({ report }: Ran): unknown => (report.end.type === 'failed' ? report.end.failure.type : report.end);
const step =
  (...script: readonly ModelReply[]) =>
  ({ toolResults }: ModelRequest): ModelReply =>
    script[toolResults] ?? { say: 'done' };

describe.skipIf(missing !== null)(`the real Codex (${missing ?? 'installed'})`, () => {
  test('writes a file, runs a command and answers by the schema', async () => {
    const script = step(shell('echo hello > hello.txt'), shell('cat hello.txt > seen.txt'), {
      say: '{"answer":{"status":"done","note":null}}',
    });
    const { report, survivors } = await run(script, { schema });
    expect(report.end).toMatchObject({ type: 'answered', json: { status: 'done' } });
    expect(report.end).not.toHaveProperty('json.note');
    expect(await readFile(join(place.workingCopy, 'seen.txt'), 'utf8')).toBe('hello\n');
    expect(report.usage).toMatchObject({ inputTokens: 3000, outputTokens: 150, costMicroUsd: null });
    expect(survivors).toEqual([]);
  });

  test('answers in prose instead of the schema, and by the schema once that is fed back', async () => {
    const turn = await turnWith(
      ({ text }) => ({ say: text.includes('FEEDBACK') ? '{"answer":{"status":"mended"}}' : 'It is done.' }),
      { schema },
    );
    const first = await runTurn(agent, turn, place);
    expect(first.report.end).toMatchObject({ type: 'answered', text: 'It is done.', json: undefined });
    const { conversation, usage } = first.report;
    const resume = { conversation: conversation ?? '', usage };
    const resumed = { ...turn, number: 2, prompt: 'FEEDBACK: answer by the schema', resume };
    const second = await runTurn(agent, resumed, place);
    // A worker that takes over reads the first turn again: its last words are still its own.
    const { resultFile } = await agent.launch(turn);
    expect(await readFile(resultFile ?? '', 'utf8')).toBe('It is done.');
    expect(second.report.end).toMatchObject({ json: { status: 'mended' } });
    expect(second.report.conversation).toBe(conversation);
    expect(second.report.usage).toMatchObject({ inputTokens: 1000, outputTokens: 50 });
  });

  test('leaves honestly where it is held to a schema that no exit fits', async () => {
    const exit = { type: 'spec-conflict', criterion: 'AC-1', test: '', evidence: 'the test wants the opposite' };
    const reply = (): ModelReply => ({ say: JSON.stringify({ answer: exit }) });
    const held = async (overrides: Partial<Turn>): Promise<boolean> => {
      await server?.stop();
      const { report } = await run(reply, { schema, ...overrides });
      expect(report.end).toMatchObject({ type: 'answered', json: exit });
      const schemaFile = await readFile(join(place.home, 'codex', 'schema.json'), 'utf8');
      return new Ajv().validate(JSON.parse(schemaFile) as object, { answer: exit });
    };
    // The schema that the server was told to hold the model to: with room for the exit and, as the red control, without.
    expect([await held({ exits: exitSchemas }), await held({})]).toEqual([true, false]);
  });

  test('does not obey instructions that lie in the working copy', async () => {
    await writeFile(join(place.workingCopy, 'AGENTS.md'), 'MAKERS-OWN-RULES');
    await run(() => ({ say: 'done' }));
    expect(server?.requests()[0]?.text).toContain('Write hello.txt');
    expect(server?.requests()[0]?.text).not.toContain('MAKERS-OWN-RULES');
  });

  test.skipIf(!canEnclose())('works inside walls that refuse it walls of its own', async () => {
    const turn = await turnWith(step(shell('echo hello > hello.txt; echo out > /etc/mw-out'), { say: 'done' }));
    const { report } = await runTurn(agent, turn, place, { enclose: encloseIn(place) });
    expect(report.end.type).toBe('answered');
    expect(await readFile(join(place.workingCopy, 'hello.txt'), 'utf8')).toBe('hello\n');

    const nested = await runTurn(agent, { ...turn, rung: 'clone', home: join(place.home, 'again') }, place, {
      enclose: encloseIn(place),
    });
    expect(nested.ended.stdout).toContain('bwrap: Creating new namespace failed');
  });

  test.skipIf(!canEnclose())('brings walls of its own where there are none', async () => {
    const script = (): ModelReply[] => [shell(`echo in > in.txt; echo out > ${place.home}/out.txt`), { say: 'done' }];
    await run(step(...script()), { rung: 'clone' });
    expect([existsSync(join(place.workingCopy, 'in.txt')), existsSync(join(place.home, 'out.txt'))]).toEqual([
      true,
      false,
    ]);
    await server?.stop();
    await run(step(shell('echo in > read-only.txt'), { say: 'done' }), { rung: 'clone', writes: false });
    expect(existsSync(join(place.workingCopy, 'read-only.txt'))).toBe(false);
    await server?.stop();
    await run(step(...script()), { rung: 'bubblewrap' });
    expect(existsSync(join(place.home, 'out.txt'))).toBe(true);
  });

  test.each([
    [401, 'authentication_error', undefined, 'unauthorized'],
    [429, 'rate_limit_error', undefined, 'rate-limited'],
    [500, 'server_error', undefined, 'provider-failed'],
    [400, 'invalid_request_error', 'context_length_exceeded', 'context-overflow'],
  ])('calls an answer of %i %s by its name', async (fail, type, code, failure) => {
    const reply: ModelReply = { fail, type, message: 'refused', ...(code === undefined ? {} : { code }) };
    expect(failureOf(await run(() => reply))).toBe(failure);
  });

  test('waits for ever when nobody listens at the endpoint, until our own limit ends it', async () => {
    const turn = await turnWith(() => ({ say: 'never' }));
    await server?.stop();
    server = null;
    const ran = await runTurn(agent, turn, place, { wallMs: 6_000 });
    expect(ran.killed).toBe(true);
    expect(failureOf(ran)).toBe('unreachable');
    expect(ran.survivors).toEqual([]);
  });

  test.skipIf(!canEnclose())('is gone with its tools when it is cancelled inside walls', async () => {
    const word = `mw-cancel-${process.pid}`;
    const cancel = new AbortController();
    const turn = await turnWith(() => shell(`touch started; tail -f /dev/null ${word} || tail -f /dev/null`));
    const [ran] = await Promise.all([
      runTurn(agent, turn, place, { cancel: cancel.signal, enclose: encloseIn(place) }),
      waitForFile(join(place.workingCopy, 'started')).finally(() => cancel.abort()),
    ]);
    expect(ran.killed).toBe(true);
    expect(ran.survivors).toEqual([]);
    expect(await findLeftOver(word)).toEqual([]);
  });
});
