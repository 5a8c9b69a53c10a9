/** The matrix from criteria to tests, code and verdicts, with what belongs to nothing; pure. */
import type { Evidence } from '../model/criterion.ts';
import type { CriterionVerdict } from '../model/outcome.ts';
import type { PlanRow } from './compare.ts';

/**
 * proven: built as it stands, with its evidence · failing: a test that names it fails · unproven: built, and nothing
 * shows it · stale: the spec has changed since · missing: not built.
 */
export type TraceVerdict = 'proven' | 'failing' | 'unproven' | 'stale' | 'missing';

export interface CodeRange {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** What is known of a criterion's evidence when it landed. */
export interface Landed {
  readonly evidence: Evidence;
  readonly verdict: CriterionVerdict | null;
  /** Checks that passed, and whether a person approved. */
  readonly passed: readonly string[];
  readonly approvedBy: string | null;
}

export interface TraceRow {
  readonly id: string;
  readonly spec: string;
  readonly text: string;
  readonly verdict: TraceVerdict;
  /** Where the verdict comes from: a report given now, what was seen at the landing, or nothing. */
  readonly seen: 'report' | 'landing' | null;
  readonly tests: CriterionVerdict['tests'];
  readonly code: readonly CodeRange[];
  readonly builtCommit: string | null;
}

/** One row for each criterion that the specs have. `reported`: verdicts of tests that ran just now, where there are any. */
export function traceRows(
  rows: readonly PlanRow[],
  landed: ReadonlyMap<string, Landed>,
  reported: ReadonlyMap<string, CriterionVerdict> | null,
  code: ReadonlyMap<string, readonly CodeRange[]>,
): readonly TraceRow[] {
  return rows.flatMap(({ action, id, spec, text, builtCommit, evidence }) => {
    if (action === 'remove') return [];
    const known = landed.get(id) ?? null;
    const now = reported?.get(id) ?? null;
    const type = evidence?.type ?? 'test';
    const judged =
      action === 'add' ? ('missing' as const) : action === 'change' ? ('stale' as const) : judge(type, known, now);
    return [
      {
        id,
        spec,
        text: text ?? '',
        verdict: now?.type === 'failed' ? 'failing' : judged,
        seen: now !== null ? ('report' as const) : known === null ? null : ('landing' as const),
        tests: (now ?? known?.verdict)?.tests ?? [],
        code: code.get(id) ?? [],
        builtCommit,
      },
    ];
  });
}

function judge(type: Evidence['type'], landed: Landed | null, now: CriterionVerdict | null): TraceVerdict {
  if (type === 'test') {
    const verdict = now ?? landed?.verdict ?? null;
    return verdict?.type === 'passed' ? 'proven' : verdict?.type === 'failed' ? 'failing' : 'unproven';
  }
  if (landed === null) return 'unproven';
  if (type === 'hold-out') {
    const { holdout } = landed.verdict ?? {};
    return holdout === 'passed' ? 'proven' : holdout === 'failed' ? 'failing' : 'unproven';
  }
  if (type === 'person') return landed.approvedBy === null ? 'unproven' : 'proven';
  const { evidence } = landed;
  return evidence.type === 'command' && landed.passed.includes(evidence.check) ? 'proven' : 'unproven';
}

/** Of a hundred criteria, how many are proven; 100 where there is none. */
export function coverage(rows: readonly TraceRow[]): number {
  const proven = rows.filter(({ verdict }) => verdict === 'proven').length;
  return rows.length === 0 ? 100 : Math.floor((proven / rows.length) * 1_000) / 10;
}
