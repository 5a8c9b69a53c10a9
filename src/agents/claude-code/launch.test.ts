import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTurn, type Place } from '../../../test/agents/run-turn.ts';
import { unknownUsage } from '../../model/usage.ts';
import type { Launch, Turn } from '../agent.ts';
import { createClaudeCode } from './claude-code.ts';

const place: Place = { root: '/r', workingCopy: '/r/copy', home: '/r/home', remove: () => Promise.resolve() };
let userHome: string;
beforeAll(async () => {
  userHome = await mkdtemp(join(tmpdir(), 'mw-user-'));
});
afterAll(() => rm(userHome, { recursive: true, force: true }));

const agent = () => createClaudeCode({ searchPath: '', userHome, node: process.execPath });
const launch = (overrides: Partial<Turn> = {}): Promise<Launch> =>
  agent().launch(makeTurn(place, { config: { adapter: 'claude-code' }, ...overrides }));
const valueOf = ({ argv }: Launch, flag: string): string | undefined =>
  argv.includes(flag) ? argv[argv.indexOf(flag) + 1] : undefined;

describe('the command line of Claude Code', () => {
  test('offers and allows the same tools, and none that write in a turn that only reads', async () => {
    const writing = await launch();
    expect(valueOf(writing, '--tools')).toBe('Bash,Glob,Grep,Read,Edit,Write');
    expect(valueOf(writing, '--allowedTools')).toBe(valueOf(writing, '--tools'));
    expect(valueOf(await launch({ writes: false }), '--tools')).toBe('Bash,Glob,Grep,Read');
  });

  test('keeps the prompt out of the arguments', async () => {
    const { argv, stdin } = await launch({ prompt: 'x'.repeat(300_000) });
    expect(stdin).toHaveLength(300_000);
    expect(Math.max(...argv.map((word) => word.length))).toBeLessThan(1_000);
  });

  test('caps a turn alone, also when it continues a conversation', async () => {
    const usage = { ...unknownUsage, costMicroUsd: 250_000 };
    const resumed = await launch({ capMicroUsd: 2_000_000, resume: { conversation: 'c', usage } });
    expect(valueOf(resumed, '--max-budget-usd')).toBe('2');
    expect(valueOf(resumed, '--resume')).toBe('c');
  });

  test('names schema, model and turns only when they are asked for', async () => {
    const plain = (await launch()).argv;
    for (const flag of ['--json-schema', '--model', '--max-turns', '--max-budget-usd', '--resume'])
      expect(plain).not.toContain(flag);
    const full = await launch({
      schema: { type: 'object' },
      config: { adapter: 'claude-code', model: 'm', maxTurns: 7 },
    });
    expect(JSON.parse(valueOf(full, '--json-schema') ?? '')).toMatchObject({
      properties: { answer: { type: 'object' } },
      required: ['answer'],
    });
    expect([valueOf(full, '--model'), valueOf(full, '--max-turns')]).toEqual(['m', '7']);
  });
});

describe('the surroundings of Claude Code', () => {
  test('reach the provider, or only the configured endpoint', async () => {
    expect((await launch()).network).toEqual(['api.anthropic.com:443']);
    const local = await launch({ config: { adapter: 'claude-code', endpoint: 'http://127.0.0.1:8080/x' } });
    expect(local.network).toEqual(['127.0.0.1:8080']);
    expect(local.env).toMatchObject({ ANTHROPIC_BASE_URL: 'http://127.0.0.1:8080/x', ANTHROPIC_API_KEY: 'none' });
  });

  test('get no made-up key where a real one comes from somewhere', async () => {
    const config = {
      adapter: 'claude-code',
      endpoint: 'https://gateway.example.com',
      passEnv: ['ANTHROPIC_AUTH_TOKEN'],
    } as const;
    const { env, network } = await launch({ config: { ...config, passEnv: [...config.passEnv] } });
    expect(env).not.toHaveProperty('ANTHROPIC_API_KEY');
    expect(network).toEqual(['gateway.example.com:443']);
  });

  test('link a login instead of copying it, and cannot reach the host that would renew it', async () => {
    const config = { adapter: 'claude-code', login: true } as const;
    expect(await agent().missing({ ...config, command: process.execPath })).toMatchObject({
      what: expect.stringContaining('no login') as string,
    });
    const target = join(userHome, '.claude', '.credentials.json');
    await mkdir(join(userHome, '.claude'));
    await writeFile(target, 'not-a-secret');
    expect(await agent().missing({ ...config, command: process.execPath })).toBeNull();
    const launched = await launch({ config });
    expect(launched.links).toEqual([{ path: '/r/home/claude/.credentials.json', target }]);
    expect(launched.readOnly).toContain(target);
    expect(launched.network).toEqual(['api.anthropic.com:443']);
    expect(JSON.stringify(launched)).not.toContain('not-a-secret');
  });

  test('miss a program that is not there', async () => {
    expect(await agent().missing({ adapter: 'claude-code' })).toEqual({
      what: 'the program claude was not found',
      next: 'npm install -g @anthropic-ai/claude-code',
    });
  });
});
