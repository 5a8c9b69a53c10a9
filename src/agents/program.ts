import { constants } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { AgentConfig } from '../model/config.ts';
import type { AgentHost } from './agent-host.ts';

/** A program of this machine, ready to be started inside walls that show nothing else. */
export interface Program {
  readonly argv: readonly string[];
  /** What must be readable for it to start; system libraries are the sandbox's matter. */
  readonly readOnly: readonly string[];
}

/** The words that start the agent: the configured command, else the adapter's usual program. */
export function commandOf(config: AgentConfig, usual: string): readonly [string, ...string[]] {
  const [name = usual, ...rest] = typeof config.command === 'string' ? [config.command] : (config.command ?? []);
  return [name, ...rest];
}

/** How to start the configured program; where there is none (`missing` has said so) the name is left for the walls to refuse. */
export async function resolveCommand(command: readonly [string, ...string[]], host: AgentHost): Promise<Program> {
  const [name, ...rest] = command;
  const path = await findExecutable(name, host.searchPath);
  if (path === null) return { argv: command, readOnly: [] };
  const program = await resolveProgram(path, host);
  return { argv: [...program.argv, ...rest], readOnly: program.readOnly };
}

/** The absolute path of an executable file: the name itself when absolute, else the first on the search path; or `null`. */
export async function findExecutable(name: string, searchPath: string): Promise<string | null> {
  if (isAbsolute(name)) return (await isExecutableFile(name)) ? name : null;
  if (name.includes('/')) return null;
  for (const folder of searchPath.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if (await isExecutableFile(path)) return path;
  }
  return null;
}

/**
 * How to start an executable without the link or launcher that found it: a Node script is run by the host's node, and
 * its whole installation is shown; anything else is one file.
 */
export async function resolveProgram(path: string, host: AgentHost): Promise<Program> {
  const real = await realpath(path);
  const interpreter = await readInterpreter(real);
  if (interpreter === null) return { argv: [real], readOnly: [real] };
  if (!/\bnode$/.test(interpreter)) return { argv: [real], readOnly: [real] };
  return { argv: [host.node, real], readOnly: [host.node, installationOf(real)] };
}

/** The outermost `node_modules` that a script is installed in, since it loads its siblings; else the script alone. */
function installationOf(script: string): string {
  const mark = '/node_modules/';
  const index = script.indexOf(mark);
  return index === -1 ? script : script.slice(0, index + mark.length - 1);
}

/** The rest of a `#!` line, `null` for a binary. */
async function readInterpreter(path: string): Promise<string | null> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
  const [line = ''] = buffer.subarray(0, bytesRead).toString('latin1').split('\n');
  return line.startsWith('#!') ? line.slice(2).trim() : null;
}

/** Whether a file can be read by this process. */
export function isReadableFile(path: string): Promise<boolean> {
  return isFileWith(path, constants.R_OK);
}

/** Whether a file can be run by this process. */
export function isExecutableFile(path: string): Promise<boolean> {
  return isFileWith(path, constants.X_OK);
}

async function isFileWith(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return (await stat(path)).isFile();
  } catch (error) {
    if (isFileError(error)) return false;
    throw error;
  }
}

/** Whether an error came from the file system, which makes it an answer and not a bug. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'syscall' in error;
}
