import { readCheckoutFile } from './checkout-file.ts';
import { digestCriterion } from './criterion-digest.ts';
import type { CriterionTask } from '../model/criterion.ts';
import { maxSpecBytes } from '../spec/max-spec-bytes.ts';
import { parseSpec } from '../spec/parse-spec.ts';

/** Criteria as the commit is to name them: an adopted one demands what the spec in the working copy says now. */
export async function adoptedCriteria(
  tree: string,
  criteria: readonly CriterionTask[],
): Promise<readonly CriterionTask[]> {
  if (criteria.every(({ action }) => action !== 'adopt')) return criteria;
  return Promise.all(
    criteria.map(async (criterion) => {
      if (criterion.action !== 'adopt') return criterion;
      const name = criterion.id.slice(0, criterion.id.indexOf('/'));
      const spec = parseSpec(name, await readCheckoutFile(tree, `specs/${name}/spec.md`, maxSpecBytes));
      const found = spec.requirements.flatMap((each) => each.criteria).find(({ id }) => id === criterion.id);
      return found === undefined ? criterion : { ...criterion, hash: digestCriterion(found.meaning) };
    }),
  );
}
