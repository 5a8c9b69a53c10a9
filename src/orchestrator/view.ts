/** The factory as the scheduler sees it: kept up to date by changes, never read whole again while it runs. */
import { findCycle } from '../machine/chain.ts';
import type { FactoryView, ProjectLimits, ScheduledEffect, ScheduledItem, WorkerPlaces } from '../machine/schedule.ts';
import type { Awaiting, ItemState, Reason } from '../machine/state.ts';
import type { ItemId } from '../model/id.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { isFinal } from '../model/work-item.ts';
import type { ProjectRow, Store } from '../store/store.ts';

/** Reserved for a session whose agent states no cap of its own, micro-USD. */
const defaultSessionMicroUsd = 5_000_000;

export interface StoredItem {
  readonly number: number;
  readonly state: ItemState;
}

export interface FactoryModel {
  readonly items: Map<ItemId, StoredItem>;
  readonly over: Map<ItemId, 'landed' | 'cancelled'>;
  readonly pipelines: Map<string, PinnedPipeline>;
  readonly scheduled: Map<ItemId, ScheduledItem>;
}

/** Reads everything that is not over, once. */
export async function loadModel(store: Store<ItemState>): Promise<FactoryModel> {
  const model: FactoryModel = { items: new Map(), over: new Map(), pipelines: new Map(), scheduled: new Map() };
  await takeItems(store, model, await store.items({ open: true }));
  return model;
}

/** Brings these items up to date from the store. */
export async function refreshItems(store: Store<ItemState>, model: FactoryModel, ids: readonly ItemId[]): Promise<void> {
  if (ids.length > 0) await takeItems(store, model, await store.items({ ids }));
}

/** Takes in new states, and learns of parents and pipelines that it has not met yet. */
export async function takeItems(store: Store<ItemState>, model: FactoryModel, rows: readonly StoredItem[]): Promise<void> {
  for (const { state } of rows) {
    const hash = state.pipeline;
    if (hash === null || model.pipelines.has(hash)) continue;
    const pinned = await store.pipeline(hash);
    if (pinned !== null) model.pipelines.set(hash, pinned);
  }
  for (const row of rows) takeItem(model, row);
  const parents = rows.flatMap(({ state }) => state.item.after).filter((id) => !model.items.has(id) && !model.over.has(id));
  if (parents.length === 0) return;
  for (const row of await store.items({ ids: [...new Set(parents)] })) takeItem(model, row);
}

function takeItem(model: FactoryModel, row: StoredItem): void {
  const { id } = row.state.item;
  if (isFinal(row.state.status)) {
    model.items.delete(id);
    model.scheduled.delete(id);
    model.over.set(id, row.state.status === 'landed' ? 'landed' : 'cancelled');
    return;
  }
  model.over.delete(id);
  model.items.set(id, row);
  model.scheduled.set(id, scheduledItem(row, row.state.pipeline === null ? null : (model.pipelines.get(row.state.pipeline) ?? null)));
}

export interface ViewParts {
  readonly now: string;
  readonly projects: readonly ProjectRow[];
  readonly spentToday: ReadonlyMap<string, number>;
  readonly startsLastMinute: ReadonlyMap<string, number>;
  readonly workers: readonly WorkerPlaces[];
  readonly closed: Reason | null;
  readonly bounds: FactoryView['bounds'];
}

export function viewOf(model: FactoryModel, parts: ViewParts): FactoryView {
  const { projects, spentToday, startsLastMinute, ...rest } = parts;
  return {
    ...rest,
    items: [...model.scheduled.values()],
    over: model.over,
    projects: Object.fromEntries(projects.map((project) => [project.id, projectLimits(project, spentToday, startsLastMinute)])),
  };
}

function projectLimits({ id, limits }: ProjectRow, spent: ReadonlyMap<string, number>, starts: ReadonlyMap<string, number>): ProjectLimits {
  return {
    slots: limits?.slots ?? Number.POSITIVE_INFINITY,
    dayMicroUsd: limits?.dayMicroUsd ?? null,
    spentTodayMicroUsd: spent.get(id) ?? 0,
    agents: Object.fromEntries(
      Object.entries(limits?.agents ?? {}).map(([name, agent]) => [name, { ...agent, startsLastMinute: starts.get(`${id}/${name}`) ?? 0 }]),
    ),
  };
}

export function scheduledItem({ number, state }: StoredItem, pipeline: PinnedPipeline | null): ScheduledItem {
  const { item, spending } = state;
  return {
    id: item.id,
    number,
    project: item.project,
    priority: item.priority,
    after: item.after,
    held: state.held !== null,
    begun: state.run > 1 || state.pipeline !== null || Object.values(state.awaiting).some((each) => each.state === 'running'),
    target: pipeline?.target ?? null,
    landing: state.landing,
    spentMicroUsd: spending.knownMicroUsd + spending.unknownMicroUsd,
    budgetMicroUsd: item.budgetMicroUsd ?? pipeline?.limits.itemMicroUsd ?? null,
    effects: Object.values(state.awaiting).map((awaiting) => scheduledEffect(awaiting, pipeline)),
  };
}

function scheduledEffect({ effect, state, worker, reservedMicroUsd }: Awaiting, pipeline: PinnedPipeline | null): ScheduledEffect {
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

/** A cycle among items that are not over, if there is one. */
export function cycleAmong(items: readonly Pick<ScheduledItem, 'id' | 'after'>[]): readonly ItemId[] | null {
  return findCycle(items);
}
