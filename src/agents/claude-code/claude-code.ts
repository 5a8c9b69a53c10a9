import type { AgentConfig } from '../../model/config.ts';
import type { Agent } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { leaveRoomForExits } from '../answer.ts';
import { commandOf, findExecutable, isReadableFile } from '../program.ts';
import { describeLine } from './describe.ts';
import { launchTurn, loginFile } from './launch.ts';
import { reportTurn } from './report.ts';

/** Claude Code in its headless mode: one process a turn, events as lines of JSON on stdout. */
export function createClaudeCode(host: AgentHost): Agent {
  return leaveRoomForExits({
    adapter: 'claude-code',
    capabilities: {
      schema: 'tool',
      resume: true,
      turnCap: true,
      moneyCap: true,
      usage: 'cumulative',
      cost: true,
      permissions: 'allow-list',
      rateLimitFacts: true,
      localModels: true,
    },
    missing: (config) => findMissing(config, host),
    launch: (turn) => launchTurn(turn, host),
    report: reportTurn,
    describe: describeLine,
  });
}

async function findMissing(config: AgentConfig, host: AgentHost): ReturnType<Agent['missing']> {
  const [name] = commandOf(config, 'claude');
  if ((await findExecutable(name, host.searchPath)) === null) {
    return { what: `the program ${name} was not found`, next: 'npm install -g @anthropic-ai/claude-code' };
  }
  if (config.login === true && !(await isReadableFile(loginFile(host)))) {
    return {
      what: `Claude Code has no login in ${loginFile(host)}`,
      next: 'run claude setup-token, then write passEnv: [CLAUDE_CODE_OAUTH_TOKEN] instead of login: true',
    };
  }
  return null;
}
