/** A factory that runs, over a project whose model fails as each item's words say. */
import { delimiter } from 'node:path';
import type { SandboxRung } from '../../src/model/sandbox-rung.ts';
import { openDesk, waitFor, type Desk, type Running } from '../support/cli-desk.ts';
import { addItems } from '../support/cli-project.ts';
import type { Dialect } from './cli-dialects.ts';
import { binFolder } from './installed.ts';
import { startModelServer, type ModelReply, type ModelRequest } from './model-server.ts';
import { showAgentItem, type AgentItem } from './mw-item.ts';
import { agentProject, doWell, scriptModel, steps, triage, type Case } from './mw-project.ts';

/** In the arguments of the tool that is running when its item is cancelled. */
export const workingWord = `mw-works-${process.pid}`;

export interface FailingFactory {
  readonly desk: Desk;
  readonly ids: Readonly<Record<string, string>>;
  /** Every moment at which the provider has said that its quota resets. */
  statedResets(): readonly number[];
  /** Ends an outage: from now on the model does well in this case. */
  mend(name: string): void;
  /** The item of a case once it is in a state; fails as soon as the factory has ended. */
  until(name: string, state: string): Promise<AgentItem>;
  /** Ends the factory, its sessions and its database. */
  close(): Promise<void>;
}

export type CaseName =
  | 'unauthorized'
  | 'rate-limited'
  | 'provider-failed'
  | 'overflow'
  | 'prose'
  | 'prose-once'
  | 'prose-session'
  | 'sneak'
  | 'denied'
  | 'honest'
  | 'conflict'
  | 'cancel'
  | 'down';

/** Adds one item for each case and starts `mw up` on them. */
export async function openFailing(
  dialect: Dialect,
  rung: SandboxRung,
  names: readonly CaseName[],
): Promise<FailingFactory> {
  const mended = new Set<string>();
  const resets: number[] = [];
  const model = await startModelServer(scriptModel(dialect, casesFor(dialect, mended)), () => {
    // Eight seconds after a refusal, and the same for those until then.
    if (Date.now() >= (resets.at(-1) ?? 0)) resets.push((Math.ceil(Date.now() / 1_000) + 8) * 1_000);
    return statedReset(resets.at(-1) ?? 0);
  });
  const nobody = await startModelServer(() => ({ say: 'never' }));
  await nobody.stop();
  const agents = [`nowhere: ${dialect.config(nobody.url)}`, `subscribed: ${dialect.subscription(model.url)}`];
  const desk = openDesk(
    agentProject(dialect, model.url, { rung, agents, pipelines, limits: 'slots: 4, session: 60s' }),
  );
  const env = { PATH: `${binFolder(dialect.name)}${delimiter}${desk.env['PATH']}`, ...dialect.subscriptionEnv };
  const close = async () => {
    await desk.mw(['down', '--now']);
    await desk.close();
    await model.stop();
  };
  try {
    const added = await addItems(
      desk,
      names.map((name) => ({
        title: `Greet, ${name}`,
        body: `case: ${name}`,
        ...(name in pipelines ? { pipeline: name } : {}),
      })),
    );
    const up = desk.start(['up', '--json', '--slots', '4'], { env });
    const ids = Object.fromEntries(names.map((name, index) => [name, added[index] ?? '']));
    return {
      desk,
      ids,
      statedResets: () => resets,
      mend: (name) => void mended.add(name),
      until: (name, state) => waitForState(desk, up, ids[name] ?? '', state),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** By the name of the case that is added to them; the other cases take the project's own. */
const pipelines = {
  'rate-limited': `name: rate-limited
phases:
  - { id: triage, instructions: triage, agent: subscribed, output: triage, writes: false }
  - { id: build, instructions: build, output: text, checks: [test] }
`,
  down: `name: down
phases:
  - { id: build, instructions: build, agent: nowhere, output: text, checks: [test], limits: { session: 8s } }
`,
};

/** As Anthropic tells subscribers. */
function statedReset(at: number): Record<string, string> {
  return {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-reset': String(at / 1_000),
  };
}

function casesFor(dialect: Dialect, mended: ReadonlySet<string>): Readonly<Record<Exclude<CaseName, 'down'>, Case>> {
  const well = doWell(dialect);
  const fail = (status: number, type: string): ModelReply => ({ fail: status, type, message: `made up ${status}` });
  const untilMended = (name: CaseName, reply: ModelReply) => (request: ModelRequest) =>
    mended.has(name) ? well.triage(request) : reply;
  const prose: ModelReply = { say: 'It is a small feature without any risk.' };
  const proseUntil = (word: string) => (request: ModelRequest) =>
    request.text.includes(word) ? dialect.answer(triage) : prose;
  return {
    unauthorized: { triage: () => fail(401, 'authentication_error') },
    'rate-limited': { triage: untilMended('rate-limited', fail(429, 'rate_limit_error')) },
    'provider-failed': { triage: untilMended('provider-failed', fail(500, 'api_error')) },
    overflow: { triage: () => dialect.contextOverflow },
    prose: { triage: () => prose },
    'prose-once': { triage: proseUntil('Your result does not fit the required schema') },
    'prose-session': { triage: proseUntil('What was tried before') },
    sneak: { triage: steps(dialect.sneak, dialect.answer(triage)) },
    denied: { triage: steps(dialect.sneak, prose) },
    honest: {
      build: () => ({ say: 'It is there.\n\n{"type":"no-change-needed","reason":"it says hello already"}' }),
    },
    conflict: {
      triage: () =>
        dialect.answer({
          type: 'spec-conflict',
          criterion: 'a greeting',
          test: '',
          evidence: 'the licence forbids greetings',
        }),
    },
    cancel: { build: () => dialect.shell(`exec tail -f /dev/null ${workingWord}`) },
  };
}

async function waitForState(desk: Desk, up: Running, id: string, state: string): Promise<AgentItem> {
  let last: AgentItem | null = null;
  let known = -1;
  const seen = waitFor(`${id} is ${state}`, 90_000, async () => {
    // The factory's own events say when there is something new to look at.
    const events = up.stdout().split(`"item":"${id}"`).length;
    if (events === known) return false;
    known = events;
    last = await showAgentItem(desk, id);
    return last.state === state && last;
  });
  const over = up.ended.then(({ code, stderr }) => {
    throw new Error(`mw up ended with ${code}: ${stderr}`);
  });
  return Promise.race([seen, over]).catch((cause: unknown) => {
    throw new Error(
      `${id} is ${last?.state}, not ${state}, in ${last?.phase}: ${last?.reason}\n${last === null ? '' : outcomes(last).join('\n')}`,
      { cause },
    );
  });
}

/** `triage#1 malformed 2`: each attempt, what became of it, and its number of turns. */
export function outcomes({ attempts }: AgentItem): readonly string[] {
  return attempts.map(
    ({ address, outcome, sessions }) => `${address.slice(address.indexOf('/') + 1)} ${outcome} ${sessions.length}`,
  );
}
