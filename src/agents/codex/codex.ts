import type { AgentConfig } from '../../model/config.ts';
import type { Agent } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { leaveRoomForExits } from '../answer.ts';
import { commandOf, findExecutable, isReadableFile } from '../program.ts';
import { describeLine } from './describe.ts';
import { launchTurn, loginFile } from './launch.ts';
import { reportTurn } from './report.ts';

/** Codex in its headless mode: one process a turn, events as lines of JSON on stdout. It has no caps of its own. */
export function createCodex(host: AgentHost): Agent {
  return leaveRoomForExits({
    adapter: 'codex',
    capabilities: {
      schema: 'grammar',
      resume: true,
      turnCap: false,
      moneyCap: false,
      usage: 'cumulative',
      cost: false,
      permissions: 'none',
      rateLimitFacts: false,
      localModels: true,
    },
    missing: (config) => findMissing(config, host),
    launch: (turn) => launchTurn(turn, host),
    report: reportTurn,
    describe: describeLine,
  });
}

async function findMissing(config: AgentConfig, host: AgentHost): ReturnType<Agent['missing']> {
  const [name] = commandOf(config, 'codex');
  if ((await findExecutable(name, host.searchPath)) === null) {
    return { what: `the program ${name} was not found`, next: 'npm install -g @openai/codex' };
  }
  if (config.login === true && !(await isReadableFile(loginFile(host)))) {
    return { what: `Codex has no login in ${loginFile(host)}`, next: 'codex login' };
  }
  return null;
}
