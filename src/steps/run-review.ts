/** One reviewer: a fresh session that sees the request, the plan and the change, and no other reviewer. */
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import { Review, type ReviewOutcome } from '../model/outcome.ts';
import { readFilesAt } from '../git/history.ts';
import { writeEmptyCommit } from '../git/mixed-commit.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { reviewPrompt, reviewSchema } from './review-prompt.ts';
import { verifyFindings, type CitedFile } from '../verify/cited-places.ts';
import { hasBegun, refuseVanished, runAgent, type AgentResult } from './run-agent.ts';
import { repositoriesOf, takeWorkplace } from './workplace.ts';

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
  const sight = reviewer.sees ?? 'all';
  const { candidate } = await repositoriesOf(about, context);
  const shown =
    sight === 'all'
      ? { commit: effect.commit, base: effect.base, accepted: true }
      : await nothingIn(candidate.gitDir, effect.base);
  const place = await takeWorkplace({ effect: effect.id, about, ...shown, keep: hasBegun(folder) }, context, signal);
  const prompt = await reviewPrompt(effect, about, reviewer, candidate.gitDir, context);
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
      readOnly: [...(sight === 'all' ? [place.trusted.objects] : []), ...pipeline.readOnly],
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
    outcome: await verifyCited(outcomeOf(result), effect, candidate.gitDir),
    usage: result.usage,
    sessions: [...result.sessions],
  };
}

/** A working copy for a reviewer who is to see no file; its environment is that of the base. */
async function nothingIn(gitDir: string, base: string) {
  const commit = await writeEmptyCommit(gitDir);
  return { commit, base, shownBase: commit, accepted: true };
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
