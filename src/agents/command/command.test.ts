import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePlace, makeTurn, runTurn, type Place, type Ran } from '../../../test/agents/run-turn.ts';
import type { AgentConfig } from '../../model/config.ts';
import type { Turn } from '../agent.ts';
import { createCommand } from './command.ts';

const agent = createCommand({ searchPath: '/usr/bin:/bin', userHome: '/nonexistent', node: process.execPath });
const schema = { type: 'object' };

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(() => place.remove());

const run = (command: AgentConfig['command'] & {}, overrides: Partial<Turn> = {}): Promise<Ran> =>
  runTurn(agent, makeTurn(place, { config: { adapter: 'command', command }, schema, ...overrides }), place);

describe('a command as an agent', () => {
  test('reads the prompt from stdin and works in the working copy', async () => {
    const { report } = await run('cat; pwd', { prompt: 'do it\n' });
    expect(report.end).toEqual({ type: 'answered', text: `do it\n${place.workingCopy}`, json: undefined, denied: [] });
  });

  test('leaves its result in the file that it is told', async () => {
    const { report } = await run(`echo noise; echo '{"from":"file"}' > "$MW_RESULT"`);
    expect(report.end).toMatchObject({ json: { from: 'file' } });
  });

  test('prints its result when it writes no file', async () => {
    const { report } = await run(`echo noise; echo '{"from":"stdout"}'`);
    expect(report.end).toMatchObject({ json: { from: 'stdout' } });
  });

  test('is understood without a schema too: it may answer with an honest exit', async () => {
    const { report } = await run(`echo '{"type":"question","question":"Which?"}'`, { schema: null });
    expect(report.end).toMatchObject({ json: { type: 'question' } });
  });

  test('with a result file that is not JSON has no result, whatever it prints', async () => {
    const { report } = await run(`echo '{"from":"stdout"}'; echo oops > "$MW_RESULT"`);
    expect(report.end).toMatchObject({ type: 'answered', json: undefined });
  });

  test('is not credited with the result of an earlier turn', async () => {
    const once = 'test -e done || echo 1 > "$MW_RESULT"; touch done';
    expect((await run(once)).report.end).toMatchObject({ json: 1 });
    expect((await run(once)).report.end).toMatchObject({ type: 'answered', json: undefined });
  });

  test('is told the schema, the item, the phase, the attempt and the reviewer', async () => {
    const address = { item: 'MW-7', phase: 'review', attempt: 2, reviewer: 'security' };
    const { report } = await run(
      'cat "$MW_SCHEMA"; echo; echo "$MW_ITEM $MW_PHASE $MW_ATTEMPT $MW_REVIEWER ${MW_HOME-none}"',
      { address },
    );
    expect(report.end).toMatchObject({ text: '{\n  "type": "object"\n}\nMW-7 review 2 security none' });
  });

  test('may be a list of words, run without a shell', async () => {
    const { report } = await run(['printf', '%s', '$HOME; {}']);
    expect(report.end).toMatchObject({ text: '$HOME; {}' });
  });

  test('may be a program of the repository itself', async () => {
    const script = join(place.workingCopy, 'agent.sh');
    await writeFile(script, '#!/bin/sh\necho from the repository\n');
    await chmod(script, 0o755);
    expect((await run(['./agent.sh'])).report.end).toMatchObject({ text: 'from the repository' });
  });

  test('fails with the end of its error stream', async () => {
    const { report } = await run('echo out; echo broken >&2; exit 3');
    expect(report.end).toEqual({ type: 'failed', failure: { type: 'crashed', exitCode: 3, detail: 'broken' } });
  });

  test('that does not exist is not installed', async () => {
    expect((await run('no-such-program-here')).report.end).toMatchObject({ failure: { type: 'not-installed' } });
    expect(await agent.missing({ adapter: 'command', command: ['no-such-program-here'] })).toMatchObject({
      what: 'the program no-such-program-here was not found',
    });
    expect(await agent.missing({ adapter: 'command', command: ['printf'] })).toBeNull();
    expect(await agent.missing({ adapter: 'command' })).toMatchObject({ what: 'the agent has no command' });
  });

  test('has unknown usage, and costs nothing only when it is declared free', async () => {
    expect((await run('true')).report.usage).toMatchObject({ inputTokens: null, costMicroUsd: null });
    const free = { adapter: 'command', command: 'true', free: true } as const;
    expect((await run('true', { config: free })).report.usage).toMatchObject({ inputTokens: null, costMicroUsd: 0 });
  });
});
