/**
 * Before any agent is paid: the user's commits taken in, everything with authority read from the accepted commit, the
 * machine able to do it, the environment made, and the checks proven on the clean base.
 */
import { formatProblem, type Place } from '../config/problem.ts';
import { loadProject, projectFile } from '../config/load-project.ts';
import { pinPipeline } from '../config/pin-pipeline.ts';
import { takeIn, type TakeIn } from '../git/take-in.ts';
import { defaultBranch, locateUserRepository } from '../git/user-repository.ts';
import type { TrustedRepository } from '../git/trusted-repository.ts';
import type { ProjectConfig } from '../model/config.ts';
import type { EffectOf } from '../model/effect.ts';
import type { EventBody } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { rungOf, StepAborted, type StepContext, type StepItem } from './context.ts';
import { prepareEnvironment } from './environment.ts';
import { unprovable, type Refusal } from './unprovable.ts';
import { hasProof, proofFile, recordProof, requiredChecks } from './proof.ts';
import { readFlaky, settleFlaky } from './flaky.ts';
import { reportersOf, rollsOf, saveRolls } from './rolls.ts';
import { runCommands } from './run-commands.ts';
import { rememberRead } from './remember-read.ts';
import { repositoriesOf, takeWorkplace, trustedOf } from './workplace.ts';

type Accepted = { readonly tip: string; readonly config: ProjectConfig; readonly pipelineAt: Place };

