import { createHash } from 'node:crypto';

/** The hash of a criterion, from what it demands. */
export function digestCriterion(meaning: string): string {
  return createHash('sha256').update(meaning).digest('hex').slice(0, 16);
}
