/** Reviews of any change, outside the factory. */
import { passes } from '../../machine/phase.ts';
import { describeFailure } from '../../machine/session-failure.ts';
import { countVotes, seatPanel, standingOf, weighReviewer, type Standing, type Vote } from '../../verify/panel.ts';
import type { Factory } from '../open-factory.ts';
import { findCheckout, findProject } from '../projects.ts';
import { resolveChange } from './resolve-change.ts';
import {
  chooseReviewers,
  inTurns,
  pinAt,
  refuseOwnJudges,
  withReviewRoom,
  type Asked,
  type ReviewedBy,
} from './review-room.ts';
import { keyOf, readTrials } from './trials.ts';
import { trustedTarget } from './trusted-target.ts';

export interface ReviewRequest {
  readonly change: string | undefined;
  /** Names of reviewers; all of the pipeline without one. */
  readonly reviewers: readonly string[];
  readonly pipeline: string | undefined;
  /** What the change is for, in place of what its commits say. */
  readonly request: string | undefined;
  /** One after the other, and no more once the others would hardly change the panel's word. */
  readonly untilSettled: boolean;
}

export interface ReviewedHere {
  readonly base: string;
  readonly commit: string;
  readonly reviews: readonly ReviewedBy[];
  /** Reviewers that were not needed any more. */
  readonly spared: readonly string[];
  /** What their votes come to together; `null` where one of them gave none. */
  readonly standing: Standing | null;
}

/** `onReview` hears of each as it ends. */
export async function reviewHere(
  factory: Factory,
  folder: string,
  request: ReviewRequest,
  onReview: (review: ReviewedBy) => void,
  signal: AbortSignal,
): Promise<ReviewedHere> {
  const target = await targetHere(factory, folder);
  const { repository } = await findCheckout(folder);
  const named = await resolveChange(factory, repository, target, request.change);
  const change = request.request === undefined ? named : { ...named, title: request.request, body: '' };
  const pinned = await pinAt(change, request.pipeline, factory);
  const asked = chooseReviewers(pinned, request.reviewers);
  await refuseOwnJudges(change, pinned, asked);
  return withReviewRoom(factory, folder, change, pinned, signal, async ({ pipeline, project, ask }) => {
    const trials = [...(await readTrials(factory.home.project(project).trials)).values()];
    const names = asked.map(({ reviewer }) => keyOf(reviewer, pinned));
    const panel = seatPanel(
      names.map((name) => weighReviewer(name, trials)),
      countVotes(names, trials),
    );
    const keys = panel.order.map(({ reviewer }) => reviewer);
    const inOrder = request.untilSettled ? sorted(asked, (each) => keys.indexOf(keyOf(each.reviewer, pinned))) : asked;
    const votes = new Map<string, Vote>();
    const slots = request.untilSettled ? 1 : pipeline.limits.slots;
    const reviews = await inTurns(slots, inOrder, async (each) => {
      if (request.untilSettled && votes.size > 0 && standingOf(panel, votes).settled !== null) return null;
      const review = await ask(each, change.commit, 1);
      if (review.outcome.type === 'reviewed')
        votes.set(keyOf(each.reviewer, pinned), passes(review.outcome.review) ? 'pass' : 'fail');
      onReview(review);
      return review;
    });
    const done = new Set(reviews.map(({ reviewer }) => reviewer));
    const { base, commit } = change;
    const spared = asked.map(({ reviewer }) => reviewer.id).filter((id) => !done.has(id));
    const standing = reviews.every(({ outcome }) => outcome.type === 'reviewed') ? standingOf(panel, votes) : null;
    return { base, commit, reviews, spared, standing };
  });
}

/** The branch that says by which rules is judged. */
export async function targetHere(factory: Factory, folder: string): Promise<string> {
  const { repository } = await findCheckout(folder);
  const known = await findProject(factory.store, folder);
  return trustedTarget(repository, known?.limits === null ? null : (known?.target ?? null));
}

function sorted(asked: readonly Asked[], rank: (asked: Asked) => number): readonly Asked[] {
  return [...asked].sort((a, b) => rank(a) - rank(b));
}

/** Why there is no verdict; `null` where there is one. */
export function whyNoVerdict({ outcome }: ReviewedBy): string | null {
  return outcome.type === 'reviewed' ? null : describeFailure(outcome);
}
