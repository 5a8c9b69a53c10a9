/** What becomes of an item when the model, its endpoint or the session fails, with the real CLIs under a running `mw up`. */
import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { git, openDesk, sessionProcesses, waitFor, type Desk, type Running } from '../support/cli-desk.ts';
import { addItems } from '../support/cli-project.ts';
import { dialects, type Dialect } from './cli-dialects.ts';
import { canEnclose } from './enclose.ts';
import { binFolder, whyNotInstalled } from './installed.ts';
import { startModelServer, type ModelReply, type ModelRequest, type ModelServer } from './model-server.ts';
import { showAgentItem, type AgentItem } from './mw-item.ts';
import { agentProject, doWell, scriptModel, steps, triage, type Case } from './mw-project.ts';
import { findLeftOver } from './wait-for.ts';

const fail = (status: number, type: string): ModelReply => ({ fail: status, type, message: `made up ${status}` });

/** In the arguments of the tool that is running when its item is cancelled. */
const working = `mw-works-${process.pid}`;

/** A factory that runs, over a project whose model fails as the items' words say. */
interface Factory {
  readonly desk: Desk;
  readonly model: ModelServer;
  readonly up: Running;
  readonly ids: Readonly<Record<string, string>>;
  /** Ends an outage: from now on the model does well in this case. */
  mend(name: string): void;
  close(): Promise<void>;
}

const downPipeline = `name: down
phases:
  - { id: build, instructions: build, agent: nowhere, output: text, checks: [test], limits: { session: 8s, idle: 6s } }
`;

