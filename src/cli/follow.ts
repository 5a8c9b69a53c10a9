/** Runs a worker in this process and follows it: lines for people, events for programs, a drained stop on Ctrl-C. */
import { runFactory, type RunningFactory } from '../app/run-factory.ts';
import type { Factory } from '../app/open-factory.ts';
import { readPicture, type ItemRow } from '../insight/item-row.ts';
import type { FactoryView, Schedule } from '../machine/factory-view.ts';
import type { ItemState } from '../machine/state.ts';
import type { JournalEvent } from '../model/event.ts';
import { exitCode, UserError, type ExitCode } from '../model/user-error.ts';
import type { CliContext } from './context.ts';
import { createProgress, type Progress } from './progress.ts';
import { createEventTail } from './event-tail.ts';
import { isForTomorrow, isSettled } from './settled.ts';
import { createIdleTeller } from './standing.ts';

export interface FollowOptions {
  readonly json: boolean;
  readonly slots: number;
  /** Ends when nothing can go on without a person or the passing of time that nobody may wait for. */
  readonly untilEmpty: boolean;
  /** When this session is over, in milliseconds since 1970: a machine that slept meanwhile is late, not longer at work. */
  readonly endsAt: number | null;
  readonly maxCostMicroUsd: number | null;
  readonly maxItems: number | null;
  /** Works on these items and on what they come after. */
  readonly only: readonly string[] | null;
  /** What people see; the usual lines unless given. */
  readonly progress?: Progress;
}

/** In lines of at most 80 columns. */
const finishing = `Finishing what runs. Ctrl-C again stops now;
sessions cut off are repeated, and paid again.`;

type End = 'empty' | 'time' | 'interrupted' | UserError;

