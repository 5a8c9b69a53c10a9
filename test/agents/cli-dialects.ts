/** The two real CLIs as a scripted model must speak to them, and as `millwright.yaml` names them. */
import type { ModelReply } from './model-server.ts';

export interface Dialect {
  readonly name: 'claude-code' | 'codex';
  /** The agent's lines in `millwright.yaml`, for a model server at this base URL. */
  config(url: string): string;
  /** A call of the tool that runs a command. */
  shell(command: string): ModelReply;
  /** The structured result, given the way the CLI asks for one. */
  answer(value: Readonly<Record<string, unknown>>): ModelReply;
  readonly contextOverflow: ModelReply;
  /** A write that a phase which only reads must not achieve. */
  readonly sneak: ModelReply;
  /** Whether the CLI says what a session cost. */
  readonly tellsCost: boolean;
  /** Whether the CLI says when a subscriber's quota resets. */
  readonly statesReset: boolean;
  /** As `config`, used by a subscriber whose token is in `subscriptionEnv`. */
  subscription(url: string): string;
  readonly subscriptionEnv: Readonly<Record<string, string>>;
}

const claudeCode: Dialect = {
  name: 'claude-code',
  config: (url) => `{ adapter: claude-code, endpoint: "${url}", model: claude-sonnet-4-5 }`,
  shell: (command) => ({ call: 'Bash', input: { command, description: 'run' } }),
  answer: (value) => ({ call: 'StructuredOutput', input: { answer: value } }),
  contextOverflow: {
    fail: 400,
    type: 'invalid_request_error',
    message: 'prompt is too long: 250000 tokens > 200000 maximum',
  },
  sneak: { call: 'Write', input: { file_path: 'sneaked.txt', content: 'sneaked' } },
  tellsCost: true,
  statesReset: true,
  subscription: (url) =>
    `{ adapter: claude-code, endpoint: "${url}", model: claude-sonnet-4-5, passEnv: [CLAUDE_CODE_OAUTH_TOKEN] }`,
  subscriptionEnv: { CLAUDE_CODE_OAUTH_TOKEN: 'made-up' },
};

const codexConfig = (url: string) => `{ adapter: codex, endpoint: "${url}/v1", model: gpt-5.1-codex }`;
const codexShell = (cmd: string): ModelReply => ({ call: 'exec_command', input: { cmd } });

const codex: Dialect = {
  name: 'codex',
  config: codexConfig,
  shell: codexShell,
  answer: (value) => ({ say: JSON.stringify({ answer: value }) }),
  contextOverflow: { fail: 400, type: 'invalid_request_error', message: 'too long', code: 'context_length_exceeded' },
  sneak: codexShell('echo sneaked > sneaked.txt'),
  tellsCost: false,
  statesReset: false,
  subscription: codexConfig,
  subscriptionEnv: {},
};

export const dialects: readonly Dialect[] = [claudeCode, codex];
