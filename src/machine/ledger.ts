import type { ItemId } from '../model/id.ts';
import { placeOf, type FactoryView, type ScheduledEffect, type ScheduledItem, type Start } from './factory-view.ts';

/** What is taken while one schedule is made; starts are entered as they are decided. */
export interface Ledger {
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

/** With everything that runs already entered. */
export function openLedger(view: FactoryView): Ledger {
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

/** Enters a start at the worker with the most room; a session or work without a place is a bug and throws. */
export function take(ledger: Ledger, item: ScheduledItem, effect: ScheduledEffect): Start {
  const place = placeOf(effect);
  const worker = place === 'none' ? null : roomiest(place === 'session' ? ledger.sessionsFree : ledger.workFree);
  if (worker === null && place !== 'none') throw new Error('a start without a place');
  occupy(ledger, item, effect, worker);
  if (place === 'session') add(ledger.agentStarts, agentKey(item, effect), 1);
  if (effect.type === 'land') ledger.landing.set(landingKey(item), item.id);
  if (!item.begun && effect.type === 'prepare') ledger.itemsStarted += 1;
  return { effect: effect.id, item: item.id, worker, reserveMicroUsd: effect.reserveMicroUsd };
}

/** The worker with the most free places; `null` when all are taken. */
export function roomiest(free: ReadonlyMap<string, number>): string | null {
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

/** One agent of one project. */
export function agentKey(item: ScheduledItem, effect: ScheduledEffect): string {
  return `${item.project}/${effect.agent}`;
}

/** One target branch of one project. */
export function landingKey(item: ScheduledItem): string {
  return `${item.project}/${item.target}`;
}