async function openFailing(dialect: Dialect): Promise<Factory> {
  const mended = new Set<string>();
  const resetMs = { at: 0 };
  const model = await startModelServer(scriptModel(dialect, casesFor(dialect, mended)), () => statedReset(resetMs));
  const nobody = await startModelServer(() => ({ say: 'never' }));
  await nobody.stop();
  const desk = openDesk(
    agentProject(dialect, model.url, {
      agents: [`nowhere: ${dialect.config(nobody.url)}`],
      pipelines: { down: downPipeline },
      limits: 'slots: 4, attempts: 4, session: 60s',
    }),
  );
  const env = { PATH: `${binFolder(dialect.name)}${delimiter}${desk.env['PATH']}` };
  const close = async () => {
    await desk.mw(['down', '--now']);
    await desk.close();
    await model.stop();
  };
  try {
    const names = [...Object.keys(casesFor(dialect, mended)), 'down'];
    const added = await addItems(desk, names.map((name) => ({ title: `Greet, ${name}`, body: `case: ${name}`, ...(name === 'down' ? { pipeline: 'down' } : {}) })), { env });
    const up = desk.start(['up', '--json', '--slots', '4'], { env });
    const ids = Object.fromEntries(names.map((name, index) => [name, added[index] ?? '']));
    return { desk, model, up, ids, mend: (name) => void mended.add(name), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** When the provider's quota resets: five seconds after the first refusal, however often that is repeated. */
function statedReset(known: { at: number }): Record<string, string> {
  if (known.at === 0) known.at = Math.ceil(Date.now() / 1_000) + 5;
  return {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-reset': String(known.at),
  };
}

function casesFor(dialect: Dialect, mended: ReadonlySet<string>): Readonly<Record<string, Case>> {
  const well = doWell(dialect);
  const untilMended = (name: string, reply: ModelReply) => (request: ModelRequest) => (mended.has(name) ? well.triage(request) : reply);
  const prose: ModelReply = { say: 'It is a small feature without any risk.' };
  const afterFeedback = (word: string) => (request: ModelRequest) => (request.text.includes(word) ? dialect.answer(triage) : prose);
  const sneak = dialect.name === 'codex' ? dialect.shell('echo sneaked > sneaked.txt') : ({ call: 'Write', input: { file_path: 'sneaked.txt', content: 'sneaked' } } as const);
  return {
    unauthorized: { triage: () => fail(401, 'authentication_error') },
    'rate-limited': { triage: untilMended('rate-limited', fail(429, 'rate_limit_error')) },
    'provider-failed': { triage: untilMended('provider-failed', fail(500, dialect.name === 'codex' ? 'server_error' : 'api_error')) },
    overflow: { triage: () => dialect.contextOverflow },
    prose: { triage: () => prose },
    'prose-once': { triage: afterFeedback('Your result does not fit the required schema') },
    'prose-session': { triage: afterFeedback('What was tried before') },
    sneak: { triage: steps(sneak, dialect.answer(triage)) },
    ...(dialect.name === 'codex' ? {} : { denied: { triage: steps(sneak, prose) } }),
    honest: { build: () => ({ say: 'It is there.\n\n{"type":"no-change-needed","reason":"greeting.txt says hello already"}' }) },
    cancel: { build: () => dialect.shell(`exec tail -f /dev/null ${working}`) },
  };
}

describe.each(dialects)('$name, failing under mw', (dialect) => {
  const missing = whyNotInstalled(dialect.name);

  describe.skipIf(missing !== null || !canEnclose())(missing ?? 'installed', () => {
    let factory: Factory;
    beforeAll(async () => {
      factory = await openFailing(dialect);
    });
    afterAll(() => factory?.close());

    const look = (name: string) => showAgentItem(factory.desk, factory.ids[name] ?? '');
    const until = (name: string, state: string): Promise<AgentItem> => {
      let last: AgentItem | null = null;
      let known = -1;
      // The factory's own events say when there is something new to look at.
      const seen = waitFor(`${name} is ${state}`, 90_000, async () => {
        const events = factory.up.stdout().split(`"item":"${factory.ids[name]}"`).length;
        if (events === known) return false;
        known = events;
        last = await look(name);
        return last.state === state && last;
      });
      const over = factory.up.ended.then(({ code, stderr }) => {
        throw new Error(`mw up ended with ${code}: ${stderr}`);
      });
      return Promise.race([seen, over]).catch((error: unknown) => {
        throw new Error(`${name} is ${last?.state} in ${last?.phase}: ${last?.reason}\n${last === null ? '' : outcomes(last).join('\n')}`, { cause: error });
      });
    };
    const outcomes = ({ attempts }: AgentItem) => attempts.map(({ address, outcome, sessions }) => `${address.replace(/^MW-\d+\//, '')} ${outcome} ${sessions.length}`);

    test('a refused key (401) pauses the item at once, without another attempt', async () => {
      const item = await until('unauthorized', 'paused');
      expect(item).toMatchObject({ reasonCode: 'unauthorized', next: expect.stringContaining('mw doctor') as string });
      expect(item.reason).toContain('refused the credentials');
      expect(outcomes(item)).toEqual(['triage#1 unauthorized 1']);
    });

    test('a rate limit (429) parks the item until a time that is said', async () => {
      const item = await until('rate-limited', 'parked');
      expect(item.reasonCode).toBe('rate-limited');
      console.log(item.reason);
      factory.mend('rate-limited');
    });

    test('a failing provider (500) parks the item, and the timer takes it on to the landing', async () => {
      const item = await until('provider-failed', 'parked');
      console.log(item.reason);
      expect(item.reasonCode).toBe('provider-failed');
      factory.mend('provider-failed');
      expect(outcomes(await until('provider-failed', 'landed')).slice(0, 2)).toEqual(['triage#1 provider-failed 1', 'triage#2 succeeded 1']);
    });

    test('an overflowing context is tried again within bounds, then pauses the item', async () => {
      const item = await until('overflow', 'paused');
      expect(item.reasonCode).toBe('same-failure');
      expect(item.reason).toContain('the context window overflowed');
      expect(outcomes(item)).toEqual(['triage#1 context-overflow 1', 'triage#2 context-overflow 1', 'triage#3 context-overflow 1']);
    });

    test('prose instead of the schema is fed back in the same session', async () => {
      const item = await until('prose-once', 'landed');
      expect(outcomes(item)[0]).toBe('triage#1 succeeded 2');
    });

    test('prose again begins a fresh session, which is told', async () => {
      expect(outcomes(await until('prose-session', 'landed')).slice(0, 2)).toEqual(['triage#1 malformed 2', 'triage#2 succeeded 1']);
    });

    test('prose in two fresh sessions pauses the item as malformed', async () => {
      const item = await until('prose', 'paused');
      expect(item.reasonCode).toBe('malformed');
      expect(outcomes(item)).toEqual(['triage#1 malformed 2', 'triage#2 malformed 2']);
    });

    test('a phase that only reads changes nothing, whatever its session tries', async () => {
      const item = await until('sneak', 'landed');
      expect(outcomes(item)[0]).toBe('triage#1 succeeded 1');
      expect(git(factory.desk.repository, 'ls-tree', '-r', '--name-only', 'main')).not.toContain('sneaked.txt');
    });

    test.skipIf(dialect.name === 'codex')('a refused tool without which there is no result is named', async () => {
      const item = await until('denied', 'paused');
      expect(item.reasonCode).toBe('same-failure');
      expect(item.reason).toContain('a tool was refused: refused: Write');
      expect(outcomes(item)).toEqual(['triage#1 denied 2', 'triage#2 denied 2', 'triage#3 denied 2']);
    });

    test('an honest "no change is needed" waits for a person', async () => {
      const item = await until('honest', 'waiting');
      expect(item.reason).toContain('greeting.txt says hello already');
    });

    test('an endpoint that nobody serves parks the item as unreachable', async () => {
      const item = await until('down', 'parked');
      console.log(item.reason);
      expect(item.reasonCode).toBe('unreachable');
    });

    test('a cancelled item leaves no process of its session', async () => {
      const { desk, ids } = factory;
      // The red control of "no process is left": its tool is seen while it runs.
      await waitFor('the agent works', 60_000, async () => (await findLeftOver(working)).length > 0);
      expect(await desk.mw(['cancel', ids['cancel'] ?? ''])).toMatchObject({ code: 0 });
      await until('cancel', 'cancelled');
      expect(await findLeftOver(working)).toEqual([]);
      await waitFor('nothing runs', 10_000, () => sessionProcesses(desk.home).length === 0);
    });
  });
});
