/** The store in memory: for tests of what stands above it. Same rules, no durability. */
import type { JournalEvent } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { isFinal } from '../model/work-item.ts';
import type { NewEvent, ProjectRow, Spend, Store, StoredState, StoreTransaction, WorkerRow } from './store.ts';

interface Row<S> {
  readonly number: number;
  version: number;
  state: S;
}

/** `clock` gives the store's time in milliseconds. */
export function createMemoryStore<S extends StoredState>(clock: () => number): Store<S> {
  const rows = new Map<string, Row<S>>();
  const events: JournalEvent[] = [];
  const ids = new Set<string>();
  const pipelines = new Map<string, PinnedPipeline>();
  const projects = new Map<string, ProjectRow>();
  const spends: (Spend & { at: string; project: string })[] = [];
  const workers: WorkerRow[] = [];
  let numbers = 0;
  let pausedBy: string | null = null;
  let drainAskedAt: string | null = null;
  let turn: Promise<unknown> = Promise.resolve();
  const now = () => new Date(clock()).toISOString();

  const record = (event: NewEvent, at: string) => {
    ids.add(event.id);
    events.push({ ...structuredClone(event), seq: events.length + 1, at });
  };

  async function run<T>(work: (tx: StoreTransaction<S>) => Promise<T>): Promise<T> {
    const at = now();
    const writes: (() => void)[] = [];
    const hints: (() => void)[] = [];
    const inserted = new Set<string>();
    const result = await work({
      now: at,
      async lockItem(id) {
        const row = rows.get(id);
        return row === undefined ? null : { version: row.version, state: row.state };
      },
      pipeline: async (hash) => pipelines.get(hash) ?? null,
      async insertEvent(event) {
        if (ids.has(event.id) || inserted.has(event.id)) return false;
        inserted.add(event.id);
        writes.push(() => record(event, at));
        return true;
      },
      async saveItem(_before, after, version, spend) {
        writes.push(() => {
          const row = rows.get(after.item.id);
          if (row !== undefined) Object.assign(row, { version, state: after });
          if (spend !== null) spends.push({ ...spend, at, project: after.item.project });
        });
      },
      afterCommit: (hint) => hints.push(hint),
    });
    for (const write of writes) write();
    for (const hint of hints) hint();
    return result;
  }

  return {
    transact(work) {
      const mine = turn.then(() => run(work));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async addItems(count, _project, build) {
      const given = Array.from({ length: count }, () => (numbers += 1));
      const at = now();
      for (const [index, { state, event }] of build(given, at).entries()) {
        rows.set(state.item.id, { number: given[index] ?? 0, version: 1, state });
        record(event, at);
      }
    },
    savePipeline: async (hash, pipeline) => void pipelines.set(hash, pipeline),
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
      new Map([...rows.values()].flatMap(({ state: { item } }) => (item.project === project && item.key !== null && keys.includes(item.key) ? [[item.key, item.id]] : []))),
    events: async ({ item, afterSeq, limit }) =>
      events.filter((event) => (item === undefined || event.item === item) && event.seq > (afterSeq ?? 0)).slice(0, limit),
    lastSeq: async () => events.length,
    project: async (id) => projects.get(id) ?? null,
    projects: async () => [...projects.values()],
    saveProject: async (project) => void projects.set(project.id, project),
    async spentSince(since) {
      const sums = new Map<string, number>();
      for (const { at, project, microUsd } of spends) if (at >= since) sums.set(project, (sums.get(project) ?? 0) + microUsd);
      return sums;
    },
    startsLastMinute: async () => new Map(),
    workers: async () => workers,
    running: async (worker) =>
      [...rows.values()].flatMap(({ state }) =>
        Object.values(state.awaiting).flatMap((each) =>
          each.state === 'running' && each.worker !== null && (worker === undefined || each.worker === worker)
            ? [{ effect: each.effect.id, item: state.item.id, token: each.token, worker: each.worker }]
            : [],
        ),
      ),
    factory: async () => ({ pausedBy, drainAskedAt }),
    async saveFactory(change) {
      if (change.pausedBy !== undefined) pausedBy = change.pausedBy;
      if (change.drain === true) drainAskedAt = now();
    },
    now: async () => now(),
    async close() {},
  };
}