/** Answers the exit code that the rest of the command line promises. */
export async function runAndFollow(factory: Factory, context: CliContext, options: FollowOptions): Promise<ExitCode> {
  const progress = options.progress ?? createProgress(context.output, { quiet: options.json });
  const counter = createCounter(options, (text) => context.output.talk(text));
  let settle: (end: End) => void = () => undefined;
  const over = new Promise<End>((resolve) => {
    settle = resolve;
  });
  let interrupts = 0;
  let running: RunningFactory | null = null;
  const tellTrouble = createTroubleTeller(progress);
  const onTrouble = (error: unknown) =>
    error instanceof UserError && error.code === 'E_DISK_FULL' ? settle(error) : tellTrouble(error);
  const stands = new Map<string, ItemState>();
  const onEvent = (event: JournalEvent) => {
    const key = `${event.item} ${event.n}`;
    const stand = stands.get(key);
    stands.delete(key);
    if (options.only !== null && !options.only.includes(event.item)) return;
    if (options.json) return context.output.jsonLine(event);
    progress.event(event);
    if (stand !== undefined) progress.stands(event, stand);
  };
  const tellIdle = options.json || options.untilEmpty ? () => undefined : createIdleTeller(context.output);
  const tail = await createEventTail(factory.store, onEvent, onTrouble);
  const onSchedule = (plan: Schedule, view: FactoryView) => {
    tail.wake();
    progress.schedule(view);
    tellIdle(view);
    counter.look(plan, view);
    if ((options.untilEmpty || counter.exhausted()) && running !== null && isSettled(plan, view, running.busy()))
      settle('empty');
  };
  const asked = createDrainWatch(factory);
  // Before the worker can be seen: whoever sees it may ask it to end at once.
  await asked();
  running = await runFactory(factory, { slots: options.slots, bounds: counter.bounds, onSchedule, onTrouble });
  counter.listen(running);
  running.journal.onChange(({ item, n, body, before, after }) => {
    // A refusal's own line says the same already.
    const told = ['prepare-refused', 'effect-refused', 'land-refused'].includes(body.type);
    const news =
      !told &&
      after.reason !== null &&
      after.reason.text !== before?.reason?.text &&
      ['waiting', 'paused', 'parked'].includes(after.status);
    if (news) stands.set(`${item} ${n}`, after);
  });
  const interrupt = () => {
    interrupts += 1;
    if (interrupts === 1) context.output.talk(finishing);
    settle('interrupted');
    if (interrupts > 1) void running?.stop();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  running.wake();
  const watch = setInterval(() => {
    if (options.endsAt !== null && Date.now() >= options.endsAt) settle('time');
    running?.wake();
    void asked().then((again) => again && interrupt(), onTrouble);
  }, 250);
  const end = await over;
  clearInterval(watch);
  await (end instanceof UserError ? running.stop().catch(tellTrouble) : running.drain());
  await tail.close();
  progress.close();
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  if (end instanceof UserError) throw end;
  const { rows, workers } = await readPicture(factory.store, options.only === null ? {} : { ids: options.only });
  const code = end === 'empty' && counter.atBound() ? exitCode.budget : codeFor(end, rows, counter.touched());
  if (!options.json)
    progress.summary(
      rows.filter(({ id }) => counter.touched().has(id)).map((row) => explainRunning(row, workers.length)),
      code,
    );
  return code;
}

/** This factory has ended: what is still called running was cut off, or is the work of others beside it. */
function explainRunning(row: ItemRow, others: number): ItemRow {
  if (row.state !== 'running') return row;
  return { ...row, reason: others > 0 ? 'another factory works on it' : 'stopped with its session; mw up goes on' };
}

/** Says each trouble once, however often it is met again in a row. */
function createTroubleTeller(progress: Progress): (error: unknown) => void {
  let last: string | null = null;
  return (error) => {
    const text = error instanceof Error ? error.message : String(error);
    if (text !== last) progress.trouble(error);
    last = text;
  };
}

/** Says of each project, once a day, that the day's money is spent and how long that holds. */
function createBudgetTeller(talk: (line: string) => void): (plan: Schedule, view: FactoryView) => void {
  const told = new Map<string, string>();
  const seen = new Map<string, string>();
  return ({ waits }, { now, items }) => {
    const day = now.slice(0, 10);
    // Every look finds the same ones: whose project an item is, is asked once.
    const fresh = waits.filter((wait) => isForTomorrow(wait) && seen.get(wait.item) !== day);
    if (fresh.length === 0) return;
    const projects = new Map(items.map(({ id, project }) => [id, project]));
    for (const wait of fresh) {
      seen.set(wait.item, day);
      const project = projects.get(wait.item) ?? '';
      if (told.get(project) === day) continue;
      told.set(project, day);
      talk(`! ${wait.item} waits: ${wait.text}. Next: ${wait.next}`);
    }
  };
}

/** Whether `mw down` has asked since the last look. What it asked of earlier runs does not count. */
function createDrainWatch(factory: Factory): () => Promise<boolean> {
  let last: string | null | undefined;
  return async () => {
    const { drainAskedAt } = await factory.store.factory();
    const again = last !== undefined && drainAskedAt !== null && drainAskedAt !== last;
    last = drainAskedAt;
    return again;
  };
}

function codeFor(end: Exclude<End, UserError>, rows: readonly ItemRow[], touched: ReadonlySet<string>): ExitCode {
  if (end === 'interrupted') return exitCode.interrupted;
  const left = rows.filter(({ id, state }) => touched.has(id) && state !== 'landed');
  if (left.length === 0) return exitCode.done;
  if (end === 'time') return exitCode.pending;
  const blocked = left.filter(({ state }) => state !== 'queued');
  return blocked.length > 0 && blocked.every(({ state }) => state === 'waiting')
    ? exitCode.needsPerson
    : exitCode.notAccepted;
}

interface Counter {
  readonly bounds: () => FactoryView['bounds'];
  look(plan: Schedule, view: FactoryView): void;
  listen(running: RunningFactory): void;
  /** Items that this session has seen open. */
  touched(): ReadonlySet<string>;
  /** Whether something could go on but for a bound of this session. */
  exhausted(): boolean;
  /** Whether something could go on but for such a bound, or for a project's budget of the day. */
  atBound(): boolean;
}

/** The bounds of this session of the factory: what it may begin and spend. */
function createCounter(options: FollowOptions, talk: (line: string) => void): Counter {
  const tellBudget = createBudgetTeller(talk);
  const seen = new Set<string>();
  const begun = new Set<string>();
  let spent = 0;
  let exhausted = false;
  let outOfMoney = false;
  const left = (limit: number | null, used: number) => (limit === null ? null : limit - used);
  return {
    bounds: () => ({
      itemsLeft: left(options.maxItems, begun.size),
      costLeftMicroUsd: left(options.maxCostMicroUsd, spent),
      only: options.only,
    }),
    look(plan, view) {
      const { waits } = plan;
      tellBudget(plan, view);
      exhausted = waits.some(({ code }) => code === 'session-items' || code === 'session-cost');
      outOfMoney = waits.some(isForTomorrow);
      for (const { id } of view.items) if (options.only === null || options.only.includes(id)) seen.add(id);
    },
    listen(running) {
      running.journal.onChange(({ item, body, before }) => {
        if (body.type === 'effect-started' && before?.run === 1 && before.pipeline === null) begun.add(item);
        if (body.type !== 'attempt-finished' && body.type !== 'review-finished' && body.type !== 'break-finished')
          return;
        spent += body.usage.costMicroUsd ?? before?.awaiting[body.effect]?.reservedMicroUsd ?? 0;
      });
    },
    touched: () => seen,
    exhausted: () => exhausted,
    atBound: () => exhausted || outOfMoney,
  };
}
