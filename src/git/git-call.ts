/** What a run of git is told, and what comes of it. */
import type { Readable } from 'node:stream';

export const defaultTimeoutMs = 10 * 60_000;
export const defaultMaxBytes = 256 * 1024 * 1024;
/** Bytes that are kept of what git complains of. */
export const maxComplaint = 64 * 1024;

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

/** What is said of an output that went on after its limit. */
export function tooMuch(maxBytes: number): string {
  return `it printed more than its output may be: ${maxBytes < 1024 ** 2 ? `${maxBytes} bytes` : `${maxBytes / 1024 ** 2} MiB`}`;
}
