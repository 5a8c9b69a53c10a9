/**
 * The word of `known` that `word` was probably meant to be, `null` when none is near enough: at most one slip in four
 * letters, and never so many that nothing of the word is left.
 */
export function nearestWord(word: string, known: Iterable<string>): string | null {
  const allowed = 1 + Math.floor(word.length / 4);
  let best: { readonly word: string; readonly slips: number } | null = null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > allowed) continue;
    const slips = countSlips(word.toLowerCase(), candidate.toLowerCase());
    const near = slips <= allowed && slips < Math.max(word.length, candidate.length);
    if (near && (best === null || slips < best.slips)) best = { word: candidate, slips };
  }
  return best?.word ?? null;
}

/**
 * How many slips of the hand turn `a` into `b`: a letter too many, missing, wrong, or two neighbours swapped (optimal
 * string alignment). Quadratic; words here are short.
 */
export function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const replace = at(last, j - 1) + (same ? 0 : 1);
      const swap = swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, replace, swap));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** A cell of the table; outside of it there is only a mistake of ours. */
function at(row: readonly number[], index: number): number {
  const cell = row[index];
  if (cell === undefined) throw new Error(`no cell ${index} in a row of ${row.length}`);
  return cell;
}
