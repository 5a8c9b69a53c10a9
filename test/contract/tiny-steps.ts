/** A factory without files and processes: real items, real events, steps that only wait for the test. */
import type { EffectStart, Perform } from '../../src/engine/engine.ts';
import type { ItemState } from '../../src/machine/state.ts';
import type { EventBody } from '../../src/model/event.ts';
import type { PinnedPipeline } from '../../src/model/pipeline.ts';
import { unknownUsage } from '../../src/model/usage.ts';
import type { AppendResult, Journal } from '../../src/orchestrator/append.ts';
import type { Store } from '../../src/store/store.ts';
import { project, workItem } from './states.ts';

/** Effects that an item goes through: prepare, one attempt, landing. */
export const effectsPerItem = 3;

const hash = 'a'.repeat(64);
const instructions = { name: 'build', hash };

const pipeline: PinnedPipeline = {
  name: 'tiny',
  phases: [
    {
      id: 'build',
      maker: { instructions, agent: 'maker', output: { type: 'text' }, writes: true },
      checks: [],
      reviews: [],
      approval: false,
      loop: { to: 'build', max: 3 },
      attempts: 3,
      when: null,
      limits: { idleMs: 1_000, sessionMs: 1_000 },
    },
  ],
  agents: { maker: { adapter: 'command', command: 'true', free: true } },
  checks: {},
  setup: null,
  target: 'main',
  rung: 'clone',
  network: { setup: [], checks: [] },
  readOnly: [],
  limits: { slots: 100, itemMicroUsd: null, dayMicroUsd: null, checkMs: 1_000, copyBytes: 1_000 },
  land: 'fast-forward',
  protect: [],
  guard: { tests: [], judges: [], allow: [] },
};

const base = 'b'.repeat(40);

/** The commit that an item's attempt makes. */
function commitOf(item: string): string {
  return Number(item.slice(3)).toString(16).padStart(40, '0');
}

/** The event that ends an effect well. */
export function endOf({ effect }: EffectStart): EventBody {
  switch (effect.type) {
    case 'prepare':
      return { type: 'prepared', effect: effect.id, base, pipeline: hash, grants: [] };
    case 'attempt':
      return {
        type: 'attempt-finished',
        effect: effect.id,
        outcome: {
          type: 'succeeded',
          commit: commitOf(effect.item),
          changed: true,
          result: null,
          facts: {},
          summary: '',
        },
        usage: unknownUsage,
        sessions: [],
      };
    case 'land':
      return {
        type: 'landed',
        effect: effect.id,
        commit: effect.commit,
        delivery: { type: 'delivered', branch: 'main' },
      };
    case 'checks':
    case 'review':
    case 'break':
    case 'timer':
      throw new Error(`${effect.type} is no part of this pipeline`);
  }
}

/** What a step does before its event; throws or never ends where a test says so. */
export type Work = (start: EffectStart, signal: AbortSignal) => Promise<void>;

/** Performs by `work`, then the one event. What became of each is kept in `ends`. */
export function performBy(journal: Journal, work: Work, ends: AppendResult['type'][]): Perform {
  return async (start, signal) => {
    await work(start, signal);
    if (signal.aborted) return;
    const { type } = await journal.append(start.effect.item, endOf(start), { token: start.token });
    ends.push(type);
  };
}

/** `count` items in a project that the store does not know yet, or knows. */
export async function addTinyItems(
  store: Store<ItemState>,
  journal: Journal,
  count: number,
): Promise<readonly string[]> {
  await store.saveProject({ id: project, path: '/repository', target: 'main', limits: null });
  await store.savePipeline(hash, pipeline);
  const items = await journal.add(count, project, (ids) => ids.map((id) => workItem(id)));
  return items.map(({ id }) => id);
}

/** Until aborted. */
export function waitForAbort(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
