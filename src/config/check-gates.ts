/** Whether every gate of a pipeline can pass, and whether passing it would mean anything. */
import type { ProjectConfig } from '../model/config.ts';
import type { PhaseFile } from '../model/pipeline.ts';
import { nearestWord } from './nearest-word.ts';
import type { PipelineUnderCheck } from './pipeline-under-check.ts';
import type { Problem } from './problem.ts';

/** In `checks:` this word takes every check of the project. */
export const everyCheck = 'all';

/** Gates that nothing can satisfy, or that would pass over nothing. */
export function checkGates(input: PipelineUnderCheck): readonly Problem[] {
  return input.pipeline.phases.flatMap((phase, index) => [
    ...checkChecks(phase, index, input),
    ...checkBreaker(phase, index, input),
    ...checkReviews(phase, index, input),
    ...checkAuthority(phase, index, input),
  ]);
}

function checkChecks(
  phase: PhaseFile,
  index: number,
  { pipeline, config, problemAt }: PipelineUnderCheck,
): readonly Problem[] {
  const checks = phase.checks ?? [];
  const known = Object.keys(config.checks);
  const problems = checks.flatMap((name, number) => {
    const path = ['phases', index, 'checks', number];
    if (name === everyCheck) {
      return known.length > 0
        ? []
        : [
            problemAt(
              path,
              'millwright.yaml has no checks, so no evidence is possible: add one; without any tests yet, let an agent write some first: mw add "…" --pipeline first-tests',
            ),
          ];
    }
    if (known.includes(name) || name === 'specs') return [];
    const message =
      known.length === 0
        ? `millwright.yaml has no checks, so there is no "${name}"`
        : `no check of millwright.yaml is called "${name}"`;
    return [problemAt(path, message, { suggestion: nearestWord(name, [...known, everyCheck, 'specs']) })];
  });
  if (checks.length === 0 || pipeline.phases.slice(0, index + 1).some(changesFiles)) return problems;
  const message = `no phase up to "${phase.id}" changes files, so its checks would prove nothing`;
  return [...problems, problemAt(['phases', index, 'checks'], message, { on: 'key' })];
}

/** What decides about agents' work may be proposed by one only where a person lets it through. */
function checkAuthority(phase: PhaseFile, index: number, { problemAt }: PipelineUnderCheck): readonly Problem[] {
  if (!Array.isArray(phase.writes) || phase.approval === true) return [];
  return phase.writes.flatMap((path, number) => {
    const message = `"${path}" decides about agents' work: give the phase approval: true`;
    return path.startsWith('.millwright/') ? [problemAt(['phases', index, 'writes', number], message)] : [];
  });
}

/** Whether a check of the project runs tests. */
export function isTest({ checks }: Pick<ProjectConfig, 'checks'>, name: string): boolean {
  return Object.hasOwn(checks, name) && checks[name]?.kind === 'test';
}

/** Its cases are tests, and tests are run by the phase's own checks before it. */
function checkBreaker(
  phase: PhaseFile,
  index: number,
  { pipeline, config, problemAt }: PipelineUnderCheck,
): readonly Problem[] {
  if (phase.breaker === undefined) return [];
  const problem = (message: string) => [problemAt(['phases', index, 'breaker'], message, { on: 'key' })];
  const named = phase.checks ?? [];
  // Who takes every check takes what there is: without tests the breaker is left out.
  if (!named.includes(everyCheck) && !named.some((name) => isTest(config, name)))
    return problem(`phase "${phase.id}" runs no check of kind test, so nothing could run what a breaker writes`);
  return pipeline.phases.slice(0, index + 1).some(changesFiles)
    ? []
    : problem(`phase "${phase.id}" has nothing to break: no phase up to here changes files`);
}

function checkReviews(
  phase: PhaseFile,
  index: number,
  { pipeline, outputs, problemAt }: PipelineUnderCheck,
): readonly Problem[] {
  if (phase.reviews === undefined) return [];
  const onReviews = (message: string) => [problemAt(['phases', index, 'reviews'], message, { on: 'key' })];
  if (isMaker(phase) && !changesFiles(phase)) {
    return onReviews(
      `reviewers see files and the results of earlier phases, not the result of "${phase.id}": put them into a phase after it`,
    );
  }
  const hasSubject = pipeline.phases
    .slice(0, index + 1)
    .some((each, number) => changesFiles(each) || (isMaker(each) && outputs[number]?.type !== 'text'));
  return hasSubject ? [] : onReviews(`phase "${phase.id}" has nothing to review: no phase up to here makes anything`);
}

function isMaker(phase: PhaseFile): boolean {
  return phase.instructions !== undefined;
}

function changesFiles(phase: PhaseFile): boolean {
  return isMaker(phase) && phase.writes !== false;
}
