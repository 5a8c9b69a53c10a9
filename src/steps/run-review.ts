/** One reviewer: a fresh session that sees the request, the plan and the change, and no other reviewer. */
import { phaseResultSchema } from '../config/resolve-reference.ts';
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import { Review, type ReviewOutcome } from '../model/outcome.ts';
import { changedFiles, diffText } from '../git/diff.ts';
import { readFilesAt } from '../git/history.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { writePrompt } from './prompt.ts';
import { artifactTexts, textOf } from './artifact-texts.ts';
import { verifyFindings, type CitedFile } from '../verify/cited-places.ts';
import { hasBegun, refuseVanished, runAgent, type AgentResult } from './run-agent.ts';
import { takeWorkplace } from './workplace.ts';

const diffBytes = 400_000;
const reviewSchema = phaseResultSchema('review');

export async function runReview(
  effect: EffectOf<'review'>,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventOf<'review-finished'>> {
  const pipeline = pinned(about);
  const phase = pipeline.phases.find(({ id }) => id === effect.phase);
  const reviewer = phase?.reviews.find(({ id }) => id === effect.reviewer);
  const config = pipeline.agents[effect.agent];
  if (phase === undefined || reviewer === undefined || config === undefined)
    throw new Error(`the pinned pipeline has no reviewer for ${effect.id}`);
  const folder = context.home.effect(effect.id);
  await refuseVanished(folder);
  const place = await takeWorkplace(
    { effect: effect.id, about, commit: effect.commit, base: effect.base, accepted: true, keep: hasBegun(folder) },
    context,
    signal,
  );
  const made = new Set(pipeline.phases.flatMap(({ id, maker }) => (maker?.writes === true ? [id] : [])));
  const results = await artifactTexts(effect.artifacts, pipeline, context);
  const prompt = writePrompt({
    instructions: await textOf(reviewer.instructions.hash, context),
    schema: reviewSchema,
    exits: false,
    reach: null,
    item: about.item,
    artifacts: results.filter((each) => !made.has(each.phase)),
    claims: results.filter((each) => made.has(each.phase)),
    checks: [],
    diff: await changeOf(effect, place.candidate.gitDir),
    tried: [],
    feedback: [],
  });
  const result = await runAgent(
    {
      folder,
      config,
      prompt,
      schema: reviewSchema,
      exits: false,
      writes: false,
      rung: rungOf(about),
      tree: place.copy.tree,
      overlays: place.overlays,
      readOnly: [place.trusted.objects, ...pipeline.readOnly],
      capMicroUsd: about.reservedMicroUsd > 0 ? about.reservedMicroUsd : null,
      limits: { wallMs: phase.limits.sessionMs, idleMs: phase.limits.idleMs, copyBytes: pipeline.limits.copyBytes },
      address: { item: effect.item, phase: effect.phase, attempt: effect.number, reviewer: effect.reviewer },
    },
    context,
    signal,
  );
  return {
    type: 'review-finished',
    effect: effect.id,
    outcome: await verifyCited(outcomeOf(result), effect, place.candidate.gitDir),
    usage: result.usage,
    sessions: [...result.sessions],
  };
}

async function changeOf(
  { base, commit }: EffectOf<'review'>,
  gitDir: string,
): Promise<{ text: string; cut: boolean; files: readonly string[] }> {
  const span = { gitDir, from: base, to: commit };
  const [diff, files] = await Promise.all([diffText({ ...span, maxBytes: diffBytes }), changedFiles(span)]);
  return { ...diff, files: files.map(({ path, change }) => `${change} ${path}`) };
}

/** A finding counts when the place that it cites is there, in the change or before it. */
async function verifyCited(
  outcome: ReviewOutcome,
  { base, commit }: EffectOf<'review'>,
  gitDir: string,
): Promise<ReviewOutcome> {
  if (outcome.type !== 'reviewed') return outcome;
  // Some write `./a.ts`.
  const findings = outcome.review.findings.map((each) => ({ ...each, file: each.file?.replace(/^\.\//, '') ?? null }));
  const paths = [...new Set(findings.flatMap(({ file }) => (file === null ? [] : [file])))];
  const [before, after] = await Promise.all([readFilesAt(gitDir, base, paths), readFilesAt(gitDir, commit, paths)]);
  const lines = (content: Buffer | undefined) =>
    content === undefined ? null : content.toString('latin1').split('\n').length;
  const cited = new Map(
    paths.map((path): [string, CitedFile] => [
      path,
      { before: lines(before.get(path)), after: lines(after.get(path)) },
    ]),
  );
  return verifyFindings({ ...outcome.review, findings }, cited);
}

/** Anything but a review that fits is not a review, an honest exit of another kind included. */
function outcomeOf({ end }: AgentResult): ReviewOutcome {
  switch (end.type) {
    case 'failed':
      return end.failure;
    case 'exit':
      return { type: 'malformed', problems: [`a reviewer must give a verdict; it answered ${end.exit.type}`] };
    case 'answered': {
      const review = Review.safeParse(end.value);
      if (review.success) return { type: 'reviewed', review: review.data };
      return {
        type: 'malformed',
        problems: review.error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.')}: ${message}`),
      };
    }
  }
}
