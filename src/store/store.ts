/** The port to what is remembered. PostgreSQL in use; in memory for tests of what stands above it. */
import type { EventBody, JournalEvent } from '../model/event.ts';
import type { EffectId, ItemId } from '../model/id.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { ItemStatus } from '../model/work-item.ts';

/** The state of an item as the store sees it: opaque but for what it lists items by. */
export interface StoredState {
  readonly item: { readonly id: ItemId; readonly project: string; readonly key: string | null; readonly title: string };
  readonly status: ItemStatus;
  readonly pipeline: string | null;
  readonly awaiting: Readonly<Record<EffectId, StoredAwaiting>>;
}

export interface StoredAwaiting {
  readonly effect: { readonly id: EffectId; readonly item: ItemId; readonly type: string };
  readonly state: 'wanted' | 'running';
  readonly worker: string | null;
  readonly token: number;
  readonly reservedMicroUsd: number;
}

export interface LockedItem<S> {
  readonly version: number;
  readonly state: S;
}

/** One cost to remember beside the event of this id. */
export interface Spend {
  readonly event: string;
  readonly agent: string;
  readonly microUsd: number;
  readonly known: boolean;
}

export interface NewEvent {
  readonly item: ItemId;
  readonly n: number;
  readonly id: string;
  readonly body: EventBody;
  readonly machine: number;
  readonly decided: readonly string[];
}

/** What may be done inside the one transaction. Everything becomes visible together, or not at all. */
export interface StoreTransaction<S> {
  /** ISO 8601, by the database's clock; the same throughout the transaction. */
  readonly now: string;
  /** Locks the item until the end of the transaction; `null` when there is none. */
  lockItem(id: ItemId): Promise<LockedItem<S> | null>;
  pipeline(hash: string): Promise<PinnedPipeline | null>;
  /** `false`: an event of this id is there already, and nothing was inserted. */
  insertEvent(event: NewEvent): Promise<boolean>;
  /** Writes the folded state and makes the effect rows equal to what it awaits. */
  saveItem(before: S | null, after: S, version: number, spend: Spend | null): Promise<void>;
  /** Runs once the transaction is committed; never when it is not. A hint only: the process may die before it. */
  afterCommit(hint: () => void): void;
}

export interface WorkerRow {
  readonly id: string;
  readonly boot: string;
  readonly pid: number;
  readonly sessions: number;
  readonly work: number;
  /** Milliseconds since its last beat, by the store's clock. */
  readonly silentMs: number;
}

export interface RunningRow {
  readonly effect: EffectId;
  readonly item: ItemId;
  readonly token: number;
  readonly worker: string;
}

/** An item, its whole journal and its running effects, all as they were at one moment. */
export interface ItemSnapshot<S> {
  readonly version: number;
  readonly state: S;
  readonly events: readonly JournalEvent[];
  readonly running: readonly RunningRow[];
}

/** What another process changed: one item, many items at once, or the factory's own facts (projects, workers, pause). */
export type StoreSignal =
  | { readonly type: 'item'; readonly id: ItemId }
  | { readonly type: 'items' }
  | { readonly type: 'factory' };

export interface ProjectRow {
  readonly id: string;
  readonly path: string;
  readonly target: string | null;
  readonly limits: StoredLimits | null;
}

/** The limits that hold for a project between runs, from its last accepted configuration. */
export interface StoredLimits {
  readonly slots: number;
  readonly dayMicroUsd: number | null;
  readonly agents: Readonly<Record<string, { readonly slots: number | null; readonly perMinute: number | null }>>;
}

/** `S` is the state of an item; the store never looks further into it than `StoredState`. */
export interface Store<S extends StoredState = StoredState> {
  transact<T>(work: (tx: StoreTransaction<S>) => Promise<T>): Promise<T>;
  /** Adds items with their first events in one transaction; ids are given by `build` from the next numbers. */
  addItems(
    count: number,
    project: string,
    build: (numbers: readonly number[], now: string) => readonly { readonly state: S; readonly event: NewEvent }[],
  ): Promise<void>;
  savePipeline(hash: string, pipeline: PinnedPipeline): Promise<void>;
  pipeline(hash: string): Promise<PinnedPipeline | null>;
  item(id: ItemId): Promise<{ readonly number: number; readonly state: S } | null>;
  /** What must agree within itself while others go on writing; `null` when there is no such item. */
  snapshot(id: ItemId): Promise<ItemSnapshot<S> | null>;
  /** All items, or those with these ids, oldest first. */
  items(filter: {
    readonly ids?: readonly ItemId[];
    readonly open?: boolean;
    readonly project?: string;
  }): Promise<readonly { readonly number: number; readonly version: number; readonly state: S }[]>;
  itemByKey(project: string, keys: readonly string[]): Promise<ReadonlyMap<string, ItemId>>;
  events(filter: {
    readonly item?: ItemId;
    readonly afterSeq?: number;
    readonly limit?: number;
  }): Promise<readonly JournalEvent[]>;
  lastSeq(): Promise<number>;

  project(id: string): Promise<ProjectRow | null>;
  projects(): Promise<readonly ProjectRow[]>;
  saveProject(project: ProjectRow): Promise<void>;

  /** Micro-USD counted since a moment, known and unknown, by project. */
  spentSince(since: string): Promise<ReadonlyMap<string, number>>;
  /** Session starts in the last minute, by `project/agent`. */
  startsLastMinute(): Promise<ReadonlyMap<string, number>>;

  workers(): Promise<readonly WorkerRow[]>;
  running(worker?: string): Promise<readonly RunningRow[]>;
  factory(): Promise<{ readonly pausedBy: string | null; readonly drainAskedAt: string | null }>;
  saveFactory(change: { readonly pausedBy?: string | null; readonly drain?: boolean }): Promise<void>;
  now(): Promise<string>;
  close(): Promise<void>;
}

/** A worker's own standing connection: its identity, its beat, what wakes it, and the one place of the scheduler. */
export interface Presence {
  readonly worker: string;
  /** False once another process has taken its identity away, or the store was lost: it must stop its sessions. */
  alive(): boolean;
  /** Whether this worker is the one that schedules now; takes the place when it is free. */
  leads(): Promise<boolean>;
  beat(): Promise<void>;
  /** How much work it takes on from now; nothing while it finishes what runs. */
  offer(sessions: number, work: number): Promise<void>;
  /** Ends the store's connection of a worker that no longer beats, so that it cannot act when it wakes. */
  fence(worker: string): Promise<void>;
  onSignal(listener: (signal: StoreSignal) => void): void;
  /** Called once when it ceases to be alive, unless it leaves by itself. */
  onLost(listener: () => void): void;
  leave(): Promise<void>;
}
