import picomatch from 'picomatch';
import { programsOf } from '../guard/started-programs.ts';
import type { AgentConfig } from '../model/config.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';

/** What decides about agents' work is never theirs to change, whatever the configuration says. */
const alwaysProtected = ['millwright.yaml', '.millwright/**'];

/**
 * Whether a path is out of an agent's reach: the configured globs, the configuration itself, and programs of the
 * repository that an agent's command runs, because the maker would otherwise write its own reviewer.
 */
export function isMatchOf({ protect, agents }: Pick<PinnedPipeline, 'protect' | 'agents'>): (path: string) => boolean {
  const matches = picomatch([...alwaysProtected, ...protect], { dot: true, flags: 'is' });
  const isProgram = isProgramOf(Object.values(agents));
  return (path) => matches(path) || isProgram(path);
}

/** Whether a path is a program of the repository that one of these agents runs. */
export function isProgramOf(agents: readonly AgentConfig[]): (path: string) => boolean {
  const programs = new Set(agents.flatMap(programsOf).map((path) => path.toLowerCase()));
  return (path) => programs.has(path.toLowerCase());
}

/** What work is planned from and judged by. */
const specFiles = 'specs/*/{spec,work}.md';
const isSpec = picomatch(specFiles, { dot: true, flags: 'is' });

/** What an agent may change, in globs. */
export interface Reach {
  /** These alone; `null`: anything. */
  readonly only: readonly string[] | null;
  readonly never: readonly string[];
}

/** The same as `isOutOfReach`, for the agent to read. */
export function reachOf(pipeline: Pick<PinnedPipeline, 'protect'>, paths: readonly string[] | null): Reach {
  return { only: paths, never: paths === null ? [...alwaysProtected, specFiles, ...pipeline.protect] : [] };
}

/**
 * Whether a phase's agent may not change a path. A phase that names its files may change these alone, and what decides
 * about agents' work only where it names that very folder: pipelines let that through by a person's approval only.
 * Whoever builds may not take criteria out of the specs, or ask for less, or for other evidence: not in work of its own,
 * and not in that of others.
 */
export function isOutOfReach(
  pipeline: Pick<PinnedPipeline, 'protect' | 'agents'>,
  paths: readonly string[] | null,
): (path: string) => boolean {
  const isProtected = isMatchOf(pipeline);
  if (paths === null) return (path) => isProtected(path) || isSpec(path);
  const isNamed = picomatch([...paths], { dot: true });
  const authority = paths.filter((path) => path.startsWith('.millwright/'));
  const isOwnAuthority = authority.length === 0 ? () => false : picomatch(authority, { dot: true });
  return (path) => !isNamed(path) || (isProtected(path) && !isOwnAuthority(path));
}
