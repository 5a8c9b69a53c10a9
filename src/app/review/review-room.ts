/** Where commits are reviewed outside the factory: by the same reviewers, behind the same walls, with the same prompts; nothing lands. */
import { join } from 'node:path';
import { loadProject, projectFile } from '../../config/load-project.ts';
import { pinPipeline } from '../../config/pin-pipeline.ts';
import { configError } from '../../config/problem.ts';
import { readShipped } from '../../config/shipped-files.ts';
import { openCandidate } from '../../git/candidate.ts';
import { changedFiles } from '../../git/diff.ts';
import { copyHistory, keepKnown, listFilesAt, readFileAt } from '../../git/history.ts';
import { createBareRepository } from '../../git/repository-files.ts';
import { readAcceptedTip, type TrustedRepository } from '../../git/trusted-repository.ts';
import { reservationOf } from '../../machine/view.ts';
import type { EventOf } from '../../model/event.ts';
import type { PinnedPhase, PinnedPipeline, PinnedReviewer } from '../../model/pipeline.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { StepContext } from '../../steps/context.ts';
import { isProgramOf } from '../../steps/protected-paths.ts';
import { runReview } from '../../steps/run-review.ts';
import { trustedOf } from '../../steps/workplace.ts';
import type { Factory } from '../open-factory.ts';
import { registerProject } from '../projects.ts';
import { nobodysItem, withScratch } from '../scratch.ts';
import type { Change } from './resolve-change.ts';

export interface ReviewedBy {
  readonly reviewer: string;
  readonly agent: string;
  readonly outcome: EventOf<'review-finished'>['outcome'];
  readonly costMicroUsd: number | null;
  readonly durationMs: number;
}

/** A reviewer of the pipeline, with the phase that its limits come from. */
export interface Asked {
  readonly phase: PinnedPhase;
  readonly reviewer: PinnedReviewer;
}

export interface ReviewRoom {
  readonly pipeline: PinnedPipeline;
  readonly project: string;
  /** Repository that has the change, and what is made of it. */
  readonly gitDir: string;
  readonly context: StepContext;
  /** Folder of its own, gone afterwards. */
  readonly scratch: string;
  /** One reviewer's word on a commit; `number` is used once for a reviewer. */
  readonly ask: (asked: Asked, commit: string, number: number) => Promise<ReviewedBy>;
}

/** Opens it for one change, and closes it again. */
export async function withReviewRoom<T>(
  factory: Factory,
  folder: string,
  change: Change,
  pinned: PinnedPipeline,
  signal: AbortSignal,
  use: (room: ReviewRoom) => Promise<T>,
): Promise<T> {
  const { id: project } = await registerProject(factory.store, folder);
  return withScratch(
    factory,
    async (context, scratch) => {
      const accepted = await trustedOf(project, { ...context, home: factory.home });
      const gitDir = await bringChange(change, accepted, scratch, context, project);
      const pipeline = { ...pinned, readOnly: [...pinned.readOnly, accepted.objects] };
      const ask = (asked: Asked, commit: string, number: number) =>
        reviewBy(asked, { change: { ...change, commit }, pipeline, project, number }, context, signal);
      return use({ pipeline, project, gitDir, context, scratch, ask });
    },
    // Its environments are its own, too: they are set up on files that nobody has accepted.
    (scratch) => ({ trusted: join(scratch, 'trusted.git'), environments: join(scratch, 'environments') }),
  );
}

/** Each with what it is called for; as many at a time as the project allows. Answers in their order. */
export async function inTurns<T, R>(
  slots: number,
  tasks: readonly T[],
  perform: (task: T, index: number) => Promise<R | null>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const waiting = tasks.map((task, index) => ({ task, index }));
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await perform(next.task, next.index);
      if (result !== null) results.set(next.index, result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(slots, tasks.length) }, work));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

async function reviewBy(
  { phase, reviewer }: Asked,
  { change, pipeline, project, number }: { change: Change; pipeline: PinnedPipeline; project: string; number: number },
  context: StepContext,
  signal: AbortSignal,
): Promise<ReviewedBy> {
  const startedAt = performance.now();
  const reserved = reservationOf(reviewer.agent, pipeline);
  const effect = {
    type: 'review' as const,
    id: `MW-0:0/${phase.id}/review.${reviewer.id}-${number}`,
    item: 'MW-0',
    run: 1,
    phase: phase.id,
    number,
    reviewer: reviewer.id,
    agent: reviewer.agent,
    base: change.base,
    commit: change.commit,
    artifacts: {},
  };
  const about = nobodysItem(project, pipeline, { title: change.title, body: change.body }, reserved);
  const { outcome, usage } = await runReview(effect, about, context, signal);
  return {
    reviewer: reviewer.id,
    agent: reviewer.agent,
    outcome,
    costMicroUsd: usage.costMicroUsd,
    durationMs: Math.round(performance.now() - startedAt),
  };
}

