import { join } from 'node:path';
import type { AgentConfig } from '../../model/config.ts';
import type { SessionFailure } from '../../model/session-failure.ts';
import { unknownUsage } from '../../model/usage.ts';
import type { Agent, EndedTurn, Launch, Turn, TurnReport } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { endpointAddress } from '../endpoint.ts';
import { extractJson } from '../extract-json.ts';
import { commandOf, findExecutable, resolveCommand, type Program } from '../program.ts';
import { parseJson } from '../read-json.ts';
import { priceUsage } from '../session-usage.ts';
import { detailFrom, headOf, tailOf } from '../shorten-text.ts';

/** Longest `text` of a report, in UTF-16 units; the whole output is in the transcript. */
const maxText = 100_000;

/**
 * Any program as an agent. It reads the prompt from stdin and works in its current directory. The wanted result is the
 * JSON Schema in the file $MW_SCHEMA; the result is read from the file $MW_RESULT, else from stdout: all of it, its last
 * block fenced as json, or its last line that is an object. Exit 0 is success. A string is run by /bin/sh.
 */
export function createCommand(host: AgentHost): Agent {
  return {
    adapter: 'command',
    capabilities: {
      schema: 'prompt-only',
      resume: false,
      turnCap: false,
      moneyCap: false,
      usage: 'none',
      cost: false,
      permissions: 'none',
      rateLimitFacts: false,
      localModels: true,
    },
    missing: (config) => findMissing(config, host),
    launch: (turn) => launchTurn(turn, host),
    report: reportTurn,
    describe: (line) => (line.trim() === '' ? null : headOf(line, 300)),
  };
}

async function findMissing(config: AgentConfig, host: AgentHost): ReturnType<Agent['missing']> {
  if (config.command === undefined) {
    return { what: 'the agent has no command', next: 'write command: under the agent in millwright.yaml' };
  }
  // A shell command is judged by the shell; a path inside the repository exists only in the working copy.
  if (typeof config.command === 'string' || isInsideRepository(config.command[0] ?? '')) return null;
  const [name] = commandOf(config, '');
  if ((await findExecutable(name, host.searchPath)) !== null) return null;
  return { what: `the program ${name} was not found`, next: `install ${name}, or name its absolute path in command:` };
}

async function launchTurn(turn: Turn, host: AgentHost): Promise<Launch> {
  const { config, address } = turn;
  const program = await resolveAgentCommand(turn, host);
  const schemaFile = join(turn.home, 'command', 'schema.json');
  const resultFile = join(turn.home, 'command', 'result.json');
  return {
    argv: program.argv,
    env: {
      HOME: turn.home,
      MW_ITEM: address.item,
      MW_PHASE: address.phase,
      MW_ATTEMPT: String(address.attempt),
      ...(address.reviewer === null ? {} : { MW_REVIEWER: address.reviewer }),
      MW_WRITES: turn.writes ? '1' : '0',
      MW_RESULT: resultFile,
      ...(turn.schema === null ? {} : { MW_SCHEMA: schemaFile }),
      ...(config.model === undefined ? {} : { MW_MODEL: config.model }),
      ...config.env,
    },
    stdin: turn.prompt,
    files: [
      { path: resultFile, content: '' },
      ...(turn.schema === null ? [] : [{ path: schemaFile, content: JSON.stringify(turn.schema, null, 2) }]),
    ],
    readOnly: program.readOnly,
    links: [],
    resultFile,
    network: config.endpoint === undefined ? [] : [endpointAddress(config.endpoint)],
  };
}

async function resolveAgentCommand(turn: Turn, host: AgentHost): Promise<Program> {
  const { command } = turn.config;
  if (command === undefined) return { argv: ['/bin/sh', '-c', 'exit 127'], readOnly: [] };
  if (typeof command === 'string') return { argv: ['/bin/sh', '-c', command], readOnly: [] };
  const [name, ...rest] = commandOf(turn.config, '');
  if (isInsideRepository(name)) return { argv: [join(turn.workingCopy, name), ...rest], readOnly: [] };
  return resolveCommand([name, ...rest], host);
}

function isInsideRepository(name: string): boolean {
  return name.includes('/') && !name.startsWith('/');
}

function reportTurn(ended: EndedTurn, turn: Turn): TurnReport {
  return {
    end:
      ended.exitCode === 0
        ? { type: 'answered', text: tailOf(ended.stdout, maxText), json: readResult(ended), denied: [] }
        : { type: 'failed', failure: failureOf(ended) },
    usage: priceUsage({ ...unknownUsage, model: turn.config.model ?? null }, turn.config),
    conversation: null,
  };
}

/**
 * A result file that was written decides, even when it is not JSON: what the program meant must not be guessed at.
 * Without a schema, too: an agent may answer honestly that no change is needed, or ask.
 */
function readResult(ended: EndedTurn): unknown {
  const written = ended.result ?? '';
  return written.trim() === '' ? extractJson(ended.stdout) : parseJson(written);
}

function failureOf(ended: EndedTurn): SessionFailure {
  const detail = detailFrom([ended.stderr, ended.stdout], 'The command failed without a word.');
  if (ended.exitCode === 126 || ended.exitCode === 127) return { type: 'not-installed', detail };
  return { type: 'crashed', exitCode: ended.exitCode, detail };
}
