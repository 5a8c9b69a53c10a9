/** Which hold-outs have passed on a commit, so that nothing lands past one that was made or changed since. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CriterionId } from '../model/criterion.ts';
import type { StepContext, StepItem } from './context.ts';
import { holdoutsFor, type GradedHoldout } from './grade-holdouts.ts';
import { digestHoldout } from './holdouts.ts';

/** By criterion, the digest of the scenario that passed. */
type Passed = Readonly<Record<string, string>>;

export async function recordGraded(
  { item }: StepItem,
  commit: string,
  graded: readonly GradedHoldout[],
  context: StepContext,
): Promise<void> {
  if (graded.length === 0) return;
  const passed = graded.flatMap(({ id, digest, passed: did }) =>
    did && digest !== null ? [[id, digest] as const] : [],
  );
  const { graded: folder } = context.home.project(item.project);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, `${item.id}-${commit}`), JSON.stringify(Object.fromEntries(passed)), { mode: 0o600 });
}

/** Criteria of the item whose hold-out, as it is now, has not passed on this commit. */
export async function listUngraded(
  about: StepItem,
  commit: string,
  context: StepContext,
): Promise<readonly CriterionId[]> {
  if (about.item.criteria.length === 0) return [];
  const asked = await holdoutsFor(about, context);
  if (asked.length === 0) return [];
  const passed = await readPassed(about, commit, context);
  const late = await Promise.all(
    asked.map(async ({ id, found }) =>
      found.type === 'found' && passed[id] === (await digestHoldout(found.folder)) ? [] : [id],
    ),
  );
  return late.flat();
}

async function readPassed({ item }: StepItem, commit: string, context: StepContext): Promise<Passed> {
  const file = join(context.home.project(item.project).graded, `${item.id}-${commit}`);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return JSON.parse(text) as Passed;
}
