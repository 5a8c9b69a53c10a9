/** git through a small shell: a third of the cost of a process that the worker forks itself. */
import { existsSync } from 'node:fs';
import {
  defaultMaxBytes,
  defaultTimeoutMs,
  GitFailed,
  maxComplaint,
  tooMuch,
  type GitOptions,
  type GitOutput,
} from './git-call.ts';
import { openStarter, type Starter } from './starter.ts';
import { buildEnvironment, hardening, programPath } from './surroundings.ts';

export interface GitStarter {
  /** Absolute path of the program. */
  readonly git: string;
  readonly shell: Starter;
}

let starter: GitStarter | null = null;

/**
 * From here on git is started through a small shell, where that can be done: for a process that starts thousands.
 * Answers what ends it; nothing of ours may be running git then.
 */
export function startThroughShell(): () => Promise<void> {
  const git = programPath
    .split(':')
    .map((folder) => `${folder}/git`)
    .find((path) => existsSync(path));
  const opened = git === undefined ? null : openStarter();
  if (git === undefined || opened === null) return () => Promise.resolve();
  starter = { git, shell: opened };
  return () => {
    starter = null;
    return opened.close();
  };
}

/** The shell that starts short programs, while there is one. */
export function currentStarter(): GitStarter | null {
  return starter?.shell.alive() === true ? starter : null;
}

/** Runs git through the shell to its end. */
export async function runShortGit(
  { git, shell }: GitStarter,
  args: readonly string[],
  input: string | Uint8Array | undefined,
  options: GitOptions,
): Promise<GitOutput> {
  const { signal } = options;
  signal?.throwIfAborted();
  let stopped: 'timeout' | 'signal' | null = null;
  let kill: (() => void) | null = null;
  const stop = (why: 'timeout' | 'signal'): void => {
    stopped ??= why;
    kill?.();
  };
  const timer = setTimeout(() => stop('timeout'), options.timeoutMs ?? defaultTimeoutMs);
  const abort = (): void => stop('signal');
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const onStart = (end: () => void): void => {
      kill = end;
      if (stopped !== null) end();
    };
    const argv = [git, ...hardening, ...args];
    const run = { argv, env: buildEnvironment(options), input, maxBytes: defaultMaxBytes, onStart };
    const { status, stdout, tooLong, ...rest } = await shell.run(run);
    const stderr = rest.stderr.toString('utf8', 0, maxComplaint);
    signal?.throwIfAborted();
    if (stopped !== null) throw new GitFailed(args, null, stderr, stopped);
    if (tooLong) throw new GitFailed(args, null, tooMuch(defaultMaxBytes), 'output-too-long');
    // git itself never ends with such a number; a shell says so of a signal.
    if (status === null || status >= 130) throw new GitFailed(args, null, stderr, 'signal');
    if (!(options.accept ?? [0]).includes(status)) throw new GitFailed(args, status, stderr, 'exit');
    return { stdout, stderr, exitCode: status, cut: false };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
