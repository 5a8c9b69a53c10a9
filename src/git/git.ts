/**
 * The only place that spawns git. Everything git may learn from its surroundings is taken away: the environment is
 * built from nothing, no repository is ever discovered, no configuration of the user or the machine is read, and
 * whatever could start another program is switched off.
 *
 * `node:child_process` is used directly: with a dozen short git processes an item, the 0.9 ms that a wrapper library
 * adds to each 1.9 ms start would be a third of the cost.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { UserError } from '../model/user-error.ts';
import { openStarter, type Starter } from './starter.ts';

/** Where programs are looked up; never the caller's own PATH, which an item's environment may have shaped. */
const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

const environment: Readonly<Record<string, string>> = {
  PATH: programPath,
  HOME: '/nonexistent',
  XDG_CONFIG_HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  GIT_PAGER: 'cat',
};

/** Overrides whatever a repository's own configuration says. A second wall: the first is whose repository it is. */
const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'core.editor=true',
  'core.pager=cat',
  'core.sshCommand=false',
  'core.quotePath=true',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'credential.helper=',
  'protocol.allow=never',
  'gpg.program=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'submodule.recurse=false',
  'diff.ignoreSubmodules=all',
  'safe.bareRepository=explicit',
  'merge.conflictStyle=zdiff3',
  // Objects first, refs last, and both flushed: no branch names what a power cut has taken. A `-loose-object` here would
  // change nothing: git takes it from its defaults, not from what the list adds.
  'core.fsync=committed,reference',
].flatMap((setting) => ['-c', setting]);

const defaultTimeoutMs = 10 * 60_000;
const defaultMaxBytes = 256 * 1024 * 1024;
/** Bytes that are kept of what git complains of. */
const maxComplaint = 64 * 1024;

export interface GitOptions {
  /** Absolute path of the repository. Without it git works on nothing: it never searches. */
  readonly gitDir?: string;
  /** Absolute path of the files. */
  readonly workTree?: string;
  readonly indexFile?: string;
  readonly input?: string | Uint8Array | Readable;
  /** Added to the environment: dates, names, messages. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Most bytes of standard output; more is an error, or with `cut` the end of the process. */
  readonly maxBytes?: number;
  readonly whenTooLong?: 'fail' | 'cut';
  /** Exit codes that are an answer; others throw `GitFailed`. Default: 0 only. */
  readonly accept?: readonly number[];
}

export interface GitOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
  /** Whether standard output went on after `maxBytes`. */
  readonly cut: boolean;
}

/** A git process that ended otherwise than its caller can use. */
export class GitFailed extends Error {
  readonly args: readonly string[];
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly reason: 'exit' | 'signal' | 'timeout' | 'output-too-long';

  constructor(args: readonly string[], exitCode: number | null, stderr: string, reason: GitFailed['reason']) {
    super(
      `git ${args.join(' ')}: ${reason === 'exit' ? `exit code ${exitCode}` : reason}: ${stderr.trim().slice(0, 2_000)}`,
    );
    this.name = 'GitFailed';
    this.args = args;
    this.exitCode = exitCode;
    this.stderr = stderr;
    this.reason = reason;
  }
}

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

let starter: { readonly git: string; readonly shell: Starter } | null = null;

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
export function currentStarter(): Starter | null {
  return starter?.shell.alive() === true ? starter.shell : null;
}

/** Runs git to its end and collects what it printed. */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  const { input, maxBytes } = options;
  const isShort = maxBytes === undefined && (typeof input !== 'object' || input instanceof Uint8Array);
  return starter?.shell.alive() === true && isShort
    ? runShortGit(starter, args, input, options)
    : runOwnGit(args, options);
}

async function runShortGit(
  { git, shell }: NonNullable<typeof starter>,
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

async function runOwnGit(args: readonly string[], options: GitOptions): Promise<GitOutput> {
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

/** The first line that git printed, without its end; for commands that answer with one id or name. */
export async function askGit(args: readonly string[], options: GitOptions = {}): Promise<string> {
  const { stdout } = await runGit(args, options);
  return stdout.toString('utf8').split('\n', 1)[0] ?? '';
}

/** Splits `-z` output. Bytes are kept one to one in the string (latin1): names need not be UTF-8. */
export function splitNul(output: Buffer): string[] {
  const parts = output.toString('latin1').split('\0');
  parts.pop();
  return parts;
}

/** The version of git, or what to install. 2.38 brought the merge without a checkout that landing is built on. */
export async function checkGit(): Promise<
  | { readonly type: 'usable'; readonly version: string }
  | { readonly type: 'missing'; readonly what: string; readonly next: string }
> {
  let version: string;
  try {
    version = await askGit(['version']);
  } catch (error) {
    if (error instanceof UserError) return { type: 'missing', what: error.message, next: error.next };
    throw error;
  }
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const enough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38);
  if (enough) return { type: 'usable', version };
  return {
    type: 'missing',
    what: `${version} is too old: 2.38 or newer is needed`,
    next: 'upgrade git, for example: sudo apt-get install git',
  };
}

function buildEnvironment(options: GitOptions): Record<string, string> {
  const env: Record<string, string> = { ...environment, ...options.env, GIT_DIR: options.gitDir ?? '/nonexistent' };
  if (options.workTree !== undefined) env['GIT_WORK_TREE'] = options.workTree;
  if (options.indexFile !== undefined) env['GIT_INDEX_FILE'] = options.indexFile;
  return env;
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

function tooMuch(maxBytes: number): string {
  return `it printed more than its output may be: ${maxBytes < 1024 ** 2 ? `${maxBytes} bytes` : `${maxBytes / 1024 ** 2} MiB`}`;
}

function gitMissing(cause: unknown): UserError {
  return new UserError('git-missing', 'git is not installed', 'sudo apt-get install git, or your system’s equivalent', {
    cause,
  });
}
