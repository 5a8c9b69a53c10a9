/** From a checked pipeline file to its pinned form: defaults filled in, routes resolved, units made exact. */
import { durationMs, type ProjectConfig } from '../model/config.ts';
import { builtInChecks, type PinnedCheck } from '../model/check.ts';
import type { ContentHash } from '../model/id.ts';
import {
  breakerInstructions,
  type BreakerFile,
  type PhaseFile,
  type PinnedBreaker,
  type PinnedInstructions,
  type PinnedOutput,
  type PinnedPhase,
  type PinnedPipeline,
  type PipelineFile,
} from '../model/pipeline.ts';
import { chooseJudge } from './agent-family.ts';
import { everyCheck, isTest } from './check-gates.ts';

/**
 * The pinned pipeline. `outputs` are those of the phases, in their order; `hashes` those of the instructions, by what
 * the file calls them. Only for a file without problems: a reference that was not resolved is a bug and throws.
 */
export function assemblePipeline(
  file: PipelineFile,
  outputs: readonly (PinnedOutput | null)[],
  hashes: ReadonlyMap<string, ContentHash>,
  config: ProjectConfig,
): PinnedPipeline {
  const own = file.phases.map((phase, index) => {
    const makers = file.phases.slice(0, index + 1).filter(makesTheWork);
    const names = makers.map((each) => routeOf(config, each));
    return pinPhase(phase, outputs[index] ?? null, names, hashes, config);
  });
  const phases = withJudgements(own, config);
  const agents = phases.flatMap((phase) => [
    ...(phase.maker === null ? [] : [phase.maker.agent]),
    ...(phase.breaker === undefined ? [] : [phase.breaker.agent, phase.breaker.judge.agent]),
    ...phase.reviews.map(({ agent }) => agent),
  ]);
  const { limits, sandbox } = config;
  return {
    name: file.name,
    phases,
    agents: pick(config.agents, agents),
    checks: pick(
      { ...config.checks, ...Object.fromEntries(builtInChecks.map((kind) => [kind, { kind }])) } as Record<
        string,
        PinnedCheck
      >,
      phases.flatMap(({ checks }) => checks),
    ),
    setup: config.setup ?? null,
    target: config.target,
    rung: sandbox.rung,
    network: { setup: sandbox.setupNetwork, checks: sandbox.checkNetwork },
    readOnly: sandbox.readOnly,
    limits: {
      slots: limits.slots,
      itemMicroUsd: toMicroUsd(limits.itemUsd),
      dayMicroUsd: toMicroUsd(limits.dayUsd),
      checkMs: durationMs(limits.check),
      copyBytes: limits.copyMb * 1024 * 1024,
    },
    land: config.land.mode,
    protect: config.protect,
    guard: config.guard,
  };
}

function pinPhase(
  phase: PhaseFile,
  output: PinnedOutput | null,
  makers: readonly string[],
  hashes: ReadonlyMap<string, ContentHash>,
  config: ProjectConfig,
): PinnedPhase {
  const pinInstructions = (name: string) => ({ name, hash: must(hashes.get(name), `instructions ${name}`) });
  const to = phase.loop?.to ?? phase.id;
  const max = phase.loop?.max ?? config.limits.attempts;
  return {
    id: phase.id,
    maker:
      phase.instructions === undefined
        ? null
        : {
            instructions: pinInstructions(phase.instructions),
            agent: routeOf(config, phase),
            output: must(output, `output of ${phase.id}`),
            writes: phase.writes !== false,
            ...(Array.isArray(phase.writes) ? { paths: phase.writes } : {}),
          },
    checks: checksOf(phase, config),
    ...breakerOf(phase, makers, pinInstructions, config),
    reviews: (phase.reviews ?? []).map(({ id, instructions, agent, sees }) => ({
      id,
      instructions: pinInstructions(instructions),
      agent: agent ?? judgeOf(phase, id, makers, config),
      ...(sees === undefined ? {} : { sees }),
    })),
    approval: phase.approval ?? false,
    loop: { to, max },
    attempts: to === phase.id ? max : config.limits.attempts,
    when: phase.when ?? null,
    limits: {
      idleMs: durationMs(phase.limits?.idle ?? config.limits.idle),
      sessionMs: durationMs(phase.limits?.session ?? config.limits.session),
    },
  };
}

