/** The smallest states and events that a store can keep. */
import type { StoredAwaiting, StoredState } from '../../src/store/store.ts';
import type { NewEvent } from '../../src/store/store.ts';
import type { WorkItem } from '../../src/model/work-item.ts';

export const project = 'p';

export interface TestState extends StoredState {
  /** Something to see a change by. */
  readonly note: string;
}

export function stateOf(number: number, change: Partial<TestState> & { readonly key?: string | null } = {}): TestState {
  const { key = null, ...rest } = change;
  return {
    item: { id: `MW-${number}`, project, key, title: `item ${number}` },
    status: 'queued',
    pipeline: null,
    awaiting: {},
    note: '',
    ...rest,
  };
}

/** Awaited effects by id; `running` on a worker. */
export function awaiting(
  item: string,
  effects: Readonly<
    Record<string, { readonly token: number; readonly worker: string | null; readonly agent?: string }>
  >,
): StoredState['awaiting'] {
  return Object.fromEntries(
    Object.entries(effects).map(([id, { token, worker, agent }]): [string, StoredAwaiting] => [
      id,
      {
        effect: {
          id,
          item,
          type: agent === undefined ? 'checks' : 'attempt',
          ...(agent === undefined ? {} : { agent }),
        },
        state: worker === null ? 'wanted' : 'running',
        worker,
        token,
        reservedMicroUsd: 0,
      },
    ]),
  );
}

export function eventOf(item: string, n: number, id = `${item}#${n}`): NewEvent {
  return { item, n, id, body: { type: 'resume-requested', by: 'somebody' }, machine: 1, decided: [`after ${n}`] };
}

export function workItem(id: string, change: Partial<WorkItem> = {}): WorkItem {
  return {
    id,
    project,
    key: null,
    title: id,
    body: '',
    after: [],
    pipeline: null,
    priority: 0,
    budgetMicroUsd: null,
    rung: null,
    criteria: [],
    ...change,
  };
}