export async function prepareRun(
  effect: EffectOf<'prepare'>,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventBody> {
  const refuse = (refusal: Refusal): EventBody => ({ type: 'prepare-refused', effect: effect.id, ...refusal });
  const { item } = about;
  const trusted = await trustedOf(item.project, context);
  const accepted = await readAccepted(about, trusted, context, signal);
  if ('reason' in accepted) return refuse(accepted);
  const { tip, config, pipelineAt } = accepted;
  const name = item.pipeline ?? config.pipeline;
  const pinnedPipeline = await rememberRead(
    `pipeline ${name}`,
    { gitDir: trusted.gitDir, commit: tip },
    async (readText, listNames) => {
      // Not used, but it decides: a pipeline is made of the configuration too.
      await readText(projectFile);
      return pinPipeline({
        config,
        pipelineAt,
        name,
        readFile: readText,
        listNames,
        shipped: context.shipped,
        saveText: async (file, text) => (await context.artifacts.put(file, text)).hash,
      });
    },
  );
  if (!pinnedPipeline.ok) return refuse(invalid(pinnedPipeline.problems.map(formatProblem), item.id));
  const { pipeline, hash } = pinnedPipeline;
  await context.savePipeline(hash, pipeline);
  await context.saveLimits(item.project, pipeline);
  const prepared: StepItem = { ...about, pipeline };
  const obstacle =
    (await unprovable(prepared, context)) ??
    (await missingOnMachine(prepared, context)) ??
    (await proveBase(effect, prepared, tip, context, signal));
  if (obstacle !== null) return refuse(obstacle);
  const flaky = [...(await readFlaky(prepared, context))].map((name) => name.slice(0, 500)).slice(0, 100);
  const told = flaky.length === 0 ? {} : { flaky };
  return { type: 'prepared', effect: effect.id, base: tip, pipeline: hash, grants: grantsOf(pipeline), ...told };
}

/** The configuration names the branch, and the branch holds the configuration: start with the branch known so far. */
async function readAccepted(
  about: StepItem,
  trusted: TrustedRepository,
  context: StepContext,
  signal: AbortSignal,
): Promise<Accepted | Refusal> {
  const { target } = await context.project(about.item.project);
  const user = await locateUserRepository(trusted.userPath);
  const first = target ?? (user === null ? null : await defaultBranch(user)) ?? 'main';
  const start = await readAt(first, trusted, about.item.id, signal);
  if ('reason' in start || start.config.target === first) return start;
  return readAt(start.config.target, trusted, about.item.id, signal);
}

async function readAt(
  target: string,
  trusted: TrustedRepository,
  item: string,
  signal: AbortSignal,
): Promise<Accepted | Refusal> {
  const taken = await takeIn({ trusted, target, signal });
  if (!('tip' in taken)) return notTaken(taken, target, trusted, item);
  const loaded = await rememberRead(
    'configuration',
    { gitDir: trusted.gitDir, commit: taken.tip },
    async (readText) => {
      const text = await readText(projectFile);
      return text === null ? null : loadProject(text);
    },
  );
  if (loaded === null) {
    return {
      reason: 'not-committed',
      detail: `${projectFile} is not in the latest commit of ${target}; configuration is read from there and nowhere else`,
      next: `mw init if there is none, then: git add ${projectFile} .millwright && git commit -m "Add Millwright", then mw retry ${item}`,
    };
  }
  if (!loaded.ok) return invalid(loaded.problems.map(formatProblem), item);
  return { tip: taken.tip, config: loaded.config, pipelineAt: loaded.pipelineAt };
}

function notTaken(
  taken: Exclude<TakeIn, { tip: string }>,
  target: string,
  trusted: TrustedRepository,
  item: string,
): Refusal {
  const retry = `then mw retry ${item}`;
  switch (taken.type) {
    case 'no-commits':
      return {
        reason: 'no-commits',
        detail: `the repository ${trusted.userPath} has no commit yet`,
        next: `git add -A && git commit -m "First commit", ${retry}`,
      };
    case 'no-branch':
      return {
        reason: 'no-target-branch',
        detail: `there is no branch ${target}; there are: ${taken.branches.join(', ') || 'none'}`,
        next: `set target: in ${projectFile} and commit, ${retry}`,
      };
    case 'diverged':
      return {
        reason: 'diverged',
        detail: `${target} was changed by you and by landed work in ways that do not fit together (${taken.cause}): ${taken.files.join(', ')}`,
        next: `git merge millwright/${target}, ${retry}`,
      };
    case 'gone':
      return {
        reason: 'repository-gone',
        detail: `there is no git repository at ${trusted.userPath} any more`,
        next: `put it back, ${retry}`,
      };
  }
}

function invalid(lines: readonly string[], item: string): Refusal {
  return {
    reason: 'invalid-config',
    detail: lines.join('\n').slice(0, 20_000),
    next: `mend it and commit, then mw retry ${item}`,
  };
}

async function missingOnMachine(about: StepItem, context: StepContext): Promise<Refusal | null> {
  const rung = rungOf(about);
  const walls = await context.sandboxOf(rung).missing();
  if (walls !== null)
    return { reason: 'rung-missing', detail: `this item needs the sandbox ${rung}: ${walls.what}`, next: walls.next };
  for (const [name, config] of Object.entries(about.pipeline?.agents ?? {})) {
    const missing = await context.agentOf(config.adapter).missing(config);
    if (missing !== null)
      return { reason: 'agent-missing', detail: `agent ${name}: ${missing.what}`, next: missing.next };
    const unset = (config.passEnv ?? []).filter((variable) => context.variable(variable) === undefined);
    if (unset.length > 0) {
      return {
        reason: 'agent-missing',
        detail: `agent ${name} is to get ${unset.join(', ')}, which is not set here`,
        next: `export ${unset[0]}=… and start mw again`,
      };
    }
  }
  return null;
}

/** What the configuration gives to agents of the user's own; each run names it. */
function grantsOf(pipeline: PinnedPipeline): string[] {
  return Object.entries(pipeline.agents).flatMap(([name, { login, passEnv }]) => [
    ...(login === true ? [`agent ${name} is given your own login of its program, read-only`] : []),
    ...((passEnv ?? []).length > 0 ? [`agent ${name} is given ${(passEnv ?? []).join(', ')}`.slice(0, 500)] : []),
  ]);
}

/** A check that finds no test on the base is not red: the first item may be the one that brings the first test. */
async function proveBase(
  effect: EffectOf<'prepare'>,
  about: StepItem,
  base: string,
  context: StepContext,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const { pipeline, item } = about;
  if (pipeline === null) throw new Error('nothing is pinned');
  const checks = requiredChecks(pipeline);
  if (checks.length === 0 && pipeline.setup === null) return null;
  const proof = proofFile(about, base, context);
  if (await hasProof(proof)) return null;
  const { trusted } = await repositoriesOf(about, context);
  const rung = rungOf(about);
  const made = await prepareEnvironment(
    { project: item.project, pipeline, rung, trusted, gitDir: trusted.gitDir, commit: base, candidateOf: null },
    context,
    signal,
  );
  if (made.type === 'failed')
    return {
      reason: 'setup-failed',
      detail: made.detail,
      next: `mend setup: in ${projectFile}, or sandbox.setupNetwork, then mw retry ${item.id}`,
    };
  const red = await onlyOnce(proof, async () => {
    if (await hasProof(proof)) return null;
    const place = await takeWorkplace(
      { effect: effect.id, about, commit: base, base, accepted: true, keep: false },
      context,
      signal,
    );
    const room = { pipeline, rung, place, folder: context.home.effect(effect.id) };
    const first = await runCommands(checks, room, context, signal);
    const ran = await settleFlaky(first, () => true, about, room, reportersOf(rollsOf(first)), context, signal);
    const results = ran.map(({ result }) => result);
    const failing = results.filter(({ status }) => status !== 'passed' && status !== 'ran-no-test');
    if (failing.length > 0)
      return failing.map(({ name, status, excerpt }) => `check ${name}: ${status}\n${excerpt}`).join('\n\n');
    await recordProof(proof, base, await saveRolls(rollsOf(ran), context));
    return null;
  });
  if (red === null) return null;
  return {
    reason: 'base-red',
    detail: `before any change, on ${base.slice(0, 12)}:\n${red}`.slice(0, 20_000),
    next: `make the checks pass on ${pipeline.target} (or correct them in ${projectFile}), commit, then mw retry ${item.id}`,
  };
}

/** What is red on a base, by the proof that is under way; `null` when nothing is. */
const proving = new Map<string, Promise<string | null>>();

/** Items that start together and need the same proof wait for one. An abort is the first one's own; the others try again. */
async function onlyOnce(proof: string, prove: () => Promise<string | null>): Promise<string | null> {
  const running = proving.get(proof);
  if (running !== undefined) {
    return running.catch((error: unknown) => {
      if (error instanceof StepAborted) return onlyOnce(proof, prove);
      throw error;
    });
  }
  const mine = prove().finally(() => proving.delete(proof));
  proving.set(proof, mine);
  return mine;
}
