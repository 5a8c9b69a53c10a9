/** What a session's directory says: the claim of its wrapper, and the receipt. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isRunning, readBootId, type ProcessId } from './process-table.ts';

export interface Claim extends ProcessId {
  readonly boot: string;
}

/** How the program ended, as its wrapper, or the worker that ended it, wrote it down. */
export type Receipt =
  | { readonly type: 'ended'; readonly exitCode: number; readonly started: boolean; readonly durationMs: number }
  | { readonly type: 'stopped'; readonly why: 'stalled' | 'timed-out' | 'too-large'; readonly amount: number };

/** The variable that every process of a session carries in its environment. */
export const sessionVariable = 'MW_SESSION';

/** `NAME=value` that every process of the session carries in its environment. It does not tell the path. */
export function sessionMarker(directory: string): { readonly name: string; readonly value: string } {
  return { name: sessionVariable, value: createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 24) };
}

export function markerEntry(directory: string): string {
  const { name, value } = sessionMarker(directory);
  return `${name}=${value}`;
}

/** A line that was written to its end; `undefined` for a file that is not there, `null` for one without its line end. */
function readLine(path: string): string | null | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.endsWith('\n') ? text.slice(0, -1) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A wrapper writes its claim microseconds after it has created it, or was killed in between. */
const claimingMs = 5_000;

/**
 * The wrapper that took the session; `none` when none did; `taking` for one that is just doing it; `torn` for one that
 * died while it did.
 */
export function readClaim(directory: string): Claim | 'none' | 'taking' | 'torn' {
  const path = join(directory, 'claim');
  const line = readLine(path);
  if (line === undefined) return 'none';
  if (line === null) return Date.now() - statSync(path).mtimeMs < claimingMs ? 'taking' : 'torn';
  const match = /^([0-9]+) ([0-9]+) ([0-9a-f-]+) [0-9.]+$/.exec(line);
  if (match === null) throw new Error(`not a claim: ${path}`);
  const [, pid = '', start = '', boot = ''] = match;
  return { pid: Number(pid), start, boot };
}

/** The receipt; `null` when there is none yet. */
export function readReceipt(directory: string): Receipt | null {
  const line = readLine(join(directory, 'receipt'));
  if (line === undefined || line === null) return null;
  const ended = /^([0-9]+) (yes|no) ([0-9.]+) ([0-9.]+)$/.exec(line);
  if (ended !== null) {
    const [, exitCode, started, begun, end] = ended;
    const durationMs = Math.max(0, Math.round((Number(end) - Number(begun)) * 1000));
    return { type: 'ended', exitCode: Number(exitCode), started: started === 'yes', durationMs };
  }
  const stopped = /^(stalled|timed-out|too-large) ([0-9]+)$/.exec(line);
  if (stopped === null) throw new Error(`not a receipt: ${join(directory, 'receipt')}`);
  return { type: 'stopped', why: stopped[1] as 'stalled' | 'timed-out' | 'too-large', amount: Number(stopped[2]) };
}

/** The line that `readReceipt` reads back as a stopped session. */
export function writeStopped(receipt: Extract<Receipt, { type: 'stopped' }>): string {
  return `${receipt.why} ${receipt.amount}\n`;
}

/** Whether the wrapper of this claim runs, in this boot. */
export function isAlive(claim: Claim): boolean {
  return claim.boot === readBootId() && isRunning(claim);
}
