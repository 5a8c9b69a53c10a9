/** What is known of the reviewers of a project, as they are configured now. */
import { countVotes, weighReviewer, type Independence, type Worth } from '../../verify/panel.ts';
import type { Factory } from '../open-factory.ts';
import { pinHere } from '../pin-here.ts';
import { registerProject } from '../projects.ts';
import { chooseReviewers } from './review-room.ts';
import { keyOf, readTrials } from './trials.ts';

export interface ReviewersHere {
  readonly reviewers: readonly { readonly name: string; readonly agent: string; readonly worth: Worth }[];
  /** `null`: not enough data. */
  readonly independence: Independence | null;
}

export async function readReviewers(
  factory: Factory,
  folder: string,
  pipeline: string | undefined,
): Promise<ReviewersHere> {
  const { id: project } = await registerProject(factory.store, folder);
  const pinned = await pinHere(folder, pipeline);
  const trials = [...(await readTrials(factory.home.project(project).trials)).values()];
  const asked = chooseReviewers(pinned, []).map(({ reviewer }) => ({ reviewer, key: keyOf(reviewer, pinned) }));
  return {
    reviewers: asked.map(({ reviewer, key }) => ({
      name: reviewer.id,
      agent: reviewer.agent,
      worth: weighReviewer(key, trials),
    })),
    independence: countVotes(
      asked.map(({ key }) => key),
      trials,
    ),
  };
}
