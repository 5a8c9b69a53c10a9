/** Reviews of one change, as they are written for other programs. */
import type { Finding, Severity } from '../model/outcome.ts';

export interface ReviewReport {
  /** Version of Millwright. */
  readonly version: string;
  readonly base: string;
  readonly commit: string;
  readonly reviews: readonly ReviewerReport[];
}

export interface ReviewerReport {
  readonly reviewer: string;
  /** none: it gave no verdict, which is no pass. */
  readonly verdict: 'pass' | 'fail' | 'none';
  readonly findings: readonly Finding[];
  /** Why there is no verdict. */
  readonly why: string | null;
  readonly durationMs: number;
}

const ranks: readonly Severity[] = ['note', 'minor', 'major', 'blocker'];

/** Whether a finding is at least as grave as `level`. */
export function isAtLeast({ severity }: Pick<Finding, 'severity'>, level: Severity): boolean {
  return ranks.indexOf(severity) >= ranks.indexOf(level);
}
