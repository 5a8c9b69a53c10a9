/** The 95 % interval of a share, after Wilson, in percent; good for small numbers and for shares near nought and one. */
export function wilson(hits: number, of: number): readonly [number, number] {
  if (of === 0) return [0, 100];
  const z = 1.96;
  const share = hits / of;
  const middle = share + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  const scale = 1 + z ** 2 / of;
  return [Math.max(0, (100 * (middle - spread)) / scale), Math.min(100, (100 * (middle + spread)) / scale)];
}

/** `50 of 68 (74 %, 62 to 83)`. */
export function showShare(hits: number, of: number): string {
  const [low, high] = wilson(hits, of);
  return `${hits} of ${of} (${of === 0 ? '-' : ((100 * hits) / of).toFixed(1)} %, ${low.toFixed(0)} to ${high.toFixed(0)})`;
}