/** Who takes every check takes what there is: without tests nothing could run a breaker's cases, and that is told. */
function breakerOf(
  phase: PhaseFile,
  makers: readonly string[],
  pinInstructions: (name: string) => PinnedInstructions,
  config: ProjectConfig,
): Pick<PinnedPhase, 'breaker' | 'leftOut'> {
  if (phase.breaker === undefined) return {};
  if (!checksOf(phase, config).some((name) => isTest(config, name)))
    return { leftOut: ['breaker: no check of kind test could run its cases'] };
  return { breaker: pinBreaker(phase, phase.breaker, makers, pinInstructions, config) };
}

function pinBreaker(
  phase: PhaseFile,
  breaker: BreakerFile,
  makers: readonly string[],
  pinInstructions: (name: string) => PinnedInstructions,
  config: ProjectConfig,
): PinnedBreaker {
  const agentOf = (role: string) => judgeOf(phase, role, makers, config);
  const { breaker: instructions, judge } = breakerInstructions(breaker);
  return {
    instructions: pinInstructions(instructions),
    agent: agentOf('breaker'),
    judge: { instructions: pinInstructions(judge), agent: agentOf('judge') },
    rounds: breaker.rounds ?? 2,
  };
}

/** Whoever changes files, or else makes the result that reviewers see. */
function makesTheWork({ instructions, writes }: PhaseFile): boolean {
  return instructions !== undefined && writes !== false;
}

/** Who judges: the route of its own; else the phase's, or one of another model family than the makers where a route names one. */
function judgeOf(phase: PhaseFile, role: string, makers: readonly string[], config: ProjectConfig): string {
  const own = routeTo(config, `${phase.id}.${role}`);
  if (own !== undefined || phase.agent !== undefined) return own ?? routeOf(config, phase);
  return chooseJudge(config, routeOf(config, phase), makers);
}

function checksOf(phase: PhaseFile, config: ProjectConfig): string[] {
  const named = phase.checks ?? [];
  const all = named.includes(everyCheck) ? Object.keys(config.checks).sort() : [];
  return [...new Set([...all, ...named.filter((name) => name !== everyCheck)])];
}

/**
 * The core's own judgements are made where tests are run, since they are about tests; without any test, where the last
 * commands are.
 */
function withJudgements(phases: readonly PinnedPhase[], { checks }: ProjectConfig): PinnedPhase[] {
  const runs = (kinds: (kind: string | undefined) => boolean) =>
    phases.filter((phase) => phase.checks.some((name) => Object.hasOwn(checks, name) && kinds(checks[name]?.kind)));
  const testing = runs((kind) => kind === 'test');
  const judging = new Set(testing.length > 0 ? testing : runs(() => true).slice(-1));
  return phases.map((phase) =>
    judging.has(phase) ? { ...phase, checks: [...phase.checks, 'guard', 'criteria'] } : phase,
  );
}

function routeOf(config: ProjectConfig, phase: PhaseFile): string {
  return must(phase.agent ?? routeTo(config, phase.id) ?? routeTo(config, 'default'), `route of ${phase.id}`);
}

/** Own entries only: a phase may be called `constructor`. */
function routeTo({ routes }: ProjectConfig, address: string): string | undefined {
  return Object.hasOwn(routes, address) ? routes[address] : undefined;
}

/** The entries that are used; what a run cannot use has no place in what pins it. */
function pick<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, must(all[name], name)]));
}

function toMicroUsd(usd: number | undefined): number | null {
  return usd === undefined ? null : Math.round(usd * 1_000_000);
}

/** What the checks above have proven to be there. */
function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} was not resolved`);
  return value;
}
