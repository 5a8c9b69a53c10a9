/** What stayed, what went and what came between two sequences. */

export interface Stretch {
  readonly same: boolean;
  /** From, inclusive, and to, exclusive. */
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
}

/** Each round is linear but for sorting; a stretch that is still open after these is one change. */
const maxRounds = 16;

/**
 * Both sequences from the beginning to the end, as stretches that are the same and stretches that are not. What stands
 * once on either side leads (as in a patience diff), so that an edit does not tear its neighbours along.
 */
export function matchSequences(a: readonly string[], b: readonly string[]): readonly Stretch[] {
  const found: Stretch[] = [];
  compare(a, b, [0, a.length], [0, b.length], maxRounds, found);
  return found.filter(({ a: [a0, a1], b: [b0, b1] }) => a1 > a0 || b1 > b0);
}

type Range = readonly [number, number];

function compare(
  a: readonly string[],
  b: readonly string[],
  [a0, a1]: Range,
  [b0, b1]: Range,
  rounds: number,
  found: Stretch[],
): void {
  let head = 0;
  while (a0 + head < a1 && b0 + head < b1 && a[a0 + head] === b[b0 + head]) head += 1;
  let tail = 0;
  while (a1 - tail > a0 + head && b1 - tail > b0 + head && a[a1 - tail - 1] === b[b1 - tail - 1]) tail += 1;
  found.push({ same: true, a: [a0, a0 + head], b: [b0, b0 + head] });
  const inner: readonly [Range, Range] = [
    [a0 + head, a1 - tail],
    [b0 + head, b1 - tail],
  ];
  const anchors = rounds === 0 ? [] : findAnchors(a, b, ...inner);
  if (anchors.length === 0) found.push({ same: false, a: inner[0], b: inner[1] });
  else {
    let [i, j] = [inner[0][0], inner[1][0]];
    for (const [x, y] of [...anchors, [inner[0][1], inner[1][1]] as const]) {
      compare(a, b, [i, x], [j, y], rounds - 1, found);
      [i, j] = [x, y];
    }
  }
  found.push({ same: true, a: [a1 - tail, a1], b: [b1 - tail, b1] });
}

/** Places of what stands once on either side, in an order that both sides have. */
function findAnchors(a: readonly string[], b: readonly string[], left: Range, right: Range): readonly Range[] {
  const [once, others] = [placesOnce(a, left), placesOnce(b, right)];
  const pairs: Range[] = [];
  for (const [key, i] of once) {
    const j = others.get(key) ?? null;
    if (i !== null && j !== null) pairs.push([i, j]);
  }
  return longestRising(pairs);
}

/** `null` for what stands more than once. */
function placesOnce(keys: readonly string[], [from, to]: Range): ReadonlyMap<string, number | null> {
  const places = new Map<string, number | null>();
  for (let at = from; at < to; at += 1) {
    const key = keys[at] ?? '';
    places.set(key, places.has(key) ? null : at);
  }
  return places;
}

/** The longest choice of pairs, which rise on the left already, that rises on the right too. */
function longestRising(pairs: readonly Range[]): readonly Range[] {
  const tops: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, [, j]] of pairs.entries()) {
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tops[middle] ?? 0]?.[1] ?? 0) < j) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? undefined : tops[low - 1];
    tops[low] = index;
  }
  const chosen: Range[] = [];
  for (let at = tops.at(-1); at !== undefined; at = before[at]) {
    const pair = pairs[at];
    if (pair !== undefined) chosen.push(pair);
  }
  return chosen.reverse();
}
