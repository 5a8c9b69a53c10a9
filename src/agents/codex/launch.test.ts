import { describe, expect, test } from 'vitest';
import { makeTurn, type Place } from '../../../test/agents/run-turn.ts';
import { unknownUsage } from '../../model/usage.ts';
import type { Launch, Turn } from '../agent.ts';
import { createCodex } from './codex.ts';

const place: Place = { root: '/r', workingCopy: '/r/copy', home: '/r/home', remove: () => Promise.resolve() };
const agent = createCodex({ searchPath: '', userHome: '/user', node: process.execPath });
const launch = (overrides: Partial<Turn> = {}): Promise<Launch> =>
  agent.launch(makeTurn(place, { config: { adapter: 'codex' }, ...overrides }));
const fileOf = ({ files }: Launch, name: string): string | undefined =>
  files.find((file) => file.path === `/r/home/codex/${name}`)?.content;

describe('a turn of Codex', () => {
  test('uses its own walls only where there are none of ours', async () => {
    expect(fileOf(await launch({ rung: 'bubblewrap' }), 'config.toml')).toContain(
      '"sandbox_mode" = "danger-full-access"',
    );
    expect(fileOf(await launch({ rung: 'clone' }), 'config.toml')).toContain('"sandbox_mode" = "workspace-write"');
    expect(fileOf(await launch({ rung: 'clone', writes: false }), 'config.toml')).toContain(
      '"sandbox_mode" = "read-only"',
    );
  });

  test('hands over the schema in the form that the API holds a model to', async () => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } } };
    const launched = await launch({ schema, prompt: 'p' });
    expect(launched.argv).toContain('--output-schema');
    expect(JSON.parse(fileOf(launched, 'schema.json') ?? '')).toEqual({
      type: 'object',
      properties: {
        answer: {
          type: 'object',
          properties: { ok: { anyOf: [{ type: 'boolean' }, { type: 'null' }] } },
          required: ['ok'],
          additionalProperties: false,
        },
      },
      required: ['answer'],
      additionalProperties: false,
    });
    expect(launched.stdin).toMatch(/^p\n## Answer\n/);
  });

  test('spells the schema out in the prompt where nobody holds the model to it', async () => {
    const open = await launch({ schema: { type: 'object' }, prompt: 'p' });
    expect(open.argv).not.toContain('--output-schema');
    expect(open.stdin).toContain('"type": "object"');
    const schema = { type: 'object', properties: {} };
    const local = await launch({ schema, config: { adapter: 'codex', endpoint: 'http://127.0.0.1:11434/v1' } });
    expect(local.argv).toContain('--output-schema');
    expect(local.stdin).toContain('"properties": {}');
    expect((await launch({ prompt: 'p' })).stdin).toBe('p');
  });

  test('reaches the configured endpoint only, by the Responses API', async () => {
    const local = await launch({
      config: { adapter: 'codex', endpoint: 'http://127.0.0.1:11434/v1', model: 'a "b"\n[x]' },
    });
    expect(local.network).toEqual(['127.0.0.1:11434']);
    expect(local.env).toMatchObject({ OPENAI_API_KEY: 'none', CODEX_HOME: '/r/home/codex' });
    const toml = fileOf(local, 'config.toml') ?? '';
    expect(toml).toContain('"base_url" = "http://127.0.0.1:11434/v1"');
    expect(toml).toContain(String.raw`"model" = "a \"b\"\n[x]"`);
    expect(toml).toContain('"wire_api" = "responses"');
    expect((await launch()).network).toEqual(['api.openai.com:443']);
  });

  test('continues a conversation', async () => {
    const { argv } = await launch({ resume: { conversation: 'thread', usage: unknownUsage } });
    expect(argv.slice(-3)).toEqual(['resume', 'thread', '-']);
  });

  test('keeps its last words apart from those of the turn before', async () => {
    const turns = [await launch({ number: 1 }), await launch({ number: 2 })];
    expect(turns.map(({ resultFile }) => resultFile)).toEqual([
      '/r/home/codex/last-message-1.txt',
      '/r/home/codex/last-message-2.txt',
    ]);
    for (const { argv, files, resultFile } of turns) {
      expect(argv[argv.indexOf('--output-last-message') + 1]).toBe(resultFile);
      expect(files).toContainEqual({ path: resultFile, content: '' });
    }
  });

  test('links a login instead of copying it, and cannot reach the host that would renew it', async () => {
    const { links, readOnly, network } = await launch({ config: { adapter: 'codex', login: true } });
    expect(links).toEqual([{ path: '/r/home/codex/auth.json', target: '/user/.codex/auth.json' }]);
    expect(readOnly).toEqual(['/user/.codex/auth.json']);
    expect(network).not.toContain('auth.openai.com:443');
  });
});