/** What has authority over the reviews is read from before the change: it may not bring its own judges. */
export async function pinAt(
  { gitDir, rules }: Pick<Change, 'gitDir' | 'rules'>,
  name: string | undefined,
  factory: Factory,
): Promise<PinnedPipeline> {
  const readFile = async (path: string) => (await readFileAt(gitDir, rules, path))?.toString('utf8') ?? null;
  const text = await readFile(projectFile);
  if (text === null)
    throw new UserError(
      'E_NO_CONFIG',
      `${projectFile} is not in ${rules.slice(0, 10)}, where the change begins; reviewers are read from there`,
      'mw init, commit it, and review what comes after it',
      { exit: exitCode.usage },
    );
  const loaded = loadProject(text);
  if (!loaded.ok) throw configError(loaded.problems);
  const pinned = await pinPipeline({
    config: loaded.config,
    pipelineAt: loaded.pipelineAt,
    name: name ?? loaded.config.pipeline,
    readFile,
    listNames: async (folder) =>
      (await listFilesAt(gitDir, rules, folder)).flatMap((path) => path.slice(folder.length + 1).split('/')[0] ?? []),
    shipped: await readShipped(),
    saveText: async (file, content) => (await factory.artifacts.put(file, content)).hash,
  });
  if (!pinned.ok) throw configError(pinned.problems);
  return pinned.pipeline;
}

/** A program of the repository that judges is run from the files of the change: one that the change brings cannot judge it. */
export async function refuseOwnJudges(
  { gitDir, rules, commit }: Change,
  { agents }: PinnedPipeline,
  asked: readonly Asked[],
): Promise<void> {
  const isProgram = isProgramOf(asked.flatMap(({ reviewer }) => agents[reviewer.agent] ?? []));
  const own = (await changedFiles({ gitDir, from: rules, to: commit })).map(({ path }) => path).find(isProgram);
  if (own !== undefined)
    throw new UserError(
      'E_OWN_JUDGE',
      `the change alters ${own}, which is a program of the reviewers`,
      'look at that yourself, or name reviewers whose program lies elsewhere: mw review --reviewers …',
      { exit: exitCode.conflict },
    );
}

/** Each name once, as the pipeline lists them; without tests that have run, nobody can judge by behaviour. */
export function chooseReviewers(
  { name: pipeline, phases }: PinnedPipeline,
  names: readonly string[],
): readonly Asked[] {
  const all = new Map<string, Asked>();
  for (const phase of phases)
    for (const reviewer of phase.reviews)
      if (!all.has(reviewer.id) && reviewer.sees !== 'behaviour') all.set(reviewer.id, { phase, reviewer });
  const unknown = names.find((each) => !all.has(each));
  if (unknown !== undefined || all.size === 0)
    throw new UserError(
      'E_NOT_FOUND',
      unknown === undefined
        ? `the pipeline ${pipeline} has no reviewers`
        : `the pipeline ${pipeline} has no reviewer "${unknown}"; it has: ${[...all.keys()].join(', ') || 'none'}`,
      `mw pipeline show ${pipeline}, or mw review --pipeline quick`,
      { exit: exitCode.notFound },
    );
  return [...all.values()].filter(({ reviewer }) => names.length === 0 || names.includes(reviewer.id));
}

/** The base as accepted history, the change as a candidate, both borrowing what is accepted already. */
async function bringChange(
  { gitDir, base, commit }: Change,
  accepted: TrustedRepository,
  scratch: string,
  context: StepContext,
  project: string,
): Promise<string> {
  const directory = join(scratch, 'trusted.git');
  const { objectFormat } = accepted;
  await createBareRepository({ directory, objectFormat, borrowsFrom: accepted.objects });
  const trusted = await trustedOf(project, context);
  const target = (await context.project(project)).target ?? 'main';
  const tip = await readAcceptedTip(accepted, target);
  const shared = await keepKnown(gitDir, tip === null ? [] : [tip]);
  await copyHistory({ from: gitDir, to: trusted.gitDir, commit: base, shared });
  const candidate = await openCandidate(join(scratch, 'candidate.git'), trusted);
  await copyHistory({ from: gitDir, to: candidate.gitDir, commit, shared: [base] });
  return candidate.gitDir;
}
