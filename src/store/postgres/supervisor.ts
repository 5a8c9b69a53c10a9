import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../model/user-error.ts';
import {
  databaseFolder,
  giveTo,
  type Layout,
  planLayout,
  prepareLayout,
  removeSocketFolder,
  requireSpace,
  writePrivate,
  writingHome,
} from './layout.ts';
import { type Binaries, type BinarySources, findBinaries } from './binaries.ts';
import { databaseName, makeCluster, readDataMajor, resetPassword, withDataFolder } from './cluster.ts';
import { endIdleStopper, serverCommand } from './idle-stop.ts';
import { clearStaleFiles, findPostmaster, type Postmaster, waitUntilGone, waitUntilReady } from './postmaster.ts';
import { identifyProcess, isSameProcess, type ProcessIdentity, seemsRunning, serverEnvironment } from './process.ts';
import { serverSettings } from './settings.ts';
import { withStartLock } from './start-lock.ts';

/** How to reach the private server, as `connection.json` (0600) in the home keeps it. */
export interface ServerRecord {
  /** The home that this was written for; a copy of the folder must not lead to the original's server. */
  readonly home: string;
  readonly socketFolder: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly version: string;
  readonly postmaster: ProcessIdentity;
}

export interface ServerOptions extends BinarySources {
  readonly home: string;
  /** The server stops by itself after this long without a client. Default 5 minutes. */
  readonly idleStopMs?: number;
  /** One line for a person, when something takes a while. */
  readonly onNotice?: (text: string) => void;
}

export type ServerStatus =
  | { readonly type: 'absent' }
  | { readonly type: 'stopped'; readonly major: number }
  | {
      readonly type: 'running';
      readonly pid: number;
      readonly phase: Postmaster['phase'];
      readonly version: string;
      readonly socketFolder: string;
    };

const usualIdleStopMs = 5 * 60_000;
/** Long enough for a recovery by the process that holds the lock. */
const lockWaitMs = 120_000;
/** How long children of a killed server may hold on to its shared memory. */
const startRetryMs = 3_000;
const stopWaitMs = 60_000;

/** The record of a server that is very likely running; `null` means: ask `ensureServer`. A few file reads, no process. */
export async function readRunningServer(home: string): Promise<ServerRecord | null> {
  const record = await readRecord(home);
  return record !== null && seemsRunning(record.postmaster) ? record : null;
}

/**
 * Sees to it that the home's server runs and accepts connections: makes its data on first use, starts it, waits for a
 * recovery or for another process that is starting it. Fails with a UserError: E_NO_POSTGRES, E_HOME_READ_ONLY,
 * E_DISK_FULL, E_DATABASE_START, E_DATABASE_BUSY, E_DATABASE_DAMAGED.
 */
export async function ensureServer(options: ServerOptions): Promise<ServerRecord> {
  const layout = await prepareLayout(options.home);
  return lockingHome(layout, async () => {
    const settled = await settle(layout);
    const record = await readRecord(layout.home);
    if (settled !== null && record?.socketFolder === layout.socketFolder) {
      return isSameProcess(record.postmaster)
        ? record
        : await saveRecord(layout, { ...record, postmaster: settled.identity });
    }
    // It runs, but how to reach it is lost: its data, or the home, came from elsewhere.
    if (settled !== null) await endServer(layout, settled, 'fast');
    return startServer(layout, options, record);
  });
}

/** Stops the home's server and waits until it is gone. `immediate` skips the last checkpoint; no commit is lost by it. */
export async function stopServer(
  home: string,
  options: { readonly mode: 'fast' | 'immediate' },
): Promise<'stopped' | 'not-running'> {
  if ((await serverStatus(home)).type === 'absent') return 'not-running';
  const layout = await prepareLayout(home);
  return lockingHome(layout, async () => {
    const running = await findPostmaster(layout.dataFolder);
    if (running !== null) await endServer(layout, running, options.mode);
    await endIdleStopper(layout);
    await removeSocketFolder(layout);
    return running === null ? 'not-running' : 'stopped';
  });
}

/** What the home's server is doing; looks only, needs no lock and starts nothing. */
export async function serverStatus(home: string): Promise<ServerStatus> {
  const { dataFolder } = databaseFolder(home);
  const exists = await stat(dataFolder).catch(ignoreMissing);
  const major = exists === undefined ? null : await readDataMajor(dataFolder);
  if (major === null) return { type: 'absent' };
  const running = await findPostmaster(dataFolder);
  if (running === null) return { type: 'stopped', major };
  const { socketFolder } = await planLayout(home);
  const version = (await readRecord(home))?.version ?? String(major);
  return { type: 'running', pid: running.identity.pid, phase: running.phase, version, socketFolder };
}

/** The server once it is neither starting nor stopping; `null` when there is none. */
async function settle(layout: Layout): Promise<Postmaster | null> {
  const running = await findPostmaster(layout.dataFolder);
  if (running === null || running.phase === 'ready') return running;
  if (running.phase === 'stopping') await waitUntilGone(running.identity, stopWaitMs);
  else await waitUntilReady(layout.dataFolder, running.identity);
  return findPostmaster(layout.dataFolder);
}

