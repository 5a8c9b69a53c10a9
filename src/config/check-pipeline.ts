/** Whether a pipeline can be run to its end: ids, makers, agents, loops. Gates and conditions have files of their own. */
import type { PhaseFile } from '../model/pipeline.ts';
import { checkConditions } from './check-conditions.ts';
import { checkGates } from './check-gates.ts';
import { findDurationFault } from './find-duration-fault.ts';
import { nearestWord } from './nearest-word.ts';
import type { ProblemAt } from './parse-yaml.ts';
import type { PipelineUnderCheck } from './pipeline-under-check.ts';
import type { Problem } from './problem.ts';

/** More phases than anybody can follow are a generated or broken file. */
const maxPhases = 50;

/** Every reason why this pipeline could not start, end, or be believed. Empty when there is none. */
export function checkPipeline(input: PipelineUnderCheck): readonly Problem[] {
  const { phases } = input.pipeline;
  return [
    ...(phases.length > maxPhases ? [input.problemAt(['phases', maxPhases], `more than ${maxPhases} phases`)] : []),
    ...checkIds(phases, input.problemAt),
    ...phases.flatMap((phase, index) => [
      ...checkMaker(phase, index, input.problemAt),
      ...checkAgents(phase, index, input),
      ...checkLoop(phase, index, input),
      ...checkLimits(phase, index, input.problemAt),
    ]),
    ...checkGates(input),
    ...checkConditions(input),
  ];
}

/** Words that already mean something where a phase’s id can stand. */
const takenWords: Readonly<Record<string, string>> = {
  default: 'in routes that word means every phase',
  land: 'that is the step after the last phase',
};

function checkIds(phases: readonly PhaseFile[], problemAt: ProblemAt): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [index, phase] of phases.entries()) {
    const at = ['phases', index] as const;
    if (phases.findIndex(({ id }) => id === phase.id) < index) {
      problems.push(problemAt([...at, 'id'], `a phase above is called "${phase.id}" already`));
    }
    const taken = Object.hasOwn(takenWords, phase.id) ? takenWords[phase.id] : undefined;
    if (taken !== undefined)
      problems.push(problemAt([...at, 'id'], `a phase cannot be called "${phase.id}": ${taken}`));
    for (const [number, review] of (phase.reviews ?? []).entries()) {
      if ((phase.reviews ?? []).findIndex(({ id }) => id === review.id) < number) {
        problems.push(problemAt([...at, 'reviews', number, 'id'], `a reviewer above is called "${review.id}" already`));
      }
      if (phase.breaker !== undefined && (review.id === 'breaker' || review.id === 'judge'))
        problems.push(
          problemAt([...at, 'reviews', number, 'id'], `in routes "${phase.id}.${review.id}" is the breaker’s`),
        );
    }
  }
  return problems;
}

/** Whether anything in the phase can stop the item. */
function hasGate(phase: PhaseFile): boolean {
  return (
    (phase.checks ?? []).length > 0 ||
    phase.breaker !== undefined ||
    phase.reviews !== undefined ||
    phase.approval === true
  );
}

function checkMaker(phase: PhaseFile, index: number, problemAt: ProblemAt): readonly Problem[] {
  const at = ['phases', index] as const;
  if (phase.instructions !== undefined) {
    const makesNothing = phase.writes === false && (phase.output ?? 'text') === 'text';
    if (!makesNothing) return [];
    return [
      problemAt(at, `phase "${phase.id}" changes no files and has no result: give it an output, or let it write`),
    ];
  }
  if (!hasGate(phase)) {
    return [
      problemAt(at, `phase "${phase.id}" does nothing: give it instructions, checks, a breaker, reviews or approval`),
    ];
  }
  return (['output', 'writes'] as const)
    .filter((key) => phase[key] !== undefined)
    .map((key) => problemAt([...at, key], `"${key}" means nothing in a phase without instructions`, { on: 'key' }));
}

function checkAgents(phase: PhaseFile, index: number, { config, problemAt }: PipelineUnderCheck): readonly Problem[] {
  const known = Object.keys(config.agents);
  const named = [
    { agent: phase.agent, path: ['phases', index, 'agent'] },
    ...(phase.reviews ?? []).map(({ agent }, number) => ({
      agent,
      path: ['phases', index, 'reviews', number, 'agent'],
    })),
  ];
  return named.flatMap(({ agent, path }) =>
    agent === undefined || known.includes(agent)
      ? []
      : [
          problemAt(path, `no agent of millwright.yaml is called "${agent}"`, {
            suggestion: nearestWord(agent, known),
          }),
        ],
  );
}

/** Findings must be able to go where somebody can act on them: to this phase’s maker, or an earlier one. */
function checkLoop(phase: PhaseFile, index: number, { pipeline, problemAt }: PipelineUnderCheck): readonly Problem[] {
  const to = phase.loop?.to;
  const at = ['phases', index] as const;
  const earlier = pipeline.phases.slice(0, index);
  if (to === undefined || to === phase.id) {
    if (phase.instructions !== undefined || !hasGate(phase)) return [];
    const makers = earlier.filter(({ instructions }) => instructions !== undefined).map(({ id }) => id);
    const example =
      makers.at(-1) === undefined
        ? 'but no earlier phase has instructions'
        : `for example loop: { to: ${makers.at(-1)}, max: 3 }`;
    const message = `phase "${phase.id}" has no instructions, so what it turns down must go back to an earlier one: ${example}`;
    return [problemAt(to === undefined ? at : [...at, 'loop', 'to'], message)];
  }
  const toPath = [...at, 'loop', 'to'];
  const target = earlier.find(({ id }) => id === to);
  if (target === undefined) {
    const isLater = pipeline.phases.slice(index + 1).some(({ id }) => id === to);
    if (isLater) return [problemAt(toPath, `"${to}" comes later: findings go back to this phase or an earlier one`)];
    const suggestion = nearestWord(to, [...earlier.map(({ id }) => id), phase.id]);
    return [problemAt(toPath, `no phase is called "${to}"`, { suggestion })];
  }
  if (target.instructions !== undefined) return [];
  return [problemAt(toPath, `phase "${to}" has no instructions, so nobody there can act on findings`)];
}

function checkLimits(phase: PhaseFile, index: number, problemAt: ProblemAt): readonly Problem[] {
  return (['idle', 'session'] as const).flatMap((name) => {
    const duration = phase.limits?.[name];
    const fault = duration === undefined ? null : findDurationFault(name, duration);
    return fault === null ? [] : [problemAt(['phases', index, 'limits', name], fault)];
  });
}
