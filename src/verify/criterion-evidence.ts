import { criteriaIn } from './criterion-names.ts';
import type { NamedTest } from './named-tests/named-test.ts';

/** What tests say about one criterion. */
export interface CriterionEvidence {
  /** The criterion, such as `invoice-download/AC-3`. */
  readonly id: string;
  /** Passed is only what at least one test passed, and none failed; skipped tests beside them take nothing away. */
  readonly type: 'passed' | 'failed' | 'skipped-only' | 'no-test';
  /** All tests that name it. */
  readonly tests: readonly NamedTest[];
}

/** One answer for each id, in their order. Evidence only beside the exit code of the run that named the tests. */
export function judgeCriteria(ids: readonly string[], tests: readonly NamedTest[]): readonly CriterionEvidence[] {
  const byId = new Map<string, NamedTest[]>(ids.map((id) => [id, []]));
  const known = new Set(ids);
  for (const test of tests) for (const id of criteriaIn(test.name, known)) byId.get(id)?.push(test);
  return Array.from(byId, ([id, own]) => ({ id, type: judge(own), tests: own }));
}

function judge(tests: readonly NamedTest[]): CriterionEvidence['type'] {
  if (tests.length === 0) return 'no-test';
  if (tests.some(({ status }) => status === 'failed')) return 'failed';
  return tests.some(({ status }) => status === 'passed') ? 'passed' : 'skipped-only';
}
