/** The real CLIs from `mw add` to a landed commit, with a scripted model on loopback and no other network. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxRung } from '../../src/model/sandbox-rung.ts';
import { fileAt, git, openDesk, sessionProcesses, type Desk, type Ran } from '../support/cli-desk.ts';
import { addItems, listItems } from '../support/cli-project.ts';
import { dialects, type Dialect } from './cli-dialects.ts';
import { canEnclose } from './enclose.ts';
import { binFolder, whyNotInstalled } from './installed.ts';
import { readEgress } from './mw-egress.ts';
import { startModelServer, type ModelServer } from './model-server.ts';
import { agentProject, scriptModel, steps } from './mw-project.ts';
import { showAgentItem, type AgentItem } from './mw-item.ts';

/** Stands in the person's own environment and login, and must not be found inside any session. */
const canary = 'canary-of-the-person';

/** One item driven from `mw add` to its landing, and everything that can be seen of it afterwards. */
interface Story {
  readonly desk: Desk;
  readonly model: ModelServer;
  readonly up: Ran;
  readonly item: AgentItem;
  /** For each request that the model got: what the session's own egress log said at that moment. */
  readonly egress: readonly (readonly string[])[];
  close(): Promise<void>;
}

async function tellStory(dialect: Dialect, rung: SandboxRung): Promise<Story> {
  const other = await openDoor();
  const egress: (readonly string[])[] = [];
  let desk: Desk | null = null;
  const look = [
    'echo hello > greeting-look.txt',
    'env > env.txt',
    `bash -c '(exec 3<>/dev/tcp/127.0.0.1/${portOf(other)}) 2>/dev/null && echo open || echo closed' > door.txt`,
    `cat USERHOME/.claude/.credentials.json > login.txt 2>/dev/null || true`,
    'sh test.sh',
  ];
  const command = () => look.join('\n').replace('USERHOME', desk?.userHome ?? '');
  const reply = scriptModel(dialect, {
    look: {
      build: (request) => steps(dialect.shell(command()), { say: 'I wrote it; its test passes.' })(request),
    },
  });
  const model = await startModelServer((request) => {
    if (desk !== null) egress.push(readEgress(desk.home));
    return reply(request);
  });
  desk = openDesk(agentProject(dialect, model.url, { rung }));
  const opened = desk;
  mkdirSync(join(opened.userHome, '.claude'));
  writeFileSync(join(opened.userHome, '.claude', '.credentials.json'), canary);
  const env = {
    PATH: `${binFolder(dialect.name)}${delimiter}${opened.env['PATH']}`,
    ANTHROPIC_API_KEY: canary,
    OPENAI_API_KEY: canary,
    CANARY: canary,
  };
  const close = async () => {
    await opened.close();
    await model.stop();
    await new Promise((resolve) => other.close(resolve));
  };
  try {
    await addItems(opened, [{ title: 'Greet whoever reads it', body: 'case: look' }], { env });
    const up = await opened.mw(['up', '--until-empty'], { env });
    return { desk: opened, model, up, item: await showAgentItem(opened, 'MW-1'), egress, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Another server of this machine, which no session has business with. */
async function openDoor(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

const linesOf = (desk: Desk, path: string) => fileAt(desk.repository, 'main', path).toString().trim().split('\n');

describe.each(dialects)('$name, driven by mw', (dialect) => {
  const missing = whyNotInstalled(dialect.name);

  describe.skipIf(missing !== null || !canEnclose())(`in bubblewrap (${missing ?? 'installed'})`, () => {
    let story: Story;
    beforeAll(async () => {
      story = await tellStory(dialect, 'bubblewrap');
    });
    afterAll(() => story?.close());

    test('drives an item through a structured phase, a build, a check and a review to the landing', async () => {
      const { up, item, desk } = story;
      expect(up, up.stdout + up.stderr).toMatchObject({ code: 0 });
      expect(item).toMatchObject({ state: 'landed', reason: '', branch: 'main', phase: 'land' });
      expect(item.attempts.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual([
        'MW-1/triage#1 succeeded',
        'MW-1/build#1 succeeded',
        'MW-1/review.strict#1 pass',
      ]);
      const passed = { status: 'passed', commit: item.landed?.commit };
      expect(item.checks).toMatchObject([
        { name: 'test', ...passed },
        { name: 'guard', ...passed },
      ]);
      expect(linesOf(desk, 'greeting-look.txt')).toEqual(['hello']);
      expect(git(desk.repository, 'log', '-1', '--format=%B', 'main')).toContain('Millwright-Attempt: MW-1/build#1');
      expect((await listItems(desk)).map(({ id, state }) => [id, state])).toEqual([['MW-1', 'landed']]);
    });

    test('records what every session used, and its cost where the CLI says it', () => {
      const { item } = story;
      const one = dialect.tellsCost ? 3_750 : null;
      expect(item.attempts.map(({ usage }) => [usage.inputTokens, usage.outputTokens, usage.costMicroUsd])).toEqual([
        [1_000, 50, one],
        [2_000, 100, one === null ? null : 2 * one],
        [2_000, 100, one === null ? null : 2 * one],
      ]);
      expect(item.usage).toMatchObject({
        inputTokens: 5_000,
        outputTokens: 250,
        costMicroUsd: one === null ? null : 5 * one,
      });
      expect(item.costMicroUsd).toBe(one === null ? null : 5 * one);
    });

    test('keeps each prompt and each transcript, raw and readable', async () => {
      const { desk } = story;
      const logs = async (...args: string[]) => (await desk.mw(['logs', ...args])).stdout;
      const prompt = await logs('MW-1/build#1', '--prompt');
      expect(prompt).toContain('mw-role: build');
      expect(prompt).toContain('case: look');
      expect(prompt).toContain('the greeting says hello');
      expect(await logs('MW-1/review.strict#1', '--prompt')).toContain('+hello');
      expect(await logs('MW-1/build#1')).toContain('I wrote it; its test passes.');
      const raw = (await logs('MW-1/build#1', '--raw'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string });
      expect(raw.at(-1)?.type).toBe(dialect.name === 'codex' ? 'turn.completed' : 'result');
    });

    test('reaches the model through its egress proxy, and nothing else of this machine', () => {
      const { desk, egress, model } = story;
      expect(model.requests()).toHaveLength(5);
      expect(egress).toHaveLength(5);
      const allowed = egress.map((lines) => [...new Set(lines.filter((line) => line.startsWith('allowed')))]);
      expect(allowed).toEqual(Array(5).fill([`allowed ${new URL(model.url).host}`]));
      expect(linesOf(desk, 'door.txt')).toEqual(['closed']);
    });

    test('is given nothing of the person’s environment and login', () => {
      const { desk } = story;
      expect(linesOf(desk, 'env.txt').some((line) => line.startsWith('PATH='))).toBe(true);
      expect(linesOf(desk, 'env.txt').join('\n')).not.toContain(canary);
      expect(linesOf(desk, 'login.txt')).toEqual(['']);
    });

    test('leaves no process and no session behind', () => {
      expect(sessionProcesses(story.desk.home)).toEqual([]);
      expect(readdirSync(join(story.desk.home, 'sessions'))).toEqual([]);
      expect(existsSync(join(story.desk.home, 'sockets')) ? readdirSync(join(story.desk.home, 'sockets')) : []).toEqual(
        [],
      );
    });
  });

  describe.skipIf(missing !== null || !canEnclose())('in the clone rung', () => {
    let story: Story;
    beforeAll(async () => {
      story = await tellStory(dialect, 'clone');
    });
    afterAll(() => story?.close());

    test('lands as well', () => {
      const { up, item, desk } = story;
      expect(up, up.stdout + up.stderr).toMatchObject({ code: 0 });
      expect(item.state).toBe('landed');
      expect(linesOf(desk, 'greeting-look.txt')).toEqual(['hello']);
      expect(linesOf(desk, 'env.txt').join('\n')).not.toContain(canary);
    });

    test('red control: what only walls hold is open here, unless the CLI brings walls of its own', () => {
      const { desk } = story;
      expect(linesOf(desk, 'login.txt')).toEqual([canary]);
      expect(linesOf(desk, 'door.txt')).toEqual([dialect.name === 'codex' ? 'closed' : 'open']);
      expect(story.egress.flat()).toEqual([]);
    });
  });
});
