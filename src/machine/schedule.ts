/**
 * Says which effects may start now, where, and with how much money reserved; and for each of the others, why it waits.
 * Pure, with the whole factory in view: all limits live here and nowhere else.
 */
import type { Effect } from '../model/effect.ts';
import type { EffectId, ItemId } from '../model/id.ts';
import type { Reason } from './state.ts';
import { chainLengths } from './chain.ts';

/** Sessions use an agent; work is the core's own: prepare, checks, landing. Timers need no place. */
export type Place = 'session' | 'work' | 'none';

export function placeOf(effect: Pick<Effect, 'type'>): Place {
  switch (effect.type) {
    case 'attempt':
    case 'review':
      return 'session';
    case 'prepare':
    case 'checks':
    case 'land':
      return 'work';
    case 'timer':
      return 'none';
  }
}

export interface ScheduledEffect {
  readonly id: EffectId;
  readonly type: Effect['type'];
  readonly state: 'wanted' | 'running';
  readonly worker: string | null;
  /** The agent of a session. */
  readonly agent: string | null;
  /** What a start would reserve; what a running one has reserved. */
  readonly reserveMicroUsd: number;
  readonly dueAt: string | null;
}

export interface ScheduledItem {
  readonly id: ItemId;
  readonly number: number;
  readonly project: string;
  readonly priority: number;
  readonly after: readonly ItemId[];
  readonly held: boolean;
  /** Whether its first run has begun; begun work goes before new work. */
  readonly begun: boolean;
  /** The branch it lands on, once known. */
  readonly target: string | null;
  readonly landing: boolean;
  /** Known and reserved-but-unknown together. */
  readonly spentMicroUsd: number;
  readonly budgetMicroUsd: number | null;
  readonly effects: readonly ScheduledEffect[];
}

export interface AgentLimits {
  readonly slots: number | null;
  readonly perMinute: number | null;
  readonly startsLastMinute: number;
}

export interface ProjectLimits {
  readonly slots: number;
  readonly dayMicroUsd: number | null;
  readonly spentTodayMicroUsd: number;
  readonly agents: Readonly<Record<string, AgentLimits>>;
}

export interface WorkerPlaces {
  readonly id: string;
  readonly sessions: number;
  readonly work: number;
}

export interface FactoryView {
  readonly now: string;
  /** Every item that is not over. */
  readonly items: readonly ScheduledItem[];
  /** What became of items that others come after and that are over. */
  readonly over: ReadonlyMap<ItemId, 'landed' | 'cancelled'>;
  readonly projects: Readonly<Record<string, ProjectLimits>>;
  readonly workers: readonly WorkerPlaces[];
  /** Set while nothing new may start: paused or draining. */
  readonly closed: Reason | null;
  /** Bounds of this session of the factory; `null` has none. */
  readonly bounds: {
    readonly itemsLeft: number | null;
    readonly costLeftMicroUsd: number | null;
    readonly only: readonly ItemId[] | null;
  };
}

export interface Start {
  readonly effect: EffectId;
  readonly item: ItemId;
  /** `null` for a timer, which fires without anybody performing it. */
  readonly worker: string | null;
  readonly reserveMicroUsd: number;
}

/** Whom a wait is for: other work, a moment, or a person. */
export type WaitFor = 'work' | 'time' | 'person';

export interface Wait extends Reason {
  readonly effect: EffectId;
  readonly item: ItemId;
  readonly waitFor: WaitFor;
}

export interface Schedule {
  readonly starts: readonly Start[];
  readonly waits: readonly Wait[];
}

interface Ledger {
  readonly sessionsFree: Map<string, number>;
  readonly workFree: Map<string, number>;
  readonly projectSessions: Map<string, number>;
  readonly agentSessions: Map<string, number>;
  readonly agentStarts: Map<string, number>;
  readonly projectReserved: Map<string, number>;
  readonly itemReserved: Map<ItemId, number>;
  readonly landing: Map<string, ItemId>;
  reserved: number;
  itemsStarted: number;
}

export function schedule(view: FactoryView): Schedule {
  const ledger = openLedger(view);
  const chains = chainLengths(view.items);
  const order = [...view.items].sort(
    (a, b) =>
      b.priority - a.priority ||
      Number(b.landing) - Number(a.landing) ||
      (chains.get(b.id) ?? 0) - (chains.get(a.id) ?? 0) ||
      Number(b.begun) - Number(a.begun) ||
      a.number - b.number,
  );
  const starts: Start[] = [];
  const waits: Wait[] = [];
  for (const item of order) {
    for (const effect of item.effects) {
      if (effect.state === 'running') continue;
      const wait = reasonToWait(view, ledger, item, effect);
      if (wait !== null) {
        waits.push({ ...wait, effect: effect.id, item: item.id });
        continue;
      }
      starts.push(take(ledger, item, effect));
    }
  }
  return { starts, waits };
}

