import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makePlace, makeTurn, runTurn, type Place, type Ran } from '../../../test/agents/run-turn.ts';
import { Usage } from '../../model/usage.ts';
import type { Turn } from '../agent.ts';
import { createScripted } from './scripted.ts';

const agent = createScripted({ searchPath: '', userHome: '/nonexistent', node: process.execPath });
const config = { adapter: 'scripted', command: 'script.yaml' } as const;

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.remove());

async function run(script: unknown, overrides: Partial<Turn> = {}, wallMs = 20_000): Promise<Ran> {
  await writeFile(join(place.workingCopy, 'script.yaml'), typeof script === 'string' ? script : stringify(script));
  return runTurn(agent, makeTurn(place, { config, schema: {}, ...overrides }), place, { wallMs });
}

const inCopy = (path: string): string => join(place.workingCopy, path);
const failureOf = ({ report }: Ran): unknown => (report.end.type === 'failed' ? report.end.failure : report.end);

describe('a scripted agent', () => {
  test('writes, appends, deletes and runs what its rule says, and answers its result', async () => {
    await writeFile(inCopy('old.txt'), 'old');
    const steps = [
      { write: { path: 'src/a.txt', content: 'a\n' } },
      { append: { path: 'src/a.txt', content: 'b\n' } },
      { delete: 'old.txt' },
      { run: 'wc -l < src/a.txt > lines.txt' },
      { run: { command: 'exit 3', expectExit: 3 } },
      { print: 'hello' },
      { sleep: 1 },
    ];
    const { report, ended } = await run({
      rules: [{ steps, result: { ok: true }, text: 'done', usage: { inputTokens: 5, costUsd: 0.01 } }],
    });
    expect(report.end).toEqual({ type: 'answered', text: 'done', json: { ok: true }, denied: [] });
    expect(report.usage).toMatchObject({ inputTokens: 5, outputTokens: 0, costMicroUsd: 10_000, model: 'scripted' });
    expect(await readFile(inCopy('src/a.txt'), 'utf8')).toBe('a\nb\n');
    expect((await readFile(inCopy('lines.txt'), 'utf8')).trim()).toBe('2');
    expect(existsSync(inCopy('old.txt'))).toBe(false);
    expect(ended.stderr).toBe('');
  });

  test('says on every line that it is scripted', async () => {
    const { ended } = await run({ rules: [{ steps: [{ print: 'hello' }] }] });
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => agent.describe(line));
    expect(lines).toEqual([
      '[scripted] scripted agent: a script decides here, no model is asked',
      '[scripted] says: hello',
      '[scripted] Scripted agent: the rule for MW-1/build#1 was carried out.',
    ]);
  });

  test('follows the first rule that fits phase, attempt, reviewer, item, prompt and conversation', async () => {
    const rules = [
      { when: { resumed: true }, text: 'resumed' },
      { when: { reviewer: 'security' }, text: 'security' },
      { when: { reviewer: null, phase: ['plan', 'build'], attempt: 2 }, text: 'second' },
      { when: { item: '^MW-9$' }, text: 'nine' },
      { when: { prompt: 'login' }, text: 'login' },
      { text: 'otherwise' },
    ];
    const address = { item: 'MW-1', phase: 'build', attempt: 1, reviewer: null };
    const said = async (overrides: Partial<Turn>): Promise<unknown> => {
      const { end } = (await run({ rules }, overrides)).report;
      return end.type === 'answered' ? end.text : end;
    };
    expect(await said({})).toBe('otherwise');
    expect(await said({ address: { ...address, attempt: 2 } })).toBe('second');
    expect(await said({ address: { ...address, attempt: 2, reviewer: 'style' } })).toBe('otherwise');
    expect(await said({ address: { ...address, reviewer: 'security' } })).toBe('security');
    expect(await said({ address: { ...address, item: 'MW-9' } })).toBe('nine');
    expect(await said({ prompt: 'Build the login page' })).toBe('login');
    const before = { conversation: 'scripted-1', usage: (await run({ rules })).report.usage };
    expect(await said({ resume: before })).toBe('resumed');
  });

  test('fails when no rule fits, and when a command ends otherwise than expected', async () => {
    expect(failureOf(await run({ rules: [{ when: { phase: 'plan' } }] }))).toMatchObject({
      type: 'crashed',
      detail: 'no rule of the script fits MW-1/build#1',
    });
    expect(failureOf(await run({ rules: [{ steps: [{ run: 'echo why >&2; exit 4' }] }] }))).toMatchObject({
      type: 'crashed',
      detail: 'echo why >&2; exit 4: exit 4 instead of 0: why',
    });
  });
});