async function startServer(layout: Layout, options: ServerOptions, known: ServerRecord | null): Promise<ServerRecord> {
  const notify = options.onNotice ?? (() => undefined);
  const dataMajor = await readDataMajor(layout.dataFolder);
  const binaries = await findBinaries(layout, options, dataMajor);
  const password = known?.password ?? randomBytes(24).toString('base64url');
  await clearStaleFiles(layout);
  if (dataMajor === null) {
    notify(`Making the database in ${layout.dataFolder} (PostgreSQL ${binaries.version}), once.`);
    await makeCluster(layout, binaries, password);
  } else if (known === null) {
    await resetPassword(layout, binaries, password);
  }
  const postmaster = await startRetrying(layout, binaries, options.idleStopMs ?? usualIdleStopMs);
  const { home, socketFolder } = layout;
  return saveRecord(layout, {
    home,
    socketFolder,
    database: databaseName,
    user: databaseName,
    password,
    version: binaries.version,
    postmaster,
  });
}

async function startRetrying(layout: Layout, binaries: Binaries, idleStopMs: number): Promise<ProcessIdentity> {
  const deadline = performance.now() + startRetryMs;
  for (;;) {
    const postmaster = await spawnServer(layout, binaries, idleStopMs);
    if (postmaster !== null) return postmaster;
    if (performance.now() > deadline) throw await describeFailure(layout);
    await sleep(150);
  }
}

/** Detached, in a session of its own: it outlives us and whatever kills our process group. `null`: it gave up. */
async function spawnServer(layout: Layout, binaries: Binaries, idleStopMs: number): Promise<ProcessIdentity | null> {
  const child = await withDataFolder(layout, layout.dataFolder, async (argument, inherit) => {
    const log = await writingHome(layout.home, async () => openSync(layout.startLog, 'w', 0o600));
    try {
      await giveTo(layout.startLog, layout.owner);
      const server = [binaries.postgres, '-D', argument, ...serverSettings(layout, binaries.major)];
      const [shell, ...args] = serverCommand(layout, idleStopMs, server) as [string, ...string[]];
      const stdio = ['ignore' as const, log, log, ...inherit];
      return spawn(shell, args, { cwd: '/', env: serverEnvironment, detached: true, stdio, ...layout.serverUser });
    } finally {
      closeSync(log);
    }
  });
  child.unref();
  const identity = await identifyChild(child);
  if (identity !== null && (await waitUntilReady(layout.dataFolder, identity))) return identity;
  await endIdleStopper(layout);
  return null;
}

async function identifyChild(child: ChildProcess): Promise<ProcessIdentity | null> {
  const spawned = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true)).once('error', () => resolve(false));
  });
  return spawned && child.pid !== undefined ? identifyProcess(child.pid) : null;
}

async function endServer(layout: Layout, running: Postmaster, mode: 'fast' | 'immediate'): Promise<void> {
  process.kill(running.identity.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  if (await waitUntilGone(running.identity, stopWaitMs)) return endIdleStopper(layout);
  const message = `The database (process ${running.identity.pid}) has not stopped within ${stopWaitMs / 1_000} s.`;
  throw new UserError(
    'E_DATABASE_STOP',
    message,
    `Look at its log in ${path.join(layout.dataFolder, 'log')}, and try again.`,
  );
}

/** File errors on the way are the home's: read-only or full. */
function lockingHome<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  return writingHome(layout.home, () => withStartLock(layout.lockFile, lockWaitMs, work));
}

/** `null` when there is none, or it was written for another home than this. */
async function readRecord(givenHome: string): Promise<ServerRecord | null> {
  const text = await readFile(databaseFolder(givenHome).recordFile, 'utf8').catch(ignoreMissing);
  if (text === undefined) return null;
  const record = parseRecord(text);
  return record?.home === (await realpath(givenHome)) ? record : null;
}

/** A damaged record counts as a lost one: the next start gives the role a new password. */
function parseRecord(text: string): ServerRecord | null {
  try {
    return JSON.parse(text) as ServerRecord;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function saveRecord(layout: Layout, record: ServerRecord): Promise<ServerRecord> {
  await writePrivate(layout.recordFile, `${JSON.stringify(record, null, 2)}\n`, layout.owner);
  return record;
}

async function describeFailure(layout: Layout): Promise<UserError> {
  await requireSpace(layout.home, 32 * 1024 * 1024);
  const logFolder = path.join(layout.dataFolder, 'log');
  const logs = (await readdir(logFolder).catch(ignoreMissing)) ?? [];
  const dated = await Promise.all(
    logs.map(async (name) => ({ name, at: (await stat(path.join(logFolder, name))).mtimeMs })),
  );
  const newest = dated.toSorted((a, b) => b.at - a.at)[0];
  const files = [layout.startLog, ...(newest === undefined ? [] : [path.join(logFolder, newest.name)])];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(ignoreMissing)));
  const said = texts.map((text) => (text ?? '').trim().split('\n').slice(-5).join('\n')).join('\n');
  const message = `PostgreSQL does not start on ${layout.dataFolder}. It says:\n${said}`;
  return new UserError('E_DATABASE_START', message, `Mend what it names; the whole text is in ${files.join(' and ')}.`);
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
