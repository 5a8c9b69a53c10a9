/** A worker of the factory in this process: performs what it is given, and begins a new life when its store was lost. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Executor } from '../engine/engine.ts';
import { settleDeletions } from '../git/discard.ts';
import { startThroughShell } from '../git/short-git.ts';
import type { FactoryView } from '../machine/factory-view.ts';
import { createJournal, type Journal } from '../orchestrator/append.ts';
import type { DispatchOptions } from '../orchestrator/dispatch.ts';
import { createPerform } from '../orchestrator/perform.ts';
import { openCopies } from '../steps/copies.ts';
import { createFault, freezeProcess } from './fault.ts';
import { explainFullDisk } from './full-disk.ts';
import { cleanUp, endSessions, sweepLeftovers } from './leftovers.ts';
import type { Factory } from './open-factory.ts';
import { createStepContext } from './step-context.ts';
import { startWorker, type Worker, type WorkerParts } from './worker.ts';

/** A store that is gone is asked for again this often. */
const rejoinMs = 250;
/** Before others take this worker for dead (10 s) its sessions must have ended, where somebody else could begin them. */
const orphanMs = 7_000;

export interface RunOptions {
  readonly slots: number;
  readonly bounds: () => FactoryView['bounds'];
  readonly onSchedule: DispatchOptions['onSchedule'];
  /** E_DISK_FULL among them: until somebody frees space, this worker should stop. */
  readonly onTrouble: (error: unknown) => void;
}

export interface RunningFactory {
  readonly journal: Journal;
  /** Sessions, checks and landings under way here. */
  busy(): number;
  /** Looks at the whole again soon. */
  wake(): void;
  /** Takes on nothing new, waits for what runs, leaves. */
  drain(): Promise<void>;
  /** Aborts what runs here, loses nothing, leaves. */
  stop(): Promise<void>;
}

export async function runFactory(factory: Factory, options: RunOptions): Promise<RunningFactory> {
  const { store, home, environment } = factory;
  const onTrouble = (error: unknown) =>
    void explainFullDisk(home.root, error).then((full) => options.onTrouble(full ?? error), options.onTrouble);
  const point = environment.variable('MW_FAULT');
  const fault = point === undefined ? null : createFault(point, freezeProcess);
  let executor: Executor | null = null;
  const journal = createJournal(
    fault === null ? store : fault.store(store),
    { enqueue: async (tx, starts) => executor?.enqueue(tx, starts), stop: async (effects) => executor?.stop(effects) },
    randomUUID,
  );
  const copies = openCopies((project) => home.project(project).copies);
  const plain = await createStepContext(factory, copies);
  const context = fault === null ? plain : { ...plain, agentOf: fault.agentOf((adapter) => plain.agentOf(adapter)) };
  let draining = false;
  const homeId = await homeIdOf(home.root);
  const endGit = startThroughShell();
  const lives = await beginLives(factory, {
    journal,
    homeId,
    slots: options.slots,
    bounds: options.bounds,
    draining: () => draining,
    onSchedule: options.onSchedule,
    onTrouble,
    onExecutor: (made) => (executor = made),
    sweep: () => sweepLeftovers(store, home, homeId, copies),
    perform: createPerform({
      store,
      journal,
      context,
      cleanUp: (effect) => cleanUp(home, copies, effect),
      isOutage: async (error) => !(await lives.holds()) || (await explainFullDisk(home.root, error)) !== null,
      onTrouble,
    }),
  });
  return {
    journal,
    busy: () => lives.now().running.busy(),
    wake: () => lives.now().dispatcher.wake(),
    async drain() {
      draining = true;
      await lives.drain();
      await endGit();
    },
    async stop() {
      draining = true;
      await lives.stop();
      await endGit();
    },
  };
}

interface Lives {
  now(): Worker;
  /** Whether the present life still has its place in the store, by asking for it. */
  holds(): Promise<boolean>;
  /** When the store is lost meanwhile, what the present life leaves is finished by the next. */
  drain(): Promise<void>;
  /** Begins no further life: what it would have gone on with is found by the next worker. */
  stop(): Promise<void>;
}

/**
 * A worker that has lost the store has also lost its identity and its place: it lets go of everything, joins again like
 * a worker that was just started, and adopts. Sessions run on meanwhile.
 */
async function beginLives(factory: Factory, parts: WorkerParts): Promise<Lives> {
  let life = await startWorker(factory, parts);
  let renewal: Promise<void> = Promise.resolve();
  let over = false;

  const letGo = async ({ running, dispatcher, presence }: Worker) => {
    await Promise.all([running.abandon(), dispatcher.close()]);
    await presence.leave();
  };
  const renew = async () => {
    await letGo(life);
    const lostAt = performance.now();
    for (let orphaned = true; !over; await pause(rejoinMs)) {
      try {
        life = await startWorker(factory, parts);
        return watch();
      } catch (error) {
        parts.onTrouble(error);
      }
      // With a database of its own nobody beyond this home could begin them again.
      if (!orphaned || factory.environment.databaseUrl === undefined || performance.now() - lostAt < orphanMs) continue;
      await endSessions(factory.home);
      orphaned = false;
    }
  };
  const watch = () => {
    const mine = life;
    const lost = () => {
      renewal = renew().catch(parts.onTrouble);
    };
    if (mine.presence.alive()) mine.presence.onLost(lost);
    else lost();
  };
  watch();
  const leave = async () => {
    over = true;
    await life.dispatcher.close();
    await settleDeletions();
    await life.presence.leave();
  };

  return {
    now: () => life,
    holds: () =>
      life.presence.beat().then(
        () => life.presence.alive(),
        () => false,
      ),
    async drain() {
      do {
        await renewal;
        if (life.presence.alive()) await life.presence.offer(0, 0);
        await life.running.drain();
      } while (!over && !life.presence.alive());
      await leave();
    },
    async stop() {
      over = true;
      await renewal;
      await life.running.close();
      await leave();
    },
  };
}

/** Names this home among all that may share one database. */
async function homeIdOf(root: string): Promise<string> {
  const file = join(root, 'home-id');
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (known !== null && known !== '') return known;
  await writeFile(file, randomBytes(4).toString('hex'), { flag: 'wx', mode: 0o600, flush: true }).catch(
    (error: NodeJS.ErrnoException) => {
      // Another process of this home was quicker.
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return readFile(file, 'utf8');
}
