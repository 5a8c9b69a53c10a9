/**
 * git as a process of its own, in a group of its own; for output that is streamed and for processes that start few.
 *
 * `node:child_process` is used directly: with a dozen short git processes an item, the 0.9 ms that a wrapper library
 * adds to each 1.9 ms start would be a third of the cost.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { UserError } from '../model/user-error.ts';
import {
  defaultMaxBytes,
  defaultTimeoutMs,
  GitFailed,
  maxComplaint,
  tooMuch,
  type GitOptions,
  type GitOutput,
} from './git-call.ts';
import { buildEnvironment, hardening } from './surroundings.ts';

/** A started git process, for callers that stream its output. `done` settles when it has ended. */
export interface RunningGit {
  readonly stdout: Readable;
  readonly done: Promise<{ readonly exitCode: number; readonly stderr: string }>;
  /** Ends it and everything it started; `done` then rejects, with `output-too-long` unless told otherwise. */
  stop(reason: Exclude<GitFailed['reason'], 'exit'>): void;
}

/** Starts git in a process group of its own. `done` rejects with `GitFailed`, or with the signal's reason. */
export function startGit(args: readonly string[], options: GitOptions = {}): RunningGit {
  options.signal?.throwIfAborted();
  const child = spawn('git', [...hardening, ...args], {
    cwd: '/',
    env: buildEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let stopped: Exclude<GitFailed['reason'], 'exit'> | null = null;
  const stop = (reason: Exclude<GitFailed['reason'], 'exit'>): void => {
    stopped ??= reason;
    killGroup(child);
  };
  const done = new Promise<{ exitCode: number; stderr: string }>((resolve, reject) => {
    const complaints: Buffer[] = [];
    let complained = 0;
    child.stderr.on('data', (chunk: Buffer) => {
      if (complained < maxComplaint) complaints.push(chunk);
      complained += chunk.length;
    });
    const timer = setTimeout(() => stop('timeout'), options.timeoutMs ?? defaultTimeoutMs);
    const abort = (): void => stop('signal');
    options.signal?.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === 'ENOENT' ? gitMissing(error) : error);
    });
    child.on('close', (code) => {
      settle();
      const stderr = Buffer.concat(complaints).toString('utf8');
      if (options.signal?.aborted === true) return reject(options.signal.reason as Error);
      if (stopped !== null) return reject(new GitFailed(args, code, stderr, stopped));
      if (code === null) return reject(new GitFailed(args, code, stderr, 'signal'));
      if (!(options.accept ?? [0]).includes(code)) return reject(new GitFailed(args, code, stderr, 'exit'));
      return resolve({ exitCode: code, stderr });
    });
  });
  feed(child, options.input, stop);
  return { stdout: child.stdout, done, stop };
}

/** Runs it to its end. */
export async function runOwnGit(args: readonly string[], options: GitOptions): Promise<GitOutput> {
  const git = startGit(args, options);
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const chunks: Buffer[] = [];
  let size = 0;
  git.stdout.on('data', (chunk: Buffer) => {
    if (size <= maxBytes) chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) git.stop('output-too-long');
  });
  try {
    const { exitCode, stderr } = await git.done;
    if (size <= maxBytes) return { stdout: Buffer.concat(chunks), stderr, exitCode, cut: false };
    // It ended by itself before the kill reached it.
    return cutOutput(args, options, chunks, maxBytes, stderr);
  } catch (error) {
    if (error instanceof GitFailed && error.reason === 'output-too-long') {
      return cutOutput(args, options, chunks, maxBytes, error.stderr);
    }
    throw error;
  }
}

function feed(child: ChildProcess, input: GitOptions['input'], stop: RunningGit['stop']): void {
  const { stdin } = child;
  if (stdin === null) return;
  // A program that ends early closes its input; its exit code says why, so the broken pipe itself is no news.
  stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') stop('signal');
  });
  if (input === undefined) stdin.end();
  else if (typeof input === 'string' || input instanceof Uint8Array) stdin.end(input);
  else {
    input.on('error', () => stop('signal'));
    input.pipe(stdin);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function cutOutput(
  args: readonly string[],
  options: GitOptions,
  chunks: readonly Buffer[],
  maxBytes: number,
  stderr: string,
): GitOutput {
  if (options.whenTooLong !== 'cut')
    throw new GitFailed(args, null, `${tooMuch(maxBytes)} ${stderr}`, 'output-too-long');
  return { stdout: Buffer.concat(chunks).subarray(0, maxBytes), stderr, exitCode: 0, cut: true };
}

function gitMissing(cause: unknown): UserError {
  return new UserError('git-missing', 'git is not installed', 'sudo apt-get install git, or your system’s equivalent', {
    cause,
  });
}
