/** Which agent a new project begins with. */
import { createAdapters } from '../app/adapters.ts';
import { AdapterName, type AgentConfig } from '../model/config.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import type { CliContext } from './context.ts';

export interface Choice {
  readonly name: string;
  readonly config: AgentConfig;
  /** What is missing for it; `null` when nothing is. */
  readonly found: string | null;
}

/** The asked-for one, else the first agent that this machine has, else Claude Code with what is missing said. */
export async function chooseAgent(
  options: { readonly agent?: string; readonly command?: string },
  context: CliContext,
): Promise<Choice> {
  const { agentOf } = createAdapters(context.environment);
  const look = async (config: AgentConfig): Promise<Choice> => {
    const missing = await agentOf(config.adapter).missing(config);
    return {
      name: config.adapter === 'claude-code' ? 'claude' : config.adapter,
      config,
      found: missing === null ? null : `${missing.what}. ${missing.next}`,
    };
  };
  if (options.agent !== undefined) {
    const adapter = AdapterName.safeParse(options.agent);
    if (!adapter.success)
      throw new UserError(
        'E_USAGE',
        `there is no adapter ${options.agent}`,
        `one of: ${AdapterName.options.join(', ')}`,
        { exit: exitCode.usage },
      );
    if ((adapter.data === 'command' || adapter.data === 'scripted') && options.command === undefined) {
      throw new UserError(
        'E_USAGE',
        `--agent ${adapter.data} needs --command`,
        `mw init --agent ${adapter.data} --command "…"`,
        { exit: exitCode.usage },
      );
    }
    return look({ adapter: adapter.data, ...(options.command === undefined ? {} : { command: options.command }) });
  }
  const known = await Promise.all([
    look({ adapter: 'claude-code', login: true }),
    look({ adapter: 'codex', login: true }),
  ]);
  return known.find(({ found }) => found === null) ?? (known[0] as Choice);
}
