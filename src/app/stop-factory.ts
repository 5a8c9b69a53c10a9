/** Ends the factory's processes of this home: asks each worker to finish, then stops the private database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCode, UserError } from '../model/user-error.ts';
import { findProcess, isRunning } from '../sandbox/session/process-table.ts';
import { serverStatus, stopServer } from '../store/postgres/supervisor.ts';
import type { AppEnvironment } from './environment.ts';
import { openFactory } from './open-factory.ts';

const pollMs = 100;
const silentLimitMs = 10_000;
/** A worker that has left still says what became of its items, which takes it a few questions to the database. */
const lastWordsMs = 5_000;

export interface StopOptions {
  readonly now: boolean;
  readonly timeoutMs: number;
  readonly onNotice: (text: string) => void;
}

export async function stopFactory(
  environment: AppEnvironment,
  options: StopOptions,
): Promise<{ readonly workers: number; readonly database: 'stopped' | 'not-running' }> {
  const own = environment.databaseUrl === undefined;
  if (own && (await serverStatus(environment.home)).type !== 'running') return { workers: 0, database: 'not-running' };
  const pids = await stopWorkers(environment, options);
  if (!own) return { workers: pids.length, database: 'not-running' };
  // Of a private database all workers are on this machine.
  await waitForEnd(pids);
  return { workers: pids.length, database: await stopServer(environment.home, { mode: 'fast' }) };
}

async function waitForEnd(pids: readonly number[]): Promise<void> {
  const left = pids.map(findProcess).filter((row) => row !== null);
  const deadline = performance.now() + lastWordsMs;
  while (left.some(isRunning) && performance.now() < deadline) await sleep(pollMs);
}

/**
 * Asked through the database, which also reaches a worker on another machine, and never a process of somebody else.
 * Answers the processes that worked.
 */
async function stopWorkers(environment: AppEnvironment, options: StopOptions): Promise<readonly number[]> {
  const factory = await openFactory(environment, options.onNotice);
  try {
    const alive = async () => (await factory.store.workers()).filter(({ silentMs }) => silentMs < silentLimitMs);
    const pids = (await alive()).map(({ pid }) => pid);
    if (pids.length === 0) return [];
    await factory.store.saveFactory({ drain: true });
    // Asked a second time, a worker stops at once instead of finishing what runs.
    if (options.now) await sleep(2 * pollMs).then(() => factory.store.saveFactory({ drain: true }));
    const deadline = performance.now() + options.timeoutMs;
    for (let left = await alive(); left.length > 0; left = await alive()) {
      if (performance.now() > deadline) {
        throw new UserError(
          'E_STILL_RUNNING',
          `process ${left.map(({ pid }) => pid).join(', ')} still finishes what it began`,
          'mw down --now',
          { exit: exitCode.pending },
        );
      }
      await sleep(pollMs);
    }
    return pids;
  } finally {
    await factory.close();
  }
}