describe('a scripted agent that misbehaves on purpose', () => {
  const misbehave = (kind: string): object => ({
    rules: [{ steps: [{ misbehave: kind }, { write: { path: 'after.txt', content: '' } }], result: { ok: true } }],
  });

  test('dies', async () => {
    expect(failureOf(await run(misbehave('crash')))).toMatchObject({ type: 'crashed', exitCode: null });
  });

  test('is silent for ever', async () => {
    expect((await run(misbehave('hang'), {}, 1_500)).killed).toBe(true);
  });

  test('answers in the wrong shape, or in prose', async () => {
    expect((await run(misbehave('malformed'))).report.end).toMatchObject({ json: { unexpected: true } });
    expect((await run(misbehave('prose'))).report.end).toMatchObject({ text: 'All done, I think.', json: undefined });
  });

  test('claims success and stops', async () => {
    expect((await run(misbehave('noop'))).report.end).toMatchObject({ json: { ok: true } });
    expect(existsSync(inCopy('after.txt'))).toBe(false);
  });

  test('leaves what cannot be taken', async () => {
    await run(misbehave('dirty'));
    expect(existsSync(inCopy('nested-repository/.git/HEAD'))).toBe(true);
    expect(existsSync(inCopy('after.txt'))).toBe(true);
  });
});

describe('a script that is no script', () => {
  test('names the place of the mistake', async () => {
    expect(failureOf(await run({ rules: [{ steps: [{ wrte: 'x' }] }] }))).toMatchObject({
      type: 'crashed',
      detail: expect.stringContaining('script.yaml: rules.0.steps.0') as string,
    });
    expect(failureOf(await run('rules: ['))).toMatchObject({
      detail: expect.stringContaining('script.yaml: ') as string,
    });
  });

  test('that is not there is not installed', async () => {
    const turn = makeTurn(place, { config: { adapter: 'scripted', command: 'other.yaml' } });
    expect(failureOf(await runTurn(agent, turn, place))).toMatchObject({ type: 'not-installed' });
    expect(await agent.missing({ adapter: 'scripted', command: join(place.root, 'other.yaml') })).not.toBeNull();
    expect(await agent.missing({ adapter: 'scripted' })).toMatchObject({ what: 'the scripted agent has no script' });
  });

  test('may not be reached through a link out of the working copy', async () => {
    await writeFile(join(place.root, 'secret.yaml'), stringify({ rules: [{}] }));
    await symlink('../secret.yaml', inCopy('link.yaml'));
    const turn = makeTurn(place, { config: { adapter: 'scripted', command: 'link.yaml' } });
    expect(failureOf(await runTurn(agent, turn, place))).toMatchObject({
      detail: 'link.yaml leads out of the working copy',
    });
    const outright = makeTurn(place, { config: { adapter: 'scripted', command: join(place.root, 'secret.yaml') } });
    expect((await runTurn(agent, outright, place)).report.end.type).toBe('answered');
  });

  test('may not be a folder', async () => {
    await mkdir(inCopy('folder.yaml'));
    const turn = makeTurn(place, { config: { adapter: 'scripted', command: 'folder.yaml' } });
    expect(failureOf(await runTurn(agent, turn, place))).toMatchObject({ detail: 'folder.yaml is not a script file' });
  });
});

test('reading a scripted session is total over any output', () => {
  const turn: Turn = makeTurn({ ...place, root: '/r', workingCopy: '/c', home: '/h' }, { config });
  const event = fc.record(
    {
      type: fc.constantFrom('scripted.finished', 'scripted.step'),
      usage: fc.jsonValue(),
      text: fc.jsonValue(),
      did: fc.jsonValue(),
    },
    { requiredKeys: ['type'] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        event.map((value) => JSON.stringify(value)),
      ),
      (stdout) => {
        Usage.parse(agent.report({ exitCode: 0, stdout, stderr: '', result: null }, turn).usage);
        agent.describe(stdout);
      },
    ),
  );
});
