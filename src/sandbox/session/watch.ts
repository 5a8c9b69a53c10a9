/** The limits that a living worker holds on a session. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { findSystemTool, systemPath } from '../system-tool.ts';

/** What a living worker ends a session for; the units and defaults are those of `SessionSpec`. */
export interface Limits {
  readonly directory: string;
  readonly wallMs: number;
  readonly idleMs: number | null;
  readonly watch: { readonly folders: readonly string[]; readonly maxBytes: number } | null;
  readonly maxOutputBytes?: number;
  readonly signal: AbortSignal;
}

/** Why the worker ends a session. */
export type Stop =
  | { readonly type: 'stalled'; readonly silentMs: number }
  | { readonly type: 'timed-out'; readonly afterMs: number }
  | { readonly type: 'too-large'; readonly sizeBytes: number }
  | { readonly type: 'aborted' };

/** The wrapper's own `timeout -k 2` comes first; the worker only steps in when that did not help. */
const wallMarginMs = 3_000;
const defaultMaxOutputBytes = 256 * 1024 * 1024;

/** A pause that an abort cuts short. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/**
 * Settles with `null` as soon as `over` does, or with the first limit that is passed. `over` is told by its signal
 * when nobody waits any more.
 */
export async function watchLimits(limits: Limits, over: (done: AbortSignal) => Promise<void>): Promise<Stop | null> {
  const finished = new AbortController();
  const done = finished.signal;
  try {
    return await Promise.race([
      over(done).then(() => null),
      waitForAbort(limits.signal, done),
      waitForWall(limits.wallMs, done),
      watchOutput(limits, done),
      ...(limits.watch === null ? [] : [watchSize(limits.watch.folders, limits.watch.maxBytes, done)]),
    ]);
  } finally {
    finished.abort();
  }
}

/** What a watcher answers that was told to stop: nobody reads it any more. */
const unread = null;

async function waitForAbort(signal: AbortSignal, done: AbortSignal): Promise<Stop | null> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { signal: done, once: true });
    done.addEventListener('abort', () => resolve(), { once: true });
  });
  return signal.aborted ? { type: 'aborted' } : unread;
}

async function waitForWall(wallMs: number, done: AbortSignal): Promise<Stop | null> {
  const begun = performance.now();
  // A timer of Node holds at most 2^31 ms; a longer limit is the wrapper's alone.
  await pause(Math.min(wallMs + wallMarginMs, 2_147_483_647), done);
  return done.aborted ? unread : { type: 'timed-out', afterMs: Math.round(performance.now() - begun) };
}

function outputState(directory: string): { readonly bytes: number; readonly changedAt: number } {
  const files = ['stdout', 'stderr'].map((name) => statSync(join(directory, name), { throwIfNoEntry: false }));
  return {
    bytes: files.reduce((sum, file) => sum + (file?.size ?? 0), 0),
    changedAt: Math.max(0, ...files.map((file) => file?.mtimeMs ?? 0)),
  };
}

/** Silence is counted from the last change that was seen; an adopted session starts with the age of its files. */
async function watchOutput(limits: Limits, done: AbortSignal): Promise<Stop | null> {
  const { idleMs, directory } = limits;
  const maxBytes = limits.maxOutputBytes ?? defaultMaxOutputBytes;
  const everyMs = Math.min(1_000, Math.max(20, (idleMs ?? 4_000) / 4));
  let last = outputState(directory);
  const age = last.changedAt === 0 ? 0 : Math.max(0, Date.now() - last.changedAt);
  let changed = performance.now() - age;
  while (!done.aborted) {
    await pause(everyMs, done);
    const state = outputState(directory);
    if (state.bytes !== last.bytes || state.changedAt !== last.changedAt) changed = performance.now();
    last = state;
    if (state.bytes > maxBytes) return { type: 'too-large', sizeBytes: state.bytes };
    const silentMs = Math.round(performance.now() - changed);
    if (idleMs !== null && silentMs >= idleMs && !done.aborted) return { type: 'stalled', silentMs };
  }
  return unread;
}

/** Looks soon, then ever more seldom, and never for more than a tenth of the time. */
async function watchSize(folders: readonly string[], maxBytes: number, done: AbortSignal): Promise<Stop | null> {
  let everyMs = 250;
  while (!done.aborted) {
    await pause(everyMs, done);
    if (done.aborted) break;
    const begun = performance.now();
    const sizeBytes = await measureFolders(folders, done);
    if (sizeBytes > maxBytes) return { type: 'too-large', sizeBytes };
    everyMs = Math.min(30_000, Math.max(Math.min(everyMs * 2, 4_000), (performance.now() - begun) * 10));
  }
  return unread;
}

/** Bytes on disk below folders, 0 for one that is not there. `du` complains about files that vanish meanwhile; it counts the rest. */
function measureFolders(folders: readonly string[], signal: AbortSignal): Promise<number> {
  const du = findSystemTool('du');
  if (du === null) throw new Error('du is not installed, though it comes with coreutils');
  return new Promise((resolve) => {
    execFile(du, ['-skxc', '--', ...folders], { env: { PATH: systemPath, LC_ALL: 'C' }, signal }, (_error, stdout) => {
      const kilobytes = /^([0-9]+)\ttotal$/m.exec(stdout);
      resolve(kilobytes === null ? 0 : Number(kilobytes[1]) * 1024);
    });
  });
}
