/** From states to what the scheduler looks at. Pure. */
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { ItemId } from '../model/id.ts';
import type { FactoryView, ProjectLimits, ScheduledEffect, ScheduledItem, WorkerPlaces } from './factory-view.ts';
import { awaitedInOrder } from './order.ts';
import type { Awaiting, ItemState, Reason } from './state.ts';

/** Reserved for a session whose agent states no cap of its own, micro-USD. */
const defaultSessionMicroUsd = 5_000_000;

export interface NumberedItem {
  readonly number: number;
  readonly state: ItemState;
}

/** The limits of a project between runs, from its last accepted configuration; `null` before the first. */
export interface ProjectFacts {
  readonly id: string;
  readonly limits: {
    readonly slots: number;
    readonly dayMicroUsd: number | null;
    readonly agents: Readonly<Record<string, { readonly slots: number | null; readonly perMinute: number | null }>>;
  } | null;
}

export interface ViewParts {
  readonly now: string;
  readonly items: Iterable<ScheduledItem>;
  readonly over: ReadonlyMap<ItemId, 'landed' | 'cancelled'>;
  readonly projects: readonly ProjectFacts[];
  readonly spentToday: ReadonlyMap<string, number>;
  readonly startsLastMinute: ReadonlyMap<string, number>;
  readonly workers: readonly WorkerPlaces[];
  readonly closed: Reason | null;
  readonly bounds: FactoryView['bounds'];
}

export function viewOf(parts: ViewParts): FactoryView {
  const { projects, spentToday, startsLastMinute, ...rest } = parts;
  return {
    ...rest,
    items: [...parts.items],
    projects: Object.fromEntries(
      projects.map((project) => [project.id, projectLimits(project, spentToday, startsLastMinute)]),
    ),
  };
}

function projectLimits(
  { id, limits }: ProjectFacts,
  spent: ReadonlyMap<string, number>,
  starts: ReadonlyMap<string, number>,
): ProjectLimits {
  return {
    slots: limits?.slots ?? Number.POSITIVE_INFINITY,
    dayMicroUsd: limits?.dayMicroUsd ?? null,
    spentTodayMicroUsd: spent.get(id) ?? 0,
    agents: Object.fromEntries(
      Object.entries(limits?.agents ?? {}).map(([name, agent]) => [
        name,
        { ...agent, startsLastMinute: starts.get(`${id}/${name}`) ?? 0 },
      ]),
    ),
  };
}

export function scheduledItem({ number, state }: NumberedItem, pipeline: PinnedPipeline | null): ScheduledItem {
  const { item, spending } = state;
  return {
    id: item.id,
    number,
    project: item.project,
    priority: item.priority,
    after: item.after,
    held: state.held !== null,
    begun:
      state.run > 1 ||
      state.pipeline !== null ||
      Object.values(state.awaiting).some((each) => each.state === 'running'),
    target: pipeline?.target ?? null,
    landing: state.landing,
    spentMicroUsd: spending.knownMicroUsd + spending.unknownMicroUsd,
    budgetMicroUsd: item.budgetMicroUsd ?? pipeline?.limits.itemMicroUsd ?? null,
    effects: awaitedInOrder(Object.values(state.awaiting), pipeline).map((awaiting) =>
      scheduledEffect(awaiting, pipeline),
    ),
  };
}

function scheduledEffect(
  { effect, state, worker, reservedMicroUsd }: Awaiting,
  pipeline: PinnedPipeline | null,
): ScheduledEffect {
  const agent = 'agent' in effect ? effect.agent : null;
  return {
    id: effect.id,
    type: effect.type,
    state,
    worker,
    agent,
    reserveMicroUsd: state === 'running' ? reservedMicroUsd : reservationOf(agent, pipeline),
    dueAt: effect.type === 'timer' ? effect.dueAt : null,
  };
}

/** What a session of an agent may cost at most, as far as anybody knows. */
export function reservationOf(agent: string | null, pipeline: PinnedPipeline | null): number {
  const config = agent === null ? undefined : pipeline?.agents[agent];
  if (config === undefined || config.free === true || config.adapter === 'scripted') return 0;
  return config.sessionUsd === undefined ? defaultSessionMicroUsd : Math.round(config.sessionUsd * 1_000_000);
}
