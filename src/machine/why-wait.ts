/** The rules that keep an effect from starting, each with words for a person. All limits live here and nowhere else. */
import { usd } from '../model/money.ts';
import { placeOf, type FactoryView, type ScheduledEffect, type ScheduledItem, type WaitFor } from './factory-view.ts';
import { agentKey, landingKey, roomiest, type Ledger } from './ledger.ts';
import type { Reason } from './state.ts';

/** A reason without its address. */
type Waiting = Reason & { readonly waitFor: WaitFor };

/** The first thing that keeps an effect from starting, the ones that need a person before those that pass by themselves. */
export function reasonToWait(
  view: FactoryView,
  ledger: Ledger,
  item: ScheduledItem,
  effect: ScheduledEffect,
): Waiting | null {
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

/** The date of the day after, in UTC, which a day's budget goes by. */
function nextDay(now: string): string {
  return new Date(Date.parse(now.slice(0, 10)) + 86_400_000).toISOString().slice(0, 10);
}
