import type { CriterionTask } from './criterion.ts';
import type { PinnedPipeline } from './pipeline.ts';

/**
 * The criteria that a commit of these attempts (`MW-12/build#3`) may say it implements. A phase that is held to certain
 * files, such as specs or instructions, builds none; it can only adopt what is built.
 */
export function builtCriteria(
  criteria: readonly CriterionTask[],
  { phases }: PinnedPipeline,
  attempts: readonly string[],
): readonly CriterionTask[] {
  const made = new Set(attempts.map((address) => address.slice(address.indexOf('/') + 1, address.lastIndexOf('#'))));
  const builds = phases.some(({ id, maker }) => made.has(id) && maker !== null && maker.paths === undefined);
  return builds ? criteria : criteria.filter(({ action }) => action === 'adopt');
}
