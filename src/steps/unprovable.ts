import { projectFile } from '../config/load-project.ts';
import type { CriterionTask } from '../model/criterion.ts';
import type { EventOf } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { findHoldout, unfit } from './holdouts.ts';

/** Why a run cannot start, and what to type. */
export type Refusal = Omit<EventOf<'prepare-refused'>, 'type' | 'effect'>;

/** What is missing for a criterion's evidence, and what to type. */
export interface Unprovable {
  readonly id: CriterionTask['id'];
  readonly detail: string;
  readonly next: string;
}

/** A criterion whose evidence nothing in the pipeline could bring would keep an agent busy for nothing. */
export async function unprovable(about: StepItem, context: StepContext): Promise<Refusal | null> {
  const { item } = about;
  const store = context.home.project(item.project).holdouts;
  for (const criterion of item.criteria) {
    const found = await findUnprovable(criterion, { pipeline: pinned(about), rung: rungOf(about), holdouts: store });
    if (found === null) continue;
    const { id, detail, next } = found;
    return {
      reason: 'criteria-unprovable',
      detail: `${id} ${detail}`,
      next: `${next}, then mw retry ${item.id}`,
    };
  }
  return null;
}

interface Circumstances {
  readonly pipeline: PinnedPipeline;
  readonly rung: SandboxRung;
  /** The folder of the project's hold-outs. */
  readonly holdouts: string;
}

/** `null` when the pipeline can show that the criterion holds. */
export async function findUnprovable(
  { id, action, hash, evidence }: Pick<CriterionTask, 'id' | 'action' | 'hash' | 'evidence'>,
  { pipeline, rung, holdouts }: Circumstances,
): Promise<Unprovable | null> {
  if (action === 'remove' || action === 'adopt') return null;
  const hidden = await findHoldout(holdouts, id);
  const fault = hidden.type === 'missing' && evidence.type !== 'hold-out' ? null : unfit(hidden, id, hash);
  const own = lacksInPipeline(evidence, pipeline) ?? (hidden.type === 'missing' ? null : lacksJudge(pipeline));
  // Without walls an agent can read the store as well as we can.
  const open =
    evidence.type === 'hold-out' && rung === 'clone'
      ? (['asks for a hold-out, and without walls nothing is hidden', 'set sandbox.rung: bubblewrap, commit'] as const)
      : null;
  const lacking = own ?? open ?? fault;
  return lacking === null ? null : { id, detail: lacking[0], next: lacking[1] };
}

type Lacking = readonly [what: string, next: string];

function lacksInPipeline(evidence: CriterionTask['evidence'], pipeline: PinnedPipeline): Lacking | null {
  const { name, checks, phases } = pipeline;
  switch (evidence.type) {
    case 'test':
      if (Object.values(checks).some(({ kind }) => kind === 'test')) return lacksJudge(pipeline);
      return [
        `asks for a test as its evidence, and pipeline ${name} runs none`,
        `add a check with kind: test to ${projectFile}, or <!-- evidence: person --> to the criterion, commit`,
      ];
    case 'command':
      if ('run' in (checks[evidence.check] ?? {})) return lacksJudge(pipeline);
      return [
        `asks for the check ${evidence.check}, which pipeline ${name} does not run`,
        `add it to ${projectFile} and to the pipeline, commit`,
      ];
    case 'person':
      if (phases.some(({ approval }) => approval)) return null;
      return [`asks for a person's judgement, and pipeline ${name} asks nobody`, 'give a phase approval: true, commit'];
    case 'hold-out':
      return lacksJudge(pipeline);
  }
}

/** Whatever a maker answers, a phase that judges criteria must come to what it has built. */
function lacksJudge({ name, phases }: PinnedPipeline): Lacking | null {
  const judges = phases.filter(({ checks }) => checks.includes('criteria'));
  if (judges.length === 0)
    return [
      `must be judged, and pipeline ${name} runs no check that could lead to it`,
      `add a check to ${projectFile}, and checks: [all] to a phase of the pipeline, commit`,
    ];
  const builds = phases.find(
    ({ maker, checks }) =>
      maker?.writes === true &&
      maker.paths === undefined &&
      !checks.includes('criteria') &&
      !judges.some(({ when }) => when === null),
  );
  if (builds === undefined) return null;
  return [
    `must be judged, and pipeline ${name} may leave out phase ${judges[0]?.id}, which does that`,
    `give phase ${builds.id} checks: [all], or take "when" away from ${judges[0]?.id}, commit`,
  ];
}
