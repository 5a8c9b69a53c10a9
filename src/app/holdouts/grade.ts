/** Runs hold-outs on the latest accepted commit of a project, outside any work item. */
import { takeIn } from '../../git/take-in.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { gradeHoldouts, type GradedHoldout } from '../../steps/grade-holdouts.ts';
import { findHoldout } from '../../steps/holdouts.ts';
import { trustedOf } from '../../steps/workplace.ts';
import type { Factory } from '../open-factory.ts';
import { handWritten, readBuiltHere } from '../built-here.ts';
import { pinHere, readProjectHere } from '../pin-here.ts';
import { findCheckout, registerProject } from '../projects.ts';
import { nobodysItem, withScratch } from '../scratch.ts';
import { listHoldouts, type HoldoutRow } from './list.ts';

export interface GradedHere {
  readonly commit: string;
  /** `built`: whether work has landed for the criterion; one that passes before that may decide nothing. */
  readonly graded: readonly (GradedHoldout & { readonly built: boolean })[];
}

/** Those that are named, or all. E_HOLDOUT where one of them cannot decide. */
export async function gradeHere(
  factory: Factory,
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<GradedHere> {
  const { id: project } = await registerProject(factory.store, folder);
  const { config } = await readProjectHere(folder);
  const { repository } = await findCheckout(folder);
  const { holdouts } = factory.home.project(project);
  const rows = await listHoldouts(factory.home.root, folder);
  const chosen = rows.filter(({ id, state }) => (names.length === 0 ? state !== 'unasked' : names.includes(id)));
  const bad = names.find((name) => !chosen.some(({ id }) => id === name)) ?? chosen.find(isUnready)?.id;
  if (bad !== undefined || chosen.length === 0)
    throw new UserError(
      'E_HOLDOUT',
      bad === undefined ? 'there is no hold-out' : `${bad} has no hold-out that is ready to decide`,
      'mw holdout list',
      { exit: exitCode.notFound },
    );
  const asked = await Promise.all(
    chosen.map(async ({ id, hash }) => ({ id, hash, found: await findHoldout(holdouts, id) })),
  );
  const pipeline = await pinHere(folder, undefined);
  return withScratch(factory, async (context) => {
    const trusted = await trustedOf(project, context);
    const taken = await takeIn({ trusted, target: pipeline.target, signal });
    if (!('tip' in taken))
      throw new UserError('E_NO_COMMIT', `there is no commit of ${pipeline.target} to grade`, 'mw doctor', {
        exit: exitCode.notFound,
      });
    const at = { effect: grading, commit: taken.tip, accepted: true };
    const graded = await gradeHoldouts(
      asked,
      at,
      nobodysItem(project, pipeline, { title: 'hold-outs', body: '' }),
      context,
      signal,
    );
    const { built } = await readBuiltHere(factory.home.root, repository, config.target, handWritten(config));
    const isBuilt = (id: string) => typeof built.criteria[id]?.hash === 'string';
    return { commit: taken.tip, graded: graded.map((each) => ({ ...each, built: isBuilt(each.id) })) };
  });
}

function isUnready({ state }: HoldoutRow): boolean {
  return state !== 'ready';
}

const grading = 'MW-0:0/holdouts/checks-0';
