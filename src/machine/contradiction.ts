/** Where what is wanted and what a test asks cannot both hold. Both are cited; a person says which is right. */
import type { CriterionTask } from '../model/criterion.ts';
import type { AttemptOutcome, CheckResult } from '../model/outcome.ts';
import type { WorkItem } from '../model/work-item.ts';
import type { Draft, Reason } from './state.ts';

const code = 'spec-vs-test';

/** The end of an item whose maker says that it cannot be done as it is asked for. */
export function specConflict(
  { item }: Draft,
  { criterion, test, evidence }: Extract<AttemptOutcome, { type: 'spec-conflict' }>,
): Reason {
  const next = `mw edit ${item.id} or mw fix, then mw retry ${item.id}`;
  if (test === undefined || test === '')
    return { code: 'spec-conflict', text: `${criterion} cannot be met as written: ${evidence}`, next };
  const known = item.criteria.find(({ id }) => criterion.includes(id));
  return {
    code,
    text: `conflict: spec vs test. The spec: ${known === undefined ? criterion : cite(known)}\nThe test: ${test}\n${evidence}`,
    next: `change the one that is wrong (mw edit ${item.id}, mw fix, or the test), then mw retry ${item.id}`,
  };
}

/**
 * Whether the evidence of a criterion contradicts itself: its tests pass, and the scenario that was made from its words
 * fails. At first that is a fault of the work; when it stays so, one of the two does not say what the criterion says.
 */
export function findContradiction(results: readonly CheckResult[]): string | null {
  const verdicts = results.flatMap(({ criteria }) => criteria ?? []);
  const torn = verdicts.filter(({ type, holdout }) => type === 'passed' && holdout === 'failed');
  if (torn.length === 0) return null;
  return torn
    .map(({ id, tests }) => {
      const names = tests.slice(0, 3).map(({ name }) => `"${name}"`);
      return `conflict: spec vs test. ${id}: the tests that name it pass (${names.join(', ')}), and the hold-out made from its words fails`;
    })
    .join('\n');
}

/** The end of an item that stayed so. */
export function contradictionStop(item: WorkItem, text: string): Reason {
  const cited = item.criteria.filter(({ id }) => text.includes(id)).map(cite);
  return {
    code,
    text: [text, ...cited].join('\n').slice(0, 15_000).toWellFormed(),
    next: `mw holdout run, look at both, then mw retry ${item.id} --feedback "…"`,
  };
}

export function cite({ id, text }: Pick<CriterionTask, 'id' | 'text'>): string {
  return `${id}: "${text}"`;
}

/** What is asked of a person about a test that was changed: the spec or the test. */
export function conflictTitle({ criteria, title }: WorkItem): string {
  const wanted = criteria.filter(({ action }) => action === 'implement' || action === 'change').slice(0, 3);
  const cited = wanted.length === 0 ? [`"${title}"`] : wanted.map(cite);
  return `conflict: spec vs test. Wanted: ${cited.join('; ')}. To get there the work changed a test that passed before; approve: the test was wrong, reject: the work is`;
}
