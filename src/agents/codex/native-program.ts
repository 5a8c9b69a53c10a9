import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AgentConfig } from '../../model/config.ts';
import type { AgentHost } from '../agent-host.ts';
import { commandOf, findExecutable, isExecutableFile, resolveCommand, type Program } from '../program.ts';

/** The platform package of the npm distribution and the target folder in it, by `process.platform-process.arch`. */
export const distributions: Readonly<Record<string, readonly [name: string, target: string]>> = {
  'linux-x64': ['@openai/codex-linux-x64', 'x86_64-unknown-linux-musl'],
  'linux-arm64': ['@openai/codex-linux-arm64', 'aarch64-unknown-linux-musl'],
  'darwin-x64': ['@openai/codex-darwin-x64', 'x86_64-apple-darwin'],
  'darwin-arm64': ['@openai/codex-darwin-arm64', 'aarch64-apple-darwin'],
};

/**
 * How to start Codex: the native program behind the npm launcher where that is what is installed, because the launcher
 * is one more process between a kill and the session; else whatever the command names.
 */
export async function resolveCodex(config: AgentConfig, host: AgentHost): Promise<Program> {
  const command = commandOf(config, 'codex');
  const found = await findExecutable(command[0], host.searchPath);
  const target = found === null ? null : nativeFolder(await realpath(found));
  if (target === null) return resolveCommand(command, host);
  const program = join(target, 'bin', 'codex');
  if (!(await isExecutableFile(program))) return resolveCommand(command, host);
  return { argv: [program, ...command.slice(1)], readOnly: [target] };
}

/** The folder of the native distribution that a launcher script belongs to, `null` when it is no such launcher. */
function nativeFolder(launcher: string): string | null {
  const distribution = distributions[`${process.platform}-${process.arch}`];
  if (distribution === undefined || !launcher.endsWith('/@openai/codex/bin/codex.js')) return null;
  const [name, target] = distribution;
  try {
    return join(dirname(createRequire(launcher).resolve(`${name}/package.json`)), 'vendor', target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}
