/** Runs hold-outs on the latest accepted commit of a project, outside any work item. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { takeIn } from '../../git/take-in.ts';
import type { PinnedPipeline } from '../../model/pipeline.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { StepContext, StepItem } from '../../steps/context.ts';
import { gradeHoldouts, type GradedHoldout } from '../../steps/grade-holdouts.ts';
import { findHoldout } from '../../steps/holdouts.ts';
import { takeWorkplace, trustedOf } from '../../steps/workplace.ts';
import type { Home } from '../../store/home.ts';
import type { Factory } from '../open-factory.ts';
import { handWritten, readBuiltHere } from '../built-here.ts';
import { pinHere, readProjectHere } from '../pin-here.ts';
import { findCheckout, registerProject } from '../projects.ts';
import { createStepContext } from '../step-context.ts';
import { listHoldouts } from './list.ts';

export interface GradedHere {
  readonly commit: string;
  /** `built`: whether work has landed for the criterion; one that passes before that may decide nothing. */
  readonly graded: readonly (GradedHoldout & { readonly built: boolean })[];
}

/** Those that are named, or all that can decide. E_HOLDOUT for a named one that cannot. */
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
  const bad = names.find((name) => !rows.some(({ id, state }) => id === name && state === 'ready'));
  if (bad !== undefined)
    throw new UserError('E_HOLDOUT', `${bad} has no hold-out that is ready to decide`, 'mw holdout list', {
      exit: exitCode.notFound,
    });
  const pipeline = await pinHere(folder, undefined);
  const chosen = rows.filter(({ id, state }) => state === 'ready' && (names.length === 0 || names.includes(id)));
  if (chosen.length === 0)
    throw new UserError('E_HOLDOUT', 'no hold-out is ready to decide', 'mw holdout list', { exit: exitCode.notFound });
  const found = await Promise.all(chosen.map(({ id }) => findHoldout(holdouts, id)));
  const fit = found.flatMap((each) => (each.type === 'found' ? [each] : []));
  return withScratch(factory, async (context) => {
    const trusted = await trustedOf(project, context);
    const taken = await takeIn({ trusted, target: pipeline.target, signal });
    if (!('tip' in taken))
      throw new UserError('E_NO_COMMIT', `there is no commit of ${pipeline.target} to grade`, 'mw doctor', {
        exit: exitCode.notFound,
      });
    const about = nobody(project, pipeline);
    const at = { about, commit: taken.tip, base: taken.tip, accepted: true, keep: false };
    const place = await takeWorkplace({ ...at, effect: grading }, context, signal);
    const room = { pipeline, rung: pipeline.rung, place, folder: context.home.effect(grading) };
    const graded = await gradeHoldouts(fit, room, context, signal);
    const { built } = await readBuiltHere(factory.home.root, repository, config.target, handWritten(config));
    const isBuilt = (id: string) => typeof built.criteria[id]?.hash === 'string';
    return { commit: taken.tip, graded: graded.map((each) => ({ ...each, built: isBuilt(each.id) })) };
  });
}

const grading = 'MW-0:0/holdouts/checks-0';
/** Nobody grades for longer. */
const oldMs = 86_400_000;

/** A work item that is none: the rooms that a commit is looked at in belong to one. */
function nobody(project: string, pipeline: PinnedPipeline): StepItem {
  const item = {
    id: 'MW-0',
    project,
    key: null,
    title: 'hold-outs',
    body: '',
    after: [],
    pipeline: null,
    priority: 0,
    budgetMicroUsd: null,
    rung: null,
    criteria: [],
  };
  return { item, pipeline, proven: {}, reservedMicroUsd: 0 };
}

/** A working copy and sessions of our own, which no worker of the home takes for its own, or for leftovers. */
async function withScratch<T>(factory: Factory, use: (context: StepContext) => Promise<T>): Promise<T> {
  const all = join(factory.home.root, 'grading');
  await mkdir(all, { recursive: true, mode: 0o700 });
  for (const name of await readdir(all)) {
    const info = await stat(join(all, name)).catch(() => null);
    if (info !== null && Date.now() - info.mtimeMs > oldMs) await rm(join(all, name), { recursive: true, force: true });
  }
  const scratch = join(all, randomUUID().slice(0, 8));
  const copy = join(scratch, 'copy');
  await mkdir(copy, { recursive: true, mode: 0o700 });
  const home: Home = {
    ...factory.home,
    effect: () => join(scratch, 'sessions'),
    project: (id) => ({ ...factory.home.project(id), candidate: () => join(scratch, 'candidate.git') }),
  };
  const copies: StepContext['copies'] = {
    take: async () => ({ directory: copy, taken: 'now' }),
    release: async () => undefined,
    sweep: async () => undefined,
  };
  try {
    return await use({ ...(await createStepContext(factory, copies)), home });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
