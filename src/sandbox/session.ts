/**
 * One durable process: it lives in its own process group, outlives the worker that started it, and leaves a receipt.
 * The wrapper, not the worker, takes the claim and writes the receipt, so that a killed worker never pays twice.
 */
import { constants, linkSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Enclosed } from './sandbox.ts';
import { ancestorCommands } from './session/process-table.ts';
import { readWrapperCommand, startWrapper } from './session/start.ts';
import { endProcesses } from './session/stop.ts';
import { isAlive, readClaim, readReceipt, writeStopped, type Receipt } from './session/trace.ts';
import { pause, watchLimits, type Stop } from './session/watch.ts';

export { findProcess, isRunning } from './session/process-table.ts';

export interface SessionSpec {
  /** Private to this session. Holds stdin, stdout, stderr, claim, receipt; made by the caller's first use. */
  readonly directory: string;
  readonly enclosed: Enclosed;
  readonly stdin: string;
  /** host:port that may be reached; served by a proxy of this session's own on `egressSocket`. `null`: none. */
  readonly egress: { readonly socket: string; readonly allow: readonly string[] } | null;
  readonly wallMs: number;
  /** `null`: silence is fine. */
  readonly idleMs: number | null;
  /** Folders that together must not grow past a size. */
  readonly watch: { readonly folders: readonly string[]; readonly maxBytes: number } | null;
  /** What stdout and stderr may hold together; 256 MiB unless given. */
  readonly maxOutputBytes?: number;
  /** An abort ends the session, unless its reason is one of `handedOn`: then only this caller's waiting ends. */
  readonly signal: AbortSignal;
}

/** Reasons of an abort after which somebody else goes on with the session, or ends it. */
const handedOn: ReadonlySet<unknown> = new Set(['effect-moved', 'worker-lost']);

/** How it ended. Exactly one; an abort by the caller is `aborted`. */
export type SessionEnd =
  /** By itself. 127: there is no such program, 126: it cannot be run, 128 + n: by signal n. */
  | { readonly type: 'exited'; readonly exitCode: number | null; readonly durationMs: number }
  | { readonly type: 'stalled'; readonly silentMs: number }
  | { readonly type: 'timed-out'; readonly afterMs: number }
  | { readonly type: 'too-large'; readonly sizeBytes: number }
  | { readonly type: 'aborted' }
  /** The program never ran, because its walls or its egress proxy did not come up; stderr or egress.err says why. */
  | { readonly type: 'walls-failed'; readonly exitCode: number }
  /** Claimed once, dead now, and nothing says how it ended. Nothing of it runs; run again in a fresh directory. */
  | { readonly type: 'vanished' };

/** absent: never claimed · alive: its wrapper runs · finished: there is a receipt · vanished: claimed, dead, no receipt. */
export type SessionTrace = 'absent' | 'alive' | 'finished' | 'vanished';

/** Between SIGTERM and SIGKILL when a session is ended from outside. */
const graceMs = 1_000;
const pollMs = 50;
/** Clock steps and process starts; an exit code of `timeout` this close to the limit is taken for the limit. */
const wallSlackMs = 50;

/** What is known of a session by its directory alone. */
export function inspectSession(directory: string): SessionTrace {
  if (readReceipt(directory) !== null) return 'finished';
  const claim = readClaim(directory);
  if (claim === 'none') return 'absent';
  if (claim === 'taking' || (claim !== 'torn' && isAlive(claim))) return 'alive';
  // It may have finished between the two looks.
  return readReceipt(directory) === null ? 'vanished' : 'finished';
}

/**
 * Runs a session, or joins the one that already runs in this directory, or adopts the receipt of the one that ran.
 * Returns when it has ended and no process of it is left. Throws a UserError when this machine lacks a tool, an Error
 * when the directory cannot be written or a process cannot be ended.
 */
export async function runSession(spec: SessionSpec): Promise<SessionEnd> {
  const { directory } = spec;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (;;) {
    switch (inspectSession(directory)) {
      case 'finished':
        return settleSession(spec);
      case 'vanished':
        await endProcesses(directory, graceMs);
        return { type: 'vanished' };
      case 'alive': {
        const stop = await watchLimits(spec, (done) => waitForEnd(directory, done));
        if (stop !== null) return stopSession(spec, stop);
        break;
      }
      case 'absent': {
        if (spec.signal.aborted) return { type: 'aborted' };
        const stop = await watchLimits(spec, () => startWrapper(spec));
        if (stop !== null) return stopSession(spec, stop);
        if (inspectSession(directory) === 'absent') throw new Error(`no claim could be written to ${directory}`);
        break;
      }
    }
  }
}

