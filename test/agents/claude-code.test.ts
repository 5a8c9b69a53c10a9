import { existsSync } from 'node:fs';
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClaudeCode } from '../../src/agents/claude-code/claude-code.ts';
import type { Turn } from '../../src/agents/agent.ts';
import { exitSchemas } from '../../src/steps/validate-result.ts';
import { canEnclose, encloseIn } from './enclose.ts';
import { binFolder, whyNotInstalled } from './installed.ts';
import { startModelServer, type ModelReply, type ModelRequest, type ModelServer } from './model-server.ts';
import { makePlace, makeTurn, runTurn, type Place, type Ran } from './run-turn.ts';
import { findLeftOver, waitForFile } from './wait-for.ts';

const missing = whyNotInstalled('claude-code');
const agent = createClaudeCode({
  searchPath: binFolder('claude-code'),
  userHome: '/nonexistent',
  node: process.execPath,
});
const schema = {
  type: 'object',
  properties: { status: { type: 'string' } },
  required: ['status'],
  additionalProperties: false,
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
  const config = { adapter: 'claude-code', endpoint: server.url, model: 'claude-sonnet-4-5' } as const;
  return makeTurn(place, { config, ...overrides });
}

async function run(reply: (request: ModelRequest) => ModelReply, overrides: Partial<Turn> = {}): Promise<Ran> {
  return runTurn(agent, await turnWith(reply, overrides), place, { wallMs: 40_000 });
}

const write = (path: string): ModelReply => ({ call: 'Write', input: { file_path: path, content: 'hello\n' } });
const shell = (command: string): ModelReply => ({ call: 'Bash', input: { command, description: 'run' } });
const say = (answer: object): ModelReply => ({ call: 'StructuredOutput', input: { answer } });
const answer = (status: string): ModelReply => say({ status });
const failureOf = ({ report }: Ran): unknown => (report.end.type === 'failed' ? report.end.failure.type : report.end);

