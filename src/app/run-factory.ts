/** A worker of the factory in this process: joins the store, performs what it is given, and schedules when it leads. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readShipped } from '../config/shipped-files.ts';
import { createClaimsExecutor } from '../engine/claims/claims-executor.ts';
import { deleteLater, moveAway, settleDeletions, sweepDiscarded } from '../git/discard.ts';
import { startThroughShell } from '../git/git.ts';
import type { FactoryView } from '../machine/schedule.ts';
import { createJournal, type Journal } from '../orchestrator/append.ts';
import { startDispatch, type DispatchOptions } from '../orchestrator/dispatch.ts';
import { createPerform } from '../orchestrator/perform.ts';
import { killSession } from '../sandbox/session.ts';
import type { StepContext } from '../steps/context.ts';
import { openCopies, type Copies } from '../steps/copies.ts';
import { joinPostgres } from '../store/postgres-presence.ts';
import type { Presence } from '../store/store.ts';
import { createAdapters } from './adapters.ts';
import { explainFullDisk } from './full-disk.ts';
import { createFault, freezeProcess } from './fault.ts';
import type { Factory } from './open-factory.ts';
import { projectAccess } from './projects.ts';

const beatMs = 2_000;

export interface RunOptions {
  readonly slots: number;
  readonly bounds: () => FactoryView['bounds'];
  readonly onSchedule: DispatchOptions['onSchedule'];
  /** E_DISK_FULL among them: until somebody frees space, this worker should stop. */
  readonly onTrouble: (error: unknown) => void;
}

export interface RunningFactory {
  readonly worker: string;
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
  const onTrouble = (error: unknown) => void explainFullDisk(home.root, error).then((full) => options.onTrouble(full ?? error), options.onTrouble);
  const presence = await joinPostgres(factory.database, {
    homeId: await homeIdOf(home.root),
    boot: randomUUID(),
    pid: process.pid,
    sessions: options.slots,
    work: Math.max(2, availableParallelism()),
  });
  const executor = createClaimsExecutor({ store, presence, beatMs, onTrouble });
  const point = environment.variable('MW_FAULT');
  const fault = point === undefined ? null : createFault(point, freezeProcess);
  const plain = createJournal(store, executor, randomUUID);
  const journal = fault === null ? plain : fault.journal(plain);
  const copies = openCopies(presence.worker, (project) => home.project(project).copies);
  const adapters = createAdapters(environment);
  const context: StepContext = {
    home,
    artifacts: factory.artifacts,
    copies,
    shipped: await readShipped(),
    sandboxOf: adapters.sandboxOf,
    agentOf: fault === null ? adapters.agentOf : fault.agentOf(adapters.agentOf),
    ...projectAccess(store),
    savePipeline: (hash, pipeline) => store.savePipeline(hash, pipeline),
    variable: environment.variable,
  };
  const endGit = startThroughShell();
  await sweepLeftovers(factory, presence, copies);
  let draining = false;
  const running = await executor.run(
    createPerform({
      store,
      journal,
      context,
      cleanUp: (effect) => cleanUp(factory, copies, effect),
      isOutage: async (error) => (await explainFullDisk(home.root, error)) !== null,
      onTrouble,
    }),
  );
  const dispatcher = await startDispatch({
    store,
    journal,
    presence,
    bounds: options.bounds,
    draining: () => draining,
    onSchedule: options.onSchedule,
    onTrouble,
  });
  const leave = async () => {
    await dispatcher.close();
    await settleDeletions();
    await endGit();
    await presence.leave();
  };
  return {
    worker: presence.worker,
    journal,
    busy: () => running.busy(),
    wake: () => dispatcher.wake(),
    async drain() {
      draining = true;
      await running.drain();
      await leave();
    },
    async stop() {
      draining = true;
      await running.close();
      await leave();
    },
  };
}

/** The working copy is free again; what the sessions left on disk goes in the background. */
async function cleanUp(factory: Factory, copies: Copies, effect: string): Promise<void> {
  const folder = factory.home.effect(effect);
  await discardFolder(folder, join(factory.home.root, 'trash'));
  await copies.release(effect);
}

async function discardFolder(folder: string, trash: string): Promise<void> {
  await mkdir(trash, { recursive: true, mode: 0o700 });
  const to = join(trash, randomBytes(6).toString('hex'));
  if (await moveAway(folder, to)) deleteLater(to);
}

/** What a killed worker of this identity left: sessions of effects that are over are ended, their copies freed. */
async function sweepLeftovers(factory: Factory, presence: Presence, copies: Copies): Promise<void> {
  const { store, home } = factory;
  const running = await store.running();
  const folders = new Map(running.map(({ effect }) => [home.effect(effect), effect]));
  await mkdir(home.sessions, { recursive: true, mode: 0o700 });
  for (const name of await readdir(home.sessions)) {
    const folder = join(home.sessions, name);
    if (folders.has(folder)) continue;
    for (const session of await readdir(folder)) await killSession(join(folder, session));
    await rm(folder, { recursive: true, force: true });
  }
  await sweepDiscarded(join(home.root, 'trash'));
  const projects = await store.projects();
  await copies.sweep(
    projects.map(({ id }) => id),
    new Set(running.filter(({ worker }) => worker === presence.worker).map(({ effect }) => effect)),
  );
}

/** Names this home among all that may share one database. */
async function homeIdOf(root: string): Promise<string> {
  const file = join(root, 'home-id');
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (known !== null && known !== '') return known;
  await writeFile(file, randomBytes(4).toString('hex'), { flag: 'wx', mode: 0o600, flush: true }).catch((error: NodeJS.ErrnoException) => {
    // Another process of this home was quicker.
    if (error.code !== 'EEXIST') throw error;
  });
  return readFile(file, 'utf8');
}

