import type { Facts } from '../model/outcome.ts';
import type { Condition } from '../model/pipeline.ts';

/**
 * Whether a phase is to run. Fails towards running it: a fact that is not there never skips a phase, because a skipped
 * phase is a gate that nobody looked at.
 */
export function holds(condition: Condition | null, factsOf: (phase: string) => Facts | null): boolean {
  if (condition === null) return true;
  return Object.entries(condition).every(([path, wanted]) => {
    const [phase = '', field = ''] = path.split('.');
    const value = factsOf(phase)?.[field];
    if (value === undefined) return true;
    if (typeof wanted === 'object' && !Array.isArray(wanted)) return !listOf(wanted.not).includes(value);
    return listOf(wanted).includes(value);
  });
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
