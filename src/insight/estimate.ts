/** What work will probably cost and take, from what landed work of the same project cost and took. */
import type { ItemState } from '../machine/state.ts';
import type { Store } from '../store/store.ts';

export interface Range {
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

export interface Estimate {
  /** How many landed items it is drawn from. */
  readonly basis: number;
  /** `null` where history says too little: fewer than five items with a known cost. */
  readonly costMicroUsd: Range | null;
  /** Hours and minutes of one item after the other, from the first start to the landing. */
  readonly workMs: Range | null;
}

const fewest = 5;
const mostRecent = 50;

/** For `count` items. The range holds nine of ten sums of as many items drawn from history. */
export async function estimate(store: Store<ItemState>, project: string, count: number): Promise<Estimate> {
  const landed = (await store.items({ project }))
    .filter(({ state }) => state.status === 'landed' && state.item.criteria.length > 0)
    .slice(-mostRecent);
  const costs = landed.flatMap(({ state }) =>
    state.spending.unknownSessions > 0 ? [] : [state.spending.knownMicroUsd],
  );
  const times: number[] = [];
  for (const { state } of count === 0 || landed.length < fewest ? [] : landed) {
    const events = await store.events({ item: state.item.id });
    const start = events.find(({ body }) => body.type === 'effect-started');
    const end = events.findLast(({ body }) => body.type === 'landed');
    if (start !== undefined && end !== undefined) times.push(Date.parse(end.at) - Date.parse(start.at));
  }
  return { basis: landed.length, costMicroUsd: drawSums(costs, count), workMs: drawSums(times, count) };
}

const draws = 2_000;

/** Sums of `count` values drawn with repetition; always the same draws, so that a plan does not change by itself. */
export function drawSums(values: readonly number[], count: number): Range | null {
  if (values.length < fewest) return null;
  const next = createGenerator();
  const sums = Array.from({ length: draws }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn += 1) sum += values[Math.floor(next() * values.length)] ?? 0;
    return sum;
  }).sort((a, b) => a - b);
  const at = (share: number): number => sums[Math.floor(share * (draws - 1))] ?? 0;
  return { low: at(0.05), middle: at(0.5), high: at(0.95) };
}

/** A linear congruential generator (Numerical Recipes' constants): enough to draw from a list. */
function createGenerator(): () => number {
  let state = 20_260_101;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
