import { join } from 'node:path';
import type { Launch, Turn } from '../agent.ts';
import type { AgentHost } from '../agent-host.ts';
import { endpointAddress } from '../endpoint.ts';
import { askForJson } from '../schema-prompt.ts';
import { configToml, endpointKey } from './config-toml.ts';
import { resolveCodex } from './native-program.ts';
import { strictSchema } from './strict-schema.ts';

/** Where Codex keeps its login, whichever way the person signed in. */
export function loginFile(host: AgentHost): string {
  return join(host.userHome, '.codex', 'auth.json');
}

/**
 * The command line, environment and files of one turn. CODEX_HOME must not lie below TMPDIR, or Codex cannot place its
 * helpers and every command of the session fails without a trace in the stream.
 *
 * A login is linked, never copied, and the host that renews it is left out of `network` on purpose: a renewal that
 * cannot be written back would log the person out. A token that has run out ends the turn as `unauthorized`.
 */
export async function launchTurn(turn: Turn, host: AgentHost): Promise<Launch> {
  const { config } = turn;
  const program = await resolveCodex(config, host);
  const login = config.login === true;
  const folder = join(turn.home, 'codex');
  const schemaFile = join(folder, 'schema.json');
  const resultFile = join(folder, `last-message-${turn.number}.txt`);
  const strict = turn.schema === null ? null : strictSchema(turn.schema);
  // Most local servers take the schema and do not hold the model to it, and nobody tells: so it is in the prompt too.
  const spellOut = turn.schema !== null && (strict === null || config.endpoint !== undefined);
  return {
    argv: [
      ...program.argv,
      'exec',
      '--json',
      '--skip-git-repo-check',
      '--output-last-message',
      resultFile,
      ...(strict === null ? [] : ['--output-schema', schemaFile]),
      ...(turn.resume === null ? [] : ['resume', turn.resume.conversation]),
      '-',
    ],
    env: { HOME: turn.home, CODEX_HOME: folder, ...endpointEnvironment(turn), ...config.env },
    stdin: spellOut && turn.schema !== null ? askForJson(turn.prompt, turn.schema) : turn.prompt,
    files: [
      { path: join(folder, 'config.toml'), content: `${configToml(turn)}\n` },
      { path: resultFile, content: '' },
      ...(strict === null ? [] : [{ path: schemaFile, content: JSON.stringify(strict, null, 2) }]),
    ],
    readOnly: login ? [...program.readOnly, loginFile(host)] : program.readOnly,
    links: login ? [{ path: join(folder, 'auth.json'), target: loginFile(host) }] : [],
    resultFile,
    network: networkOf(turn),
  };
}

function networkOf(turn: Turn): readonly string[] {
  if (turn.config.endpoint !== undefined) return [endpointAddress(turn.config.endpoint)];
  return turn.config.login === true ? ['chatgpt.com:443', 'api.openai.com:443'] : ['api.openai.com:443'];
}

/** A key that says nothing, for a local server that asks for none; a configured or passed one replaces it. */
function endpointEnvironment(turn: Turn): Record<string, string> {
  return turn.config.endpoint === undefined ? {} : { [endpointKey]: 'none' };
}