/**
 * Ends a session whose worker may be dead, and returns when no process of it is left. It leaves no receipt behind, so
 * that the session counts as vanished, unless it had finished by itself before.
 */
export async function killSession(directory: string): Promise<void> {
  await endProcesses(directory, graceMs);
}

/** What a session wrote to both streams as text, whatever the bytes were; of a long stream its end. */
export interface SessionOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Whether there was more before. */
  readonly cut: boolean;
}

/** Results come last: this much of the end is looked at. The whole lies in the files `stdout` and `stderr`. */
const readBytes = 16 * 1024 * 1024;

export async function readSessionOutput(directory: string, maxBytes: number = readBytes): Promise<SessionOutput> {
  const [stdout, stderr] = await Promise.all([
    readTail(join(directory, 'stdout'), maxBytes),
    readTail(join(directory, 'stderr'), maxBytes),
  ]);
  return {
    stdout: stdout.end.toString('utf8'),
    stderr: stderr.end.toString('utf8'),
    cut: stdout.missing + stderr.missing > 0,
  };
}

interface Tail {
  readonly end: Buffer;
  /** Bytes before it. */
  readonly missing: number;
}

async function readTail(path: string, maxBytes: number): Promise<Tail> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    // A session that never started its program has no streams.
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return { end: Buffer.alloc(0), missing: 0 };
  try {
    const { size } = await file.stat();
    const length = Math.min(size, maxBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return { end: buffer.subarray(0, bytesRead), missing: size - length };
  } finally {
    await file.close();
  }
}

/**
 * Whether this process came from a session whose directory is below `folder`, by the command line of the session's
 * wrapper. One that was handed to init has no such ancestor any more, and one behind walls cannot see it.
 */
export function isBelowSession(folder: string): boolean {
  const top = realPath(folder);
  return ancestorCommands()
    .map(readWrapperCommand)
    .some((directory) => directory !== null && `${realPath(directory)}/`.startsWith(`${top}/`));
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Gone, or never made: its own name is all there is to compare.
    return resolve(path);
  }
}

/** Waits for a session that somebody else started. */
async function waitForEnd(directory: string, done: AbortSignal): Promise<void> {
  while (!done.aborted && inspectSession(directory) === 'alive') await pause(pollMs, done);
}

async function stopSession(spec: SessionSpec, stop: Stop): Promise<SessionEnd> {
  const { directory } = spec;
  if (stop.type === 'aborted' && handedOn.has(spec.signal.reason)) return { type: 'aborted' };
  await endProcesses(directory, graceMs);
  if (stop.type === 'aborted') return { type: 'aborted' };
  const written = join(directory, 'receipt.stopped');
  writeFileSync(written, writeStopped(receiptOf(stop)), { flush: true, mode: 0o600 });
  try {
    linkSync(written, join(directory, 'receipt'));
  } catch (error) {
    // It finished by itself just before; that receipt stands.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  rmSync(written);
  return settleSession(spec);
}

function receiptOf(stop: Exclude<Stop, { type: 'aborted' }>): Extract<Receipt, { type: 'stopped' }> {
  switch (stop.type) {
    case 'stalled':
      return { type: 'stopped', why: 'stalled', amount: stop.silentMs };
    case 'timed-out':
      return { type: 'stopped', why: 'timed-out', amount: stop.afterMs };
    case 'too-large':
      return { type: 'stopped', why: 'too-large', amount: stop.sizeBytes };
  }
}

/** Makes sure that a finished session has left nothing running, and says how it ended. */
async function settleSession(spec: SessionSpec): Promise<SessionEnd> {
  const { directory } = spec;
  await endProcesses(directory, 0);
  await syncReceipt(directory);
  const receipt = readReceipt(directory);
  if (receipt === null) throw new Error(`the receipt of ${directory} has gone`);
  return endOf(receipt, spec.wallMs);
}

/** Whoever reads it relies on it: what it stands for has been paid, and a power cut must not make it undone. */
async function syncReceipt(directory: string): Promise<void> {
  const file = await open(join(directory, 'receipt'), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

function endOf(receipt: Receipt, wallMs: number): SessionEnd {
  if (receipt.type === 'ended') {
    const { exitCode, durationMs, started } = receipt;
    const limited = exitCode === 124 || exitCode === 137;
    if (limited && durationMs >= wallMs - wallSlackMs) return { type: 'timed-out', afterMs: durationMs };
    return started ? { type: 'exited', exitCode, durationMs } : { type: 'walls-failed', exitCode };
  }
  switch (receipt.why) {
    case 'stalled':
      return { type: 'stalled', silentMs: receipt.amount };
    case 'timed-out':
      return { type: 'timed-out', afterMs: receipt.amount };
    case 'too-large':
      return { type: 'too-large', sizeBytes: receipt.amount };
  }
}
