/** What the scheduler sees of the whole factory, and what it answers. */
import type { Effect } from '../model/effect.ts';
import type { EffectId, ItemId } from '../model/id.ts';
import type { Reason } from './state.ts';

/** Sessions use an agent; work is the core's own: prepare, checks, landing. Timers need no place. */
export type Place = 'session' | 'work' | 'none';

export function placeOf(effect: Pick<Effect, 'type'>): Place {
  switch (effect.type) {
    case 'attempt':
    case 'review':
    case 'break':
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
