/** One life of a worker: from taking an identity in the store until it leaves, or until the store has lost it. */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createClaimsExecutor } from '../engine/claims/claims-executor.ts';
import type { Executor, Perform, RunningExecutor } from '../engine/engine.ts';
import type { Journal } from '../orchestrator/append.ts';
import { startDispatch, type Dispatcher, type DispatchOptions } from '../orchestrator/dispatch.ts';
import { joinPostgres } from '../store/postgres-presence.ts';
import type { Presence } from '../store/store.ts';
import type { Factory } from './open-factory.ts';

const beatMs = 2_000;

export interface WorkerParts extends Pick<DispatchOptions, 'bounds' | 'draining' | 'onSchedule' | 'onTrouble'> {
  readonly journal: Journal;
  readonly homeId: string;
  readonly slots: number;
  readonly perform: Perform;
  /** Called with the executor as soon as there is one: what begins from then on is its own. */
  readonly onExecutor: (executor: Executor) => void;
  /** Takes away what a killed worker left, before anything is performed. */
  readonly sweep: () => Promise<void>;
}

export interface Worker {
  readonly presence: Presence;
  readonly running: RunningExecutor;
  readonly dispatcher: Dispatcher;
}

/** Joins as the first free identity, goes on with what that identity had under way, and schedules when it leads. */
export async function startWorker({ store, database }: Factory, parts: WorkerParts): Promise<Worker> {
  const { onTrouble } = parts;
  const presence = await joinPostgres(database, {
    homeId: parts.homeId,
    boot: randomUUID(),
    pid: process.pid,
    sessions: parts.slots,
    work: Math.max(2, availableParallelism()),
  });
  try {
    const executor = createClaimsExecutor({ store, presence, beatMs, onTrouble });
    await parts.sweep();
    parts.onExecutor(executor);
    const running = await executor.run(parts.perform);
    return { presence, running, dispatcher: startDispatch({ ...parts, store, presence }) };
  } catch (error) {
    await presence.leave();
    throw error;
  }
}
