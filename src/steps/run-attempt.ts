/** One attempt of a maker: a private clone, one agent, and what it left taken in as content. */
import { isOutOfReach } from './protected-paths.ts';
import type { CriterionTask } from '../model/criterion.ts';
import type { Effect, EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import { attemptAddress } from '../model/id.ts';
import { writeTrailers } from '../model/trailers.ts';
import { freeUsage } from '../model/usage.ts';
import type { AttemptOutcome } from '../model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../model/pipeline.ts';
import { GitFailed } from '../git/git-call.ts';
import { treeOf } from '../git/history.ts';
import { commitTree, importTree } from '../git/import-tree.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { writePrompt } from './prompt.ts';
import { adoptedCriteria } from './adopted-criteria.ts';
import { numberCriteria } from './number-criteria.ts';
import { hasBegun, refuseVanished, runAgent, type AgentResult } from './run-agent.ts';
import { findReusable, hashInputs } from './reuse.ts';
import { factsOf } from './validate-result.ts';
import { takeWorkplace, type Workplace } from './workplace.ts';

const maxImportFiles = 20_000;
const maxImportBytes = 512 * 1024 * 1024;

export async function runAttempt(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventOf<'attempt-finished'>> {
  const pipeline = pinned(about);
  const phase = pipeline.phases.find(({ id }) => id === effect.phase);
  const maker = phase?.maker;
  const config = pipeline.agents[effect.agent];
  if (phase === undefined || maker === undefined || maker === null || config === undefined)
    throw new Error(`the pinned pipeline has no maker for ${effect.id}`);
  const folder = context.home.effect(effect.id);
  const prompt = await promptFor(effect, about, phase, context);
  await refuseVanished(folder);
  const place = await takeWorkplace(
    { effect: effect.id, about, commit: effect.start, base: effect.base, accepted: true, keep: hasBegun(folder) },
    context,
    signal,
  );
  const inputs = hashInputs({
    item: effect.item,
    prompt,
    agent: config,
    schema: maker.output,
    writes: maker.writes,
    paths: maker.paths ?? [],
    protect: pipeline.protect,
    tree: await treeOf(place.candidate.gitDir, effect.start),
  });
  const reused = hasBegun(folder) ? null : await reuse(effect, about, place, inputs, context);
  if (reused !== null)
    return { type: 'attempt-finished', effect: effect.id, outcome: reused, usage: freeUsage, sessions: [] };
  const result = await runAgent(
    {
      folder,
      config,
      prompt,
      schema: maker.output.type === 'schema' ? maker.output.schema : null,
      exits: true,
      writes: maker.writes,
      rung: rungOf(about),
      tree: place.copy.tree,
      overlays: place.overlays,
      readOnly: [place.trusted.objects, ...pipeline.readOnly],
      capMicroUsd: about.reservedMicroUsd > 0 ? about.reservedMicroUsd : null,
      limits: { wallMs: phase.limits.sessionMs, idleMs: phase.limits.idleMs, copyBytes: pipeline.limits.copyBytes },
      address: { item: effect.item, phase: effect.phase, attempt: effect.number, reviewer: null },
    },
    context,
    signal,
  );
  const judged = await judge(effect, about, phase, place, result, context);
  const outcome = judged.type === 'succeeded' ? { ...judged, inputs } : judged;
  return { type: 'attempt-finished', effect: effect.id, outcome, usage: result.usage, sessions: [...result.sessions] };
}

/** The result of an earlier attempt from the very same inputs, as this one's. */
async function reuse(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  place: Workplace,
  inputs: string,
  context: StepContext,
): Promise<AttemptOutcome | null> {
  const { gitDir } = place.candidate;
  const found = await findReusable(context.home.project(about.item.project).reusable, inputs, {
    gitDir,
    hasArtifact: async (hash) => (await context.artifacts.read(hash)) !== null,
  });
  if (found === null || effect.conflicts.length > 0) return null;
  const { tree, changed, result, facts, summary, from } = found;
  const address = attemptAddress(effect.item, effect.phase, effect.number);
  const attempts = [...new Set([...effect.contributors, address])];
  const commit = changed
    ? await commitTree(place.candidate, {
        tree,
        base: effect.base,
        message: commitMessage(about, effect, attempts, about.item.criteria),
        author: authorNow(),
        attempt: `${effect.run}/${effect.phase}-${effect.number}`,
      })
    : effect.start;
  return { type: 'succeeded', commit, changed, result, facts, summary, inputs, reusedFrom: from };
}

async function promptFor(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  phase: PinnedPhase,
  context: StepContext,
): Promise<string> {
  const pipeline = pinned(about);
  const { maker } = phase;
  if (maker === null) throw new Error(`phase ${phase.id} has no maker`);
  return writePrompt({
    instructions: await textOf(maker.instructions.hash, context),
    schema: maker.output.type === 'schema' ? maker.output.schema : null,
    exits: true,
    writes: maker.writes,
    item: about.item,
    artifacts: await artifactTexts(effect.artifacts, pipeline, context),
    checks: phase.checks.flatMap((name) => {
      const check = pipeline.checks[name];
      return check !== undefined && 'run' in check ? [{ name, run: check.run }] : [];
    }),
    diff: null,
    tried: effect.tried,
    feedback: effect.feedback,
  });
}

async function judge(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  phase: PinnedPhase,
  place: Workplace,
  result: AgentResult,
  context: StepContext,
): Promise<AttemptOutcome> {
  switch (result.end.type) {
    case 'failed':
      return result.end.failure;
    case 'exit':
      return result.end.exit.type === 'no-change-needed'
        ? { ...result.end.exit, ...(await claimCriteria(effect, about, place)) }
        : result.end.exit;
    case 'answered':
      return take(effect, about, phase, place, result.end, context);
  }
}

/** Whoever says that criteria hold already says it in a commit, which must pass every gate like any other. */
async function claimCriteria(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  { candidate, copy }: Workplace,
): Promise<{ readonly commit?: string }> {
  if (about.item.criteria.length === 0 || effect.start !== effect.base) return {};
  const address = attemptAddress(effect.item, effect.phase, effect.number);
  const criteria = await adoptedCriteria(copy.tree, about.item.criteria);
  const commit = await commitTree(candidate, {
    tree: await treeOf(candidate.gitDir, effect.base),
    base: effect.base,
    message: commitMessage(about, effect, [...new Set([...effect.contributors, address])], criteria),
    author: authorNow(),
    attempt: `${effect.run}/${effect.phase}-${effect.number}`,
  });
  return { commit };
}

async function take(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  phase: PinnedPhase,
  place: Workplace,
  answer: { readonly value: unknown; readonly text: string },
  context: StepContext,
): Promise<AttemptOutcome> {
  const output = phase.maker?.output;
  const structured = output?.type === 'schema';
  const facts = structured ? factsOf(answer.value) : {};
  const summary = (typeof facts['summary'] === 'string' ? facts['summary'] : answer.text).slice(0, 4_000);
  const imported = phase.maker?.writes === true ? await importWork(effect, about, phase, place) : null;
  if (imported?.type === 'unsafe')
    return { type: 'unsafe-content', problems: imported.problems.map((problem) => problem.slice(0, 2_000)) };
  const changed = imported?.changed ?? false;
  const changeIsTheResult = output?.type === 'text' || (structured && output.name === 'build');
  if (!changed && phase.maker?.writes === true && changeIsTheResult) return { type: 'unchanged', summary };
  return {
    type: 'succeeded',
    commit: imported?.commit ?? effect.start,
    changed,
    result: structured ? await context.artifacts.put(`${phase.id}.json`, JSON.stringify(answer.value, null, 2)) : null,
    facts,
    summary,
  };
}

/** Content that git itself refuses, for example an encoding that a file does not have, is as unusable as a device. */
async function importWork(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  phase: PinnedPhase,
  place: Workplace,
): ReturnType<typeof importTree> {
  const pipeline = pinned(about);
  const address = attemptAddress(effect.item, effect.phase, effect.number);
  if (phase.checks.includes('specs')) await numberCriteria(place.copy.tree);
  const importing = importTree({
    copy: place.copy,
    candidate: place.candidate,
    base: effect.base,
    head: effect.start,
    message: commitMessage(
      about,
      effect,
      [...new Set([...effect.contributors, address])],
      await adoptedCriteria(place.copy.tree, about.item.criteria),
    ),
    author: authorNow(),
    attempt: `${effect.run}/${effect.phase}-${effect.number}`,
    limits: { maxBytes: Math.min(pipeline.limits.copyBytes, maxImportBytes), maxFiles: maxImportFiles },
    isProtected: isOutOfReach(pipeline, phase.maker?.paths ?? null, about.item.criteria.length > 0),
    ignore: place.ours,
    conflicted: effect.conflicts,
  });
  return importing.catch((error: unknown) => {
    if (error instanceof GitFailed)
      return { type: 'unsafe', problems: [`git cannot take it: ${error.stderr.slice(0, 1_000)}`] };
    throw error;
  });
}

function authorNow() {
  return { name: 'Millwright', email: 'millwright@localhost', date: new Date().toISOString() };
}

function commitMessage(
  { item }: StepItem,
  { item: id, run }: Effect,
  attempts: readonly string[],
  criteria: readonly CriterionTask[],
): string {
  const title = item.title.replaceAll(/\s+/g, ' ').trim().slice(0, 72);
  return `${title}\n\n${writeTrailers({ item: id, run, attempts, criteria })}\n`;
}

/** Texts of instructions are kept when a pipeline is pinned; one that is gone is a broken home, not an empty prompt. */
export async function textOf(hash: string, context: StepContext): Promise<string> {
  const content = await context.artifacts.read(hash);
  if (content === null) throw new Error(`the artifact ${hash} is gone from ${context.home.artifacts}`);
  return content.toString('utf8');
}

/** What earlier phases have produced, in the order of the pipeline; the effect, having been stored, has lost it. */
export async function artifactTexts(
  artifacts: EffectOf<'attempt'>['artifacts'],
  { phases }: PinnedPipeline,
  context: StepContext,
): Promise<readonly { readonly phase: string; readonly text: string }[]> {
  const placeOf = (phase: string) => phases.findIndex(({ id }) => id === phase);
  const ordered = Object.entries(artifacts).toSorted(([a], [b]) => placeOf(a) - placeOf(b));
  return Promise.all(ordered.map(async ([phase, { hash }]) => ({ phase, text: await textOf(hash, context) })));
}
