import { join } from 'node:path';
import type { AgentConfig } from '../../model/config.ts';
import type { Launch, Turn } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { endpointAddress } from '../endpoint.ts';
import { commandOf, resolveCommand } from '../program.ts';
import { plainSchema } from './plain-schema.ts';
import { toolsOf } from './tools.ts';

/** Where Claude Code keeps its login on Linux; on macOS it is in the keychain, which no walls can share. */
export function loginFile(host: AgentHost): string {
  return join(host.userHome, '.claude', '.credentials.json');
}

/**
 * The command line, environment and files of one turn.
 *
 * A login is linked, never copied, and the host that renews it is left out of `network` on purpose: a renewal replaces
 * the person's own token, and a session that may not write it back would log the person out. A token that has run out
 * ends the turn as `unauthorized`; a person's next use of the CLI mends it.
 */
export async function launchTurn(turn: Turn, host: AgentHost): Promise<Launch> {
  const { config } = turn;
  const program = await resolveCommand(commandOf(config, 'claude'), host);
  const login = config.login === true;
  return {
    argv: [...program.argv, ...buildArguments(turn)],
    env: { ...buildEnvironment(turn), ...config.env },
    stdin: turn.prompt,
    files: [],
    readOnly: login ? [...program.readOnly, loginFile(host)] : program.readOnly,
    links: login ? [{ path: join(configFolder(turn), '.credentials.json'), target: loginFile(host) }] : [],
    resultFile: null,
    network: [config.endpoint === undefined ? 'api.anthropic.com:443' : endpointAddress(config.endpoint)],
  };
}

function buildArguments(turn: Turn): readonly string[] {
  const tools = toolsOf(turn).join(',');
  return [
    '-p',
    '--output-format',
    'stream-json',
    '--verbose',
    // `bypassPermissions` is refused for root; asking is impossible without a terminal: what is not listed is denied.
    '--permission-mode',
    'dontAsk',
    '--tools',
    tools,
    '--allowedTools',
    tools,
    // Settings, hooks, servers and instructions of the working copy may be a maker's own: a reviewer must not obey them.
    '--setting-sources',
    'user',
    '--strict-mcp-config',
    ...(turn.schema === null ? [] : ['--json-schema', JSON.stringify(plainSchema(turn.schema))]),
    ...(turn.config.model === undefined ? [] : ['--model', turn.config.model]),
    // Unlike the cost that it reports, the cap counts this turn alone.
    ...(turn.capMicroUsd === null ? [] : ['--max-budget-usd', String(turn.capMicroUsd / 1_000_000)]),
    ...(turn.config.maxTurns === undefined ? [] : ['--max-turns', String(turn.config.maxTurns)]),
    ...(turn.resume === null ? [] : ['--resume', turn.resume.conversation]),
  ];
}

function buildEnvironment(turn: Turn): Record<string, string> {
  const { endpoint } = turn.config;
  return {
    HOME: turn.home,
    CLAUDE_CONFIG_DIR: configFolder(turn),
    CLAUDE_CODE_MAX_RETRIES: '2',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_TELEMETRY: '1',
    ...(endpoint === undefined ? {} : { ANTHROPIC_BASE_URL: endpoint }),
    ...(endpoint !== undefined && !hasKey(turn.config) ? { ANTHROPIC_API_KEY: 'none' } : {}),
  };
}

/** Whether the configuration says where a key comes from; without one the program does not even try a local server. */
function hasKey(config: AgentConfig): boolean {
  const names = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'];
  const given = new Set([...Object.keys(config.env ?? {}), ...(config.passEnv ?? [])]);
  return config.login === true || names.some((name) => given.has(name));
}

function configFolder(turn: Turn): string {
  return join(turn.home, 'claude');
}
