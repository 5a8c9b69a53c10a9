/** One attempt of a maker: a private clone, one agent, and what it left taken in as content. */
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import { freeUsage } from '../model/usage.ts';
import type { AttemptOutcome } from '../model/outcome.ts';
import type { PinnedPhase } from '../model/pipeline.ts';
import { treeOf } from '../git/history.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { artifactTexts, textOf } from './artifact-texts.ts';
import { claimCriteria, commitFiles, importWork } from './candidate-commit.ts';
import { writePrompt } from './prompt.ts';
import { reachOf } from './protected-paths.ts';
import { hasBegun, refuseVanished, runAgent, type AgentResult } from './run-agent.ts';
import { findReusable, hashInputs } from './reuse.ts';
import { factsOf } from './validate-result.ts';
import { takeWorkplace, type Workplace } from './workplace.ts';

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
  // What is adopted is read from the files that an agent leaves.
  const adopts = about.item.criteria.some(({ action }) => action === 'adopt');
  if (found === null || adopts || effect.conflicts.length > 0) return null;
  const { tree, changed, result, facts, summary, from } = found;
  const commit = changed ? await commitFiles(effect, about, place, tree) : effect.start;
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
    reach: maker.writes ? reachOf(pipeline, maker.paths ?? null) : null,
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