describe.skipIf(missing !== null)(`the real Claude Code (${missing ?? 'installed'})`, () => {
  test('writes a file, runs a command and answers by the schema', async () => {
    const script = [write(join(place.workingCopy, 'hello.txt')), shell('cat hello.txt > seen.txt'), answer('done')];
    const { report, survivors } = await run(({ toolResults }) => script[toolResults] ?? { say: 'done' }, { schema });
    expect(report.end).toMatchObject({ type: 'answered', json: { status: 'done' }, denied: [] });
    expect(await readFile(join(place.workingCopy, 'seen.txt'), 'utf8')).toBe('hello\n');
    expect(report.usage).toMatchObject({ inputTokens: 3000, outputTokens: 150, model: 'claude-sonnet-4-5' });
    expect(survivors).toEqual([]);
  });

  test('answers in prose instead of the schema, and by the schema once that is fed back', async () => {
    const turn = await turnWith(({ text }) => (text.includes('FEEDBACK') ? answer('mended') : { say: 'It is done.' }), {
      schema,
    });
    const first = await runTurn(agent, turn, place);
    expect(first.report.end).toMatchObject({ type: 'answered', text: 'It is done.', json: undefined });
    const { conversation, usage } = first.report;
    const resume = { conversation: conversation ?? '', usage };
    const second = await runTurn(
      agent,
      { ...turn, number: 2, prompt: 'FEEDBACK: answer by the schema', resume },
      place,
    );
    expect(second.report.end).toMatchObject({ json: { status: 'mended' } });
    expect(second.report.conversation).toBe(conversation);
    expect(second.report.usage).toMatchObject({ inputTokens: 1000, costMicroUsd: 3750 });
  });

  test('leaves honestly where it is held to a schema that no exit fits', async () => {
    const exit = { type: 'spec-conflict', criterion: 'AC-1', test: '', evidence: 'the test wants the opposite' };
    const leave = ({ toolResults }: ModelRequest): ModelReply => (toolResults === 0 ? say(exit) : { say: 'done' });
    const { report } = await run(leave, { schema, exits: exitSchemas });
    expect(report.end).toMatchObject({ type: 'answered', json: exit });
    expect(server?.requests()[0]?.text).toContain('one of the honest exits');
    await server?.stop();

    // The red control: one that may not leave is held to a result, and the exit is not accepted as one.
    const insist = ({ toolResults }: ModelRequest): ModelReply => (toolResults === 0 ? say(exit) : answer('done'));
    expect((await run(insist, { schema })).report.end).toMatchObject({ json: { status: 'done' } });
  });

  test('may spend its cap on a resumed turn too, and no more', async () => {
    const turn = await turnWith(() => ({ say: 'done' }));
    const { conversation, usage } = (await runTurn(agent, turn, place)).report;
    expect(usage.costMicroUsd).toBe(3_750);
    const resumed = { ...turn, resume: { conversation: conversation ?? '', usage } };
    expect((await runTurn(agent, { ...resumed, capMicroUsd: 4_000 }, place)).report.end.type).toBe('answered');
    const capped = await runTurn(agent, { ...resumed, capMicroUsd: 3_500 }, place);
    expect(failureOf(capped)).toBe('over-budget');
    expect(capped.report.usage.costMicroUsd).toBe(3_750);
  });

  test('cannot write in a turn that only reads, and says which tool it was refused', async () => {
    const path = join(place.workingCopy, 'hello.txt');
    const reply = ({ toolResults }: ModelRequest): ModelReply => (toolResults === 0 ? write(path) : { say: 'done' });
    const { report } = await run(reply, { writes: false });
    expect(report.end).toMatchObject({ type: 'answered', denied: ['Write'] });
    expect(existsSync(path)).toBe(false);
    expect(server?.requests()[0]?.tools).toEqual(['Bash', 'Glob', 'Grep', 'Read']);
  });

  test.each([
    [401, 'authentication_error', 'invalid x-api-key', 'unauthorized'],
    [429, 'rate_limit_error', 'rate limited', 'rate-limited'],
    [500, 'api_error', 'internal', 'provider-failed'],
    [529, 'overloaded_error', 'overloaded', 'provider-failed'],
    [400, 'invalid_request_error', 'prompt is too long: 250000 tokens > 200000 maximum', 'context-overflow'],
  ])('calls an answer of %i %s by its name', async (fail, type, message, failure) => {
    expect(failureOf(await run(() => ({ fail, type, message })))).toBe(failure);
  });

  test('uses a login through its link and leaves it as it was', async () => {
    const userHome = join(place.root, 'user');
    const login = join(userHome, '.claude', '.credentials.json');
    const claudeAiOauth = { accessToken: 'made-up', refreshToken: 'made-up', expiresAt: 1, scopes: ['user:inference'] };
    await mkdir(join(userHome, '.claude'), { recursive: true });
    await writeFile(login, JSON.stringify({ claudeAiOauth }));
    const withLogin = createClaudeCode({ searchPath: binFolder('claude-code'), userHome, node: process.execPath });
    const turn = await turnWith(() => ({ say: 'done' }));
    const config = { ...turn.config, login: true };
    const ran = await runTurn(withLogin, { ...turn, config }, place, { wallMs: 40_000 });
    expect(ran.report.end).toMatchObject({ type: 'answered', text: 'done' });
    expect(JSON.parse(await readFile(login, 'utf8'))).toEqual({ claudeAiOauth });
    expect((await lstat(join(place.home, 'claude', '.credentials.json'))).isSymbolicLink()).toBe(true);

    const { links, ...without } = await withLogin.launch({ ...turn, config });
    expect(links).toHaveLength(1);
    const env = { ...without.env, CLAUDE_CONFIG_DIR: join(place.root, 'empty') };
    const unlinked = { ...withLogin, launch: () => Promise.resolve({ ...without, env, links: [] }) };
    expect(failureOf(await runTurn(unlinked, { ...turn, config }, place))).toBe('unauthorized');
  });

  test('is ended by its own cap of turns', async () => {
    const turn = await turnWith(() => shell('true'));
    expect(failureOf(await runTurn(agent, { ...turn, config: { ...turn.config, maxTurns: 2 } }, place))).toBe(
      'over-turns',
    );
  });

  test('finds that nobody listens at the endpoint', async () => {
    const turn = await turnWith(() => ({ say: 'never' }));
    await server?.stop();
    server = null;
    expect(failureOf(await runTurn(agent, turn, place, { wallMs: 30_000 }))).toBe('unreachable');
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