function openLedger(view: FactoryView): Ledger {
  const ledger: Ledger = {
    sessionsFree: new Map(view.workers.map(({ id, sessions }) => [id, sessions])),
    workFree: new Map(view.workers.map(({ id, work }) => [id, work])),
    projectSessions: new Map(),
    agentSessions: new Map(),
    agentStarts: new Map(),
    projectReserved: new Map(),
    itemReserved: new Map(),
    landing: new Map(),
    reserved: 0,
    itemsStarted: 0,
  };
  for (const item of view.items) {
    if (item.landing) ledger.landing.set(landingKey(item), item.id);
    for (const effect of item.effects) if (effect.state === 'running') occupy(ledger, item, effect, effect.worker);
  }
  return ledger;
}

function occupy(ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect, worker: string | null): void {
  const place = placeOf(effect);
  const free = place === 'session' ? ledger.sessionsFree : place === 'work' ? ledger.workFree : null;
  if (free !== null && worker !== null && free.has(worker)) add(free, worker, -1);
  if (place === 'session') {
    add(ledger.projectSessions, item.project, 1);
    add(ledger.agentSessions, agentKey(item, effect), 1);
  }
  add(ledger.projectReserved, item.project, effect.reserveMicroUsd);
  add(ledger.itemReserved, item.id, effect.reserveMicroUsd);
  ledger.reserved += effect.reserveMicroUsd;
}

