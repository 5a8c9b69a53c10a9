/** How long the stand-in agents take, and the least time in which slots can work through them. Pure. */

/** The same numbers in [0, 1) for the same seed, on every machine (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Log-normal durations in seconds: half of them are below `medianSeconds`, a few are several times as long. */
export function drawLogNormal(count: number, medianSeconds: number, sigma: number, seed: number): readonly number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    // Box and Muller: two uniform numbers make a normal one. 1 - x is never 0.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.round(medianSeconds * Math.exp(sigma * normal) * 1_000) / 1_000;
  });
}

/** When the last one ends if each starts, in this order, on the slot that is free first, and nothing else takes time. */
export function listSchedule(durations: readonly number[], slots: number): number {
  const free = Array.from({ length: slots }, () => 0);
  for (const duration of durations) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + duration;
  }
  return Math.max(...free);
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** By nearest rank; for an even number of values the median is the lower one of the two in the middle. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error('no values');
  return value;
}
