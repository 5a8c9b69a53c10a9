/** Turning a plan into work items. */
import { createHash } from 'node:crypto';
import { exitCode, UserError } from '../model/user-error.ts';
import { isFinal, type WorkItem } from '../model/work-item.ts';
import type { PlannedItem } from '../spec/plan-items.ts';
import type { Factory } from './open-factory.ts';
import type { PlanHere } from './plan-here.ts';
import { addItems } from './work.ts';

/** Adds every item of the plan, or none; `note` goes into the words of each. E_NOT_COMMITTED while a spec that it is about differs from the latest commit of the target. */
export async function applyPlan(factory: Factory, plan: PlanHere, note = ''): Promise<readonly WorkItem[]> {
  const touched = new Set(plan.items.flatMap(({ criteria }) => criteria.map(({ id }) => id.slice(0, id.indexOf('/')))));
  const isTouched = (path: string) => touched.has(path.split('/')[1] ?? '');
  const uncommitted = plan.uncommitted.filter(isTouched);
  const [first] = uncommitted;
  if (first !== undefined) {
    const many = uncommitted.length === 1 ? '' : ` and ${uncommitted.length - 1} more`;
    throw new UserError(
      'E_NOT_COMMITTED',
      `${first}${many} differs from the latest commit of ${plan.target}; work is done on what is committed there`,
      `git add specs && git commit -m "Say what is wanted", on ${plan.target}, then mw apply`,
      { exit: exitCode.usage },
    );
  }
  const fault = plan.faults.find(isTouched);
  if (fault !== undefined)
    throw new UserError('E_WORK_PLAN', fault, 'mend it and commit, or delete it, then mw apply', {
      exit: exitCode.notAccepted,
    });
  if (plan.items.length === 0) return [];
  const keys = await freeKeys(factory, plan);
  return addItems(
    factory,
    plan.project,
    plan.items.map(({ title, body, criteria, after, afterItems }, index) => ({
      key: keys[index],
      title,
      body: [body, note].filter((text) => text !== '').join('\n\n'),
      criteria,
      after: [...after.map((place) => keys[place] ?? ''), ...afterItems],
    })),
  );
}

/** The same work has the same key, so that two who apply one plan at one moment do not do it twice; over is free again. */
async function freeKeys(factory: Factory, { items, project }: PlanHere): Promise<readonly string[]> {
  const bases = items.map(keyOf);
  for (let round = 1; ; round += 1) {
    const keys = bases.map((base) => (round === 1 ? base : `${base}.${round}`));
    const known = await factory.store.itemByKey(project, keys);
    if (known.size === 0) return keys;
    const states = await factory.store.items({ ids: [...known.values()] });
    const open = states.find(({ state }) => !isFinal(state.status));
    if (open !== undefined)
      throw new UserError(
        'E_UNDERWAY',
        `${open.state.item.id} is at this already`,
        `mw run ${open.state.item.id}, or mw cancel ${open.state.item.id}`,
        { exit: exitCode.conflict },
      );
  }
}

function keyOf({ criteria }: PlannedItem): string {
  const text = criteria.map(({ id, hash, action }) => `${action} ${id}@${hash}`).join('\n');
  return `plan:${criteria[0]?.id ?? ''}:${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
