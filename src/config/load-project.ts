/** `millwright.yaml`: text to `ProjectConfig`, or every mistake in it with its place. */
import { builtInChecks } from '../model/check.ts';
import { type AgentConfig, ProjectConfig } from '../model/config.ts';
import type { Path } from './expected-shape.ts';
import { findDurationFault } from './find-duration-fault.ts';
import { findSecret, findSecretVariable } from './find-secret.ts';
import { nearestWord } from './nearest-word.ts';
import { parseYaml, type ProblemAt } from './parse-yaml.ts';
import { type Place, type Problem, sortProblems } from './problem.ts';

/** The file’s name at the root of a repository. */
export const projectFile = 'millwright.yaml';

/** `pipelineAt`: where the file names its pipeline, for what only the pipeline's reader finds out. */
export type LoadedProject =
  | { readonly ok: true; readonly config: ProjectConfig; readonly pipelineAt: Place }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The project’s configuration in `text`. Schema first; only a file that fits is checked for what its parts say of each other. */
export function loadProject(text: string, file: string = projectFile): LoadedProject {
  const parsed = parseYaml(file, text, ProjectConfig);
  if (!parsed.ok) return parsed;
  const { value: config, problemAt } = parsed;
  const problems = [
    ...checkAgents(config, problemAt),
    ...checkRoutes(config, problemAt),
    ...checkNames(config, problemAt),
    ...checkLimits(config, problemAt),
    ...checkProtect(config, problemAt),
    ...checkSecrets(config, problemAt),
  ];
  if (problems.length > 0) return { ok: false, problems: sortProblems(problems) };
  const { file: name, line, column } = problemAt(['pipeline'], '');
  return { ok: true, config, pipelineAt: { file: name, line, column } };
}

function checkAgents(config: ProjectConfig, problemAt: ProblemAt): readonly Problem[] {
  const agents = Object.entries(config.agents);
  if (agents.length === 0) return [problemAt(['agents'], 'no agent: name at least one')];
  return agents.flatMap(([name, agent]) => {
    const path = ['agents', name];
    const problems: Problem[] = [];
    if (agent.command === undefined && agent.adapter === 'command') {
      problems.push(
        problemAt(path, 'adapter command needs "command": the shell command or argument list to run', { on: 'key' }),
      );
    }
    if (agent.command === undefined && agent.adapter === 'scripted') {
      problems.push(problemAt(path, 'adapter scripted needs "command": the path of its script file', { on: 'key' }));
    }
    return problems;
  });
}

function checkRoutes(config: ProjectConfig, problemAt: ProblemAt): readonly Problem[] {
  const known = Object.keys(config.agents);
  const problems = Object.entries(config.routes)
    .filter(([, agent]) => !known.includes(agent))
    .map(([route, agent]) =>
      problemAt(['routes', route], `no agent is called "${agent}"`, { suggestion: nearestWord(agent, known) }),
    );
  if (config.routes['default'] !== undefined) return problems;
  return [
    ...problems,
    problemAt(['routes'], '"default" is missing: the agent for every phase without a route of its own', { on: 'key' }),
  ];
}

/** Names that mean something else, and a branch that git would not take or would take for an option. */
function checkNames(config: ProjectConfig, problemAt: ProblemAt): readonly Problem[] {
  const problems: Problem[] = [];
  if (config.checks['all'] !== undefined) {
    problems.push(
      problemAt(['checks', 'all'], 'a check cannot be called "all": in a pipeline that word takes every check', {
        on: 'key',
      }),
    );
  }
  for (const [name, { kind, report, minimum, equivalent }] of Object.entries(config.checks)) {
    const at = ['checks', name];
    if (kind === 'mutation' && report === undefined)
      problems.push(problemAt(at, 'a check of kind mutation needs report: the JSON file that its tool writes'));
    if (kind !== 'mutation' && (minimum !== undefined || equivalent !== undefined))
      problems.push(problemAt(at, 'minimum and equivalent are for checks of kind mutation'));
  }
  for (const name of builtInChecks.filter((each) => config.checks[each] !== undefined)) {
    const message = `a check cannot be called "${name}": that is one of Millwright's own`;
    problems.push(problemAt(['checks', name], message, { on: 'key' }));
  }
  const isBranch = /^(?![-./])(?!.*(\.\.|\/\/|\/\.|@\{|\.lock(\/|$)))[^\s~^:?*[\\\p{Cc}]+(?<![./])$/u.test(
    config.target,
  );
  if (!isBranch) problems.push(problemAt(['target'], `"${config.target}" cannot be the name of a branch`));
  return problems;
}

function checkLimits({ limits }: ProjectConfig, problemAt: ProblemAt): readonly Problem[] {
  return (['idle', 'session', 'check'] as const).flatMap((name) => {
    const fault = findDurationFault(name, limits[name]);
    return fault === null ? [] : [problemAt(['limits', name], fault)];
  });
}

/** Protected paths are compared from the repository’s root; a glob that can never match would protect nothing. */
function checkProtect(config: ProjectConfig, problemAt: ProblemAt): readonly Problem[] {
  return config.protect.flatMap((glob, index) => {
    const steps = glob.split('/');
    const path = ['protect', index];
    if (glob.startsWith('!'))
      return [problemAt(path, `"${glob}" leaves out: list what is protected, each by its own glob`)];
    const matchesNothing = steps[0] === '' || steps[0] === '.' || steps.includes('..');
    if (!matchesNothing) return [];
    return [problemAt(path, `"${glob}" protects nothing: write it from the repository’s root, for example src/**`)];
  });
}

/** The file is committed: whoever can read the repository would have the secret. */
function checkSecrets(config: ProjectConfig, problemAt: ProblemAt): readonly Problem[] {
  const inAgents = Object.entries(config.agents).flatMap(([name, agent]) => [
    ...secretsOfEnvironment(name, agent, problemAt),
    ...secretsOfTexts({ ...agent, env: undefined }, ['agents', name], problemAt),
  ]);
  return [...inAgents, ...secretsOfTexts({ setup: config.setup, checks: config.checks }, [], problemAt)];
}

function secretsOfEnvironment(name: string, agent: AgentConfig, problemAt: ProblemAt): readonly Problem[] {
  return Object.entries(agent.env ?? {}).flatMap(([variable, value]) => {
    const what = findSecretVariable(variable, value);
    if (what === null) return [];
    const next = `set ${variable} in the factory’s own environment and write passEnv: [${variable}] here`;
    return [problemAt(['agents', name, 'env', variable], `looks like ${what}, and this file is committed: ${next}`)];
  });
}

function secretsOfTexts(value: unknown, path: Path, problemAt: ProblemAt): readonly Problem[] {
  if (typeof value === 'string') {
    const what = findSecret(value);
    return what === null
      ? []
      : [problemAt(path, `looks like ${what}, and this file is committed: keep it out of the repository`)];
  }
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inside]) =>
    secretsOfTexts(inside, [...path, isList ? Number(key) : key], problemAt),
  );
}
