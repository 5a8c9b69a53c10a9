/** The store in memory: for tests of what stands above it. Same rules, no durability. */
import type { JournalEvent } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { isFinal } from '../model/work-item.ts';
import { effectRowChange } from './effect-rows.ts';
import type {
  NewEvent,
  ProjectRow,
  RunningRow,
  Spend,
  Store,
  StoredState,
  StoreTransaction,
  WorkerRow,
} from './store.ts';

interface Row<S> {
  readonly number: number;
  version: number;
  state: S;
}

/** Everything that a transaction may touch. */
interface Memory<S> {
  readonly rows: Map<string, Row<S>>;
  readonly events: JournalEvent[];
  readonly ids: Set<string>;
  readonly pipelines: Map<string, PinnedPipeline>;
  readonly spends: KeptSpend[];
  /** Session starts: `project/agent` and when. */
  readonly starts: { readonly key: string; readonly at: string }[];
  readonly now: () => string;
}

type KeptSpend = Spend & { readonly at: string; readonly project: string };

/** `clock` gives the store's time in milliseconds. */
export function createMemoryStore<S extends StoredState>(clock: () => number): Store<S> {
  const now = () => new Date(clock()).toISOString();
  const memory: Memory<S> = {
    rows: new Map(),
    events: [],
    ids: new Set(),
    pipelines: new Map(),
    spends: [],
    starts: [],
    now,
  };
  const { rows, events, pipelines } = memory;
  let numbers = 0;
  let turn: Promise<unknown> = Promise.resolve();

  return {
    transact(work) {
      const mine = turn.then(() => run(memory, work));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async addItems(count, project, build) {
      const given = Array.from({ length: count }, () => (numbers += 1));
      const at = now();
      const built = build(given, at);
      const keys = [...rows.values(), ...built].flatMap(({ state: { item } }) =>
        item.project === project && item.key !== null ? [item.key] : [],
      );
      if (new Set(keys).size < keys.length) throw new Error(`a key stands twice in ${project}`);
      for (const [index, { state, event }] of built.entries()) {
        rows.set(state.item.id, { number: given[index] ?? 0, version: 1, state });
        record(memory, event, at);
      }
    },
    async savePipeline(hash, pipeline) {
      if (!pipelines.has(hash)) pipelines.set(hash, pipeline);
    },
    pipeline: async (hash) => pipelines.get(hash) ?? null,
    item: async (id) => rows.get(id) ?? null,
    items: async ({ ids: wanted, open, project }) =>
      [...rows.values()].filter(
        ({ state }) =>
          (wanted === undefined || wanted.includes(state.item.id)) &&
          (open !== true || !isFinal(state.status)) &&
          (project === undefined || state.item.project === project),
      ),
    itemByKey: async (project, keys) =>
      new Map(
        [...rows.values()].flatMap(({ state: { item } }) =>
          item.project === project && item.key !== null && keys.includes(item.key) ? [[item.key, item.id]] : [],
        ),
      ),
    // Nothing else runs between these looks.
    snapshot: async (id) => {
      const row = rows.get(id);
      if (row === undefined) return null;
      const { version, state } = row;
      return { version, state, events: events.filter(({ item }) => item === id), running: runningOf(state) };
    },
    events: async ({ item, afterSeq, limit }) =>
      events
        .filter((event) => (item === undefined || event.item === item) && event.seq > (afterSeq ?? 0))
        .slice(0, limit),
    lastSeq: async () => events.length,
    ...memoryFactory(memory),
    now: async () => now(),
    async close() {},
  };
}

function memoryFactory<S extends StoredState>({ rows, spends, starts, now }: Memory<S>) {
  const projects = new Map<string, ProjectRow>();
  const workers: WorkerRow[] = [];
  let pausedBy: string | null = null;
  let drainAskedAt: string | null = null;
  return {
    project: async (id) => projects.get(id) ?? null,
    projects: async () => [...projects.values()],
    async saveProject(project) {
      const known = projects.get(project.id);
      projects.set(project.id, {
        ...project,
        target: project.target ?? known?.target ?? null,
        limits: project.limits ?? known?.limits ?? null,
      });
    },
    async spentSince(since) {
      const sums = new Map<string, number>();
      for (const { at, project, microUsd } of spends)
        if (at >= since) sums.set(project, (sums.get(project) ?? 0) + microUsd);
      return sums;
    },
    async startsLastMinute() {
      const counts = new Map<string, number>();
      const since = new Date(Date.parse(now()) - 60_000).toISOString();
      for (const { key, at } of starts) if (at > since) counts.set(key, (counts.get(key) ?? 0) + 1);
      return counts;
    },
    workers: async () => workers,
    running: async (worker) =>
      [...rows.values()]
        .flatMap(({ state }) => runningOf(state))
        .filter((each) => worker === undefined || each.worker === worker),
    factory: async () => ({ pausedBy, drainAskedAt }),
    async saveFactory(change) {
      if (change.pausedBy !== undefined) pausedBy = change.pausedBy;
      if (change.drain === true) drainAskedAt = now();
    },
  } satisfies Partial<Store<S>>;
}

function runningOf({ item, awaiting }: StoredState): readonly RunningRow[] {
  return Object.values(awaiting).flatMap(({ effect, state, token, worker }) =>
    state === 'running' && worker !== null ? [{ effect: effect.id, item: item.id, token, worker }] : [],
  );
}

function record<S>({ ids, events }: Memory<S>, event: NewEvent, at: string): void {
  ids.add(event.id);
  events.push({ ...structuredClone(event), seq: events.length + 1, at });
}

/** Writes are kept back until the work has come to its end: all of them happen, or none. */
async function run<S extends StoredState, T>(
  memory: Memory<S>,
  work: (tx: StoreTransaction<S>) => Promise<T>,
): Promise<T> {
  const at = memory.now();
  const writes: (() => void)[] = [];
  const hints: (() => void)[] = [];
  const inserted = new Set<string>();
  const result = await work({
    now: at,
    async lockItem(id) {
      const row = memory.rows.get(id);
      return row === undefined ? null : { version: row.version, state: row.state };
    },
    pipeline: async (hash) => memory.pipelines.get(hash) ?? null,
    async insertEvent(event) {
      if (memory.ids.has(event.id) || inserted.has(event.id)) return false;
      inserted.add(event.id);
      writes.push(() => record(memory, event, at));
      return true;
    },
    async saveItem(before, after, version, spend) {
      writes.push(() => {
        for (const { state, effect } of effectRowChange(before, after).put) {
          if (state === 'running' && 'agent' in effect)
            memory.starts.push({ key: `${after.item.project}/${String(effect.agent)}`, at });
        }
        const row = memory.rows.get(after.item.id);
        if (row !== undefined) Object.assign(row, { version, state: after });
        if (spend !== null) memory.spends.push({ ...spend, at, project: after.item.project });
      });
    },
    afterCommit: (hint) => hints.push(hint),
  });
  for (const write of writes) write();
  for (const hint of hints) hint();
  return result;
}
