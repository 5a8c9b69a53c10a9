import { lstat, readFile, realpath } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentConfig } from '../../model/config.ts';
import { unknownUsage, type Usage } from '../../model/usage.ts';
import type { Agent, EndedTurn, Launch, Turn, TurnReport } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { readJsonLine, readJsonLines } from '../json-lines.ts';
import { isFileError, isReadableFile } from '../program.ts';
import { countAt, numberAt, textAt, type JsonObject } from '../read-json.ts';
import { detailFrom, headOf } from '../shorten-text.ts';
import { readScript } from './script.ts';
import type { ScriptedOrder } from './scripted-agent.ts';

/** A script may be this large; a larger file is not one. */
const maxScriptBytes = 5_000_000;

/** The program as it lies beside this file: TypeScript in the sources, JavaScript once compiled. */
const extension = extname(import.meta.url);
const programFile = fileURLToPath(new URL(`./scripted-agent${extension}`, import.meta.url));

/**
 * A real program with scripted decisions: it writes files and runs commands inside the walls, and no model is asked. For
 * tests, demonstrations and a first look without a key. `command` is the script file, YAML or JSON.
 */
export function createScripted(host: AgentHost): Agent {
  return {
    adapter: 'scripted',
    capabilities: {
      schema: 'prompt-only',
      resume: true,
      turnCap: false,
      moneyCap: false,
      usage: 'per-session',
      cost: true,
      permissions: 'none',
      rateLimitFacts: false,
      localModels: true,
    },
    missing: findMissing,
    launch: (turn) => launchTurn(turn, host),
    report: reportTurn,
    describe: describeLine,
  };
}

async function findMissing(config: AgentConfig): ReturnType<Agent['missing']> {
  const { command } = config;
  if (typeof command !== 'string') {
    return {
      what: 'the scripted agent has no script',
      next: 'write command: scripts/demo.yaml under the agent in millwright.yaml',
    };
  }
  // A relative path is looked up in the working copy, which is not there yet.
  if (!isAbsolute(command) || (await isReadableFile(command))) return null;
  return {
    what: `the script ${command} cannot be read`,
    next: `create ${command}, or correct command: in millwright.yaml`,
  };
}

async function launchTurn(turn: Turn, host: AgentHost): Promise<Launch> {
  const program = join(turn.home, 'scripted', `agent.m${extension.slice(1)}`);
  const orderFile = join(turn.home, 'scripted', 'order.json');
  const { address } = turn;
  const order: ScriptedOrder = {
    phase: address.phase,
    attempt: address.attempt,
    reviewer: address.reviewer,
    item: address.item,
    resumed: turn.resume !== null,
    script: await loadScript(turn),
  };
  return {
    argv: [host.node, program, orderFile],
    env: { HOME: turn.home, ...turn.config.env },
    stdin: turn.prompt,
    files: [
      { path: program, content: await readFile(programFile, 'utf8') },
      { path: orderFile, content: JSON.stringify(order) },
    ],
    readOnly: [host.node],
    links: [],
    resultFile: null,
    network: [],
  };
}

/**
 * The script of the turn. A mistake in it is handed on and ends the session with its reason, as an agent's failure
 * does. A relative path must stay inside the working copy: an agent may have put a link or a pipe there.
 */
async function loadScript(turn: Turn): Promise<ScriptedOrder['script']> {
  const { command } = turn.config;
  if (typeof command !== 'string') return { missing: 'the scripted agent has no script: write command: FILE' };
  const path = resolve(turn.workingCopy, command);
  try {
    const real = await realpath(path);
    const outside = relative(await realpath(turn.workingCopy), real).startsWith('..');
    if (outside && !isAbsolute(command)) return { problem: `${command} leads out of the working copy` };
    const about = await lstat(real);
    if (!about.isFile() || about.size > maxScriptBytes) return { problem: `${command} is not a script file` };
    const read = readScript(await readFile(real, 'utf8'));
    return 'script' in read ? read.script : { problem: `${command}: ${read.problem}` };
  } catch (error) {
    if (isFileError(error)) return { missing: `the script ${command} cannot be read (${error.code})` };
    throw error;
  }
}

function reportTurn(ended: EndedTurn, turn: Turn): TurnReport {
  const events = readJsonLines(ended.stdout);
  const last = events.findLast((event) => textAt(event, 'type')?.startsWith('scripted.') === true) ?? null;
  const finished = last?.['type'] === 'scripted.finished' ? last : null;
  return {
    end: readEnd(last, finished, ended),
    usage: readUsage(finished),
    conversation: `scripted-${turn.address.attempt}`,
  };
}

function readEnd(last: JsonObject | null, finished: JsonObject | null, ended: EndedTurn): TurnReport['end'] {
  if (finished !== null) {
    return { type: 'answered', text: textAt(finished, 'text') ?? '', json: finished['result'], denied: [] };
  }
  const detail = detailFrom(
    [textAt(last, 'why'), ended.stderr],
    'The scripted agent ended in the middle of its script.',
  );
  if (last?.['type'] === 'scripted.missing') return { type: 'failed', failure: { type: 'not-installed', detail } };
  return { type: 'failed', failure: { type: 'crashed', exitCode: ended.exitCode, detail } };
}

/** What the script states; a scripted session that died has used nothing. */
function readUsage(finished: JsonObject | null): Usage {
  const usd = numberAt(finished, 'usage', 'costUsd') ?? 0;
  return {
    ...unknownUsage,
    inputTokens: countAt(finished, 'usage', 'inputTokens') ?? 0,
    outputTokens: countAt(finished, 'usage', 'outputTokens') ?? 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    costMicroUsd: Math.max(0, Math.round(Math.min(usd, 1_000_000) * 1_000_000)),
    model: 'scripted',
  };
}

function describeLine(line: string): string | null {
  const event = readJsonLine(line);
  const said = textAt(event, 'did') ?? textAt(event, 'why') ?? textAt(event, 'text') ?? textAt(event, 'note');
  if (said !== null) return headOf(`[scripted] ${said}`, 300);
  return line.trim() === '' ? null : headOf(line, 300);
}