function take(ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Start {
  const place = placeOf(effect);
  const worker = place === 'none' ? null : roomiest(place === 'session' ? ledger.sessionsFree : ledger.workFree);
  if (worker === null && place !== 'none') throw new Error('a start without a place');
  occupy(ledger, item, effect, worker);
  if (place === 'session') add(ledger.agentStarts, agentKey(item, effect), 1);
  if (effect.type === 'land') ledger.landing.set(landingKey(item), item.id);
  if (!item.begun && effect.type === 'prepare') ledger.itemsStarted += 1;
  return { effect: effect.id, item: item.id, worker, reserveMicroUsd: effect.reserveMicroUsd };
}

type Waiting = Reason & { readonly waitFor: WaitFor };

/** The first thing that keeps an effect from starting, the ones that need a person before those that pass by themselves. */
function reasonToWait(view: FactoryView, ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Waiting | null {
  if (effect.type === 'timer') {
    if (effect.dueAt !== null && effect.dueAt > view.now)
      return wait('timer', 'time', `until ${effect.dueAt}`, `mw retry ${item.id} to try at once`);
    return view.workers.length === 0 ? nobody() : null;
  }
  if (item.held) return wait('held', 'person', 'it is paused', `mw resume ${item.id}`);
  return (
    dependency(view, item) ??
    itemBudget(ledger, item, effect) ??
    (view.closed === null ? null : { ...view.closed, waitFor: 'person' as const }) ??
    sessionBounds(view, ledger, item, effect) ??
    dayBudget(view, ledger, item, effect) ??
    mergeQueue(ledger, item, effect) ??
    places(view, ledger, item, effect)
  );
}

function dependency(view: FactoryView, item: ScheduledItem): Waiting | null {
  if (item.begun) return null;
  const missing = item.after.filter((id) => view.over.get(id) !== 'landed');
  const cancelled = missing.find((id) => view.over.get(id) === 'cancelled');
  if (cancelled !== undefined) {
    return wait(
      'dependency-cancelled',
      'person',
      `it comes after ${cancelled}, which was cancelled`,
      `mw edit ${item.id} --after …, or mw cancel ${item.id}`,
    );
  }
  if (missing.length === 0) return null;
  return wait(
    'dependency',
    'work',
    `until ${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} landed`,
    `mw show ${missing[0]}`,
  );
}

function itemBudget(ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Waiting | null {
  if (item.budgetMicroUsd === null || effect.reserveMicroUsd === 0) return null;
  const reserved = ledger.itemReserved.get(item.id) ?? 0;
  if (item.spentMicroUsd + reserved + effect.reserveMicroUsd <= item.budgetMicroUsd) return null;
  const text = `its budget of ${usd(item.budgetMicroUsd)} has no room for a session of up to ${usd(effect.reserveMicroUsd)}: ${usd(item.spentMicroUsd)} spent, ${usd(reserved)} reserved`;
  // Reservations of running sessions come back when they end; only what is spent needs a person.
  return wait('item-budget', reserved > 0 ? 'work' : 'person', text, `mw edit ${item.id} --budget USD`);
}

function dayBudget(view: FactoryView, ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Waiting | null {
  const limits = view.projects[item.project];
  if (limits === undefined || limits.dayMicroUsd === null || effect.reserveMicroUsd === 0) return null;
  if (effect.reserveMicroUsd > limits.dayMicroUsd) {
    const text = `a session of up to ${usd(effect.reserveMicroUsd)} never fits into the ${usd(limits.dayMicroUsd)} that the project may cost a day`;
    return wait(
      'day-budget',
      'person',
      text,
      `raise limits.dayUsd in millwright.yaml or lower the agent's sessionUsd, commit it, then mw retry ${item.id}`,
    );
  }
  const reserved = ledger.projectReserved.get(item.project) ?? 0;
  if (limits.spentTodayMicroUsd + reserved + effect.reserveMicroUsd <= limits.dayMicroUsd) return null;
  const text = `today's budget of ${usd(limits.dayMicroUsd)} has no room for a session of up to ${usd(effect.reserveMicroUsd)}: ${usd(limits.spentTodayMicroUsd)} spent, ${usd(reserved)} reserved`;
  return wait(
    'day-budget',
    reserved > 0 ? 'work' : 'time',
    reserved > 0 ? text : `${text}; until ${nextDay(view.now)} 00:00 UTC`,
    `wait, or raise limits.dayUsd in millwright.yaml, commit it, then mw retry ${item.id}`,
  );
}

function sessionBounds(
  view: FactoryView,
  ledger: Ledger,
  item: ScheduledItem,
  effect: ScheduledEffect,
): Waiting | null {
  const { only, itemsLeft, costLeftMicroUsd } = view.bounds;
  if (only !== null && !only.includes(item.id))
    return wait('not-asked-for', 'person', 'the running factory works on other items only', `mw run ${item.id}`);
  if (itemsLeft !== null && !item.begun && ledger.itemsStarted >= itemsLeft) {
    return wait('session-items', 'person', 'this session has begun as many items as it may', 'mw up');
  }
  if (
    costLeftMicroUsd !== null &&
    effect.reserveMicroUsd > 0 &&
    ledger.reserved + effect.reserveMicroUsd > costLeftMicroUsd
  ) {
    return wait(
      'session-cost',
      ledger.reserved > 0 ? 'work' : 'person',
      `this session has ${usd(Math.max(costLeftMicroUsd, 0))} left, less than a session may cost`,
      'mw up --max-cost USD',
    );
  }
  return null;
}

function mergeQueue(ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Waiting | null {
  if (effect.type !== 'land') return null;
  const holder = ledger.landing.get(landingKey(item));
  if (holder === undefined || holder === item.id) return null;
  return wait('merge-queue', 'work', `${holder} is landing on ${item.target ?? 'the target'}`, `mw show ${holder}`);
}

function places(view: FactoryView, ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Waiting | null {
  if (view.workers.length === 0) return nobody();
  if (placeOf(effect) === 'work')
    return roomiest(ledger.workFree) === null
      ? wait('work-places', 'work', 'every place for checks and landings is taken', 'mw status')
      : null;
  const project = view.projects[item.project];
  const running = ledger.projectSessions.get(item.project) ?? 0;
  if (project !== undefined && running >= project.slots)
    return wait('slots', 'work', `all ${project.slots} slots of the project are taken`, 'mw status');
  const agent = project?.agents[effect.agent ?? ''];
  const key = agentKey(item, effect);
  if (agent !== undefined && agent.slots !== null && (ledger.agentSessions.get(key) ?? 0) >= agent.slots) {
    return wait('agent-slots', 'work', `all ${agent.slots} slots of agent ${effect.agent} are taken`, 'mw status');
  }
  if (
    agent !== undefined &&
    agent.perMinute !== null &&
    agent.startsLastMinute + (ledger.agentStarts.get(key) ?? 0) >= agent.perMinute
  ) {
    return wait(
      'agent-rate',
      'time',
      `agent ${effect.agent} may start ${agent.perMinute} sessions a minute`,
      'mw status',
    );
  }
  return roomiest(ledger.sessionsFree) === null
    ? wait('slots', 'work', 'all slots of the factory are taken', 'mw status')
    : null;
}

function nobody(): Waiting {
  return wait('no-worker', 'person', 'no factory is running', 'mw up');
}

function wait(code: string, waitFor: WaitFor, text: string, next: string): Waiting {
  return { code, waitFor, text, next };
}

function roomiest(free: ReadonlyMap<string, number>): string | null {
  let best: string | null = null;
  let most = 0;
  for (const [worker, places] of free) {
    if (places > most) {
      best = worker;
      most = places;
    }
  }
  return best;
}

function add<K>(map: Map<K, number>, key: K, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount);
}

function agentKey(item: ScheduledItem, effect: ScheduledEffect): string {
  return `${item.project}/${effect.agent}`;
}

function landingKey(item: ScheduledItem): string {
  return `${item.project}/${item.target}`;
}

/** The date of the day after, in UTC, which a day's budget goes by. */
function nextDay(now: string): string {
  return new Date(Date.parse(now.slice(0, 10)) + 86_400_000).toISOString().slice(0, 10);
}

/** Money for people: `$1.20`. */
export function usd(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
