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

/** `holdouts`: the folder of the project's hold-outs. `null` when the pipeline can show that the criterion holds. */
export async function findUnprovable(
  { id, action, hash, evidence }: Pick<CriterionTask, 'id' | 'action' | 'hash' | 'evidence'>,
  place: { readonly pipeline: PinnedPipeline; readonly rung: SandboxRung; readonly holdouts: string },
): Promise<Unprovable | null> {
  const { pipeline, rung, holdouts } = place;
  if (action === 'remove' || action === 'adopt') return null;
  const has = (kind: string) => Object.values(pipeline.checks).some((check) => check.kind === kind);
  const lacks = (detail: string, next: string): Unprovable => ({ id, detail, next });
  switch (evidence.type) {
    case 'test':
      if (has('test') && has('criteria')) return null;
      return lacks(
        `asks for a test as its evidence, and pipeline ${pipeline.name} runs none`,
        `add a check with kind: test to ${projectFile}, or <!-- evidence: person --> to the criterion, commit`,
      );
    case 'command':
      if ('run' in (pipeline.checks[evidence.check] ?? {})) return null;
      return lacks(
        `asks for the check ${evidence.check}, which pipeline ${pipeline.name} does not run`,
        `add it to ${projectFile} and to the pipeline, commit`,
      );
    case 'person':
      if (pipeline.phases.some(({ approval }) => approval)) return null;
      return lacks(
        `asks for a person's judgement, and pipeline ${pipeline.name} asks nobody`,
        'give a phase approval: true, commit',
      );
    case 'hold-out': {
      if (!has('criteria'))
        return lacks(
          `asks for a hold-out, and pipeline ${pipeline.name} does not judge criteria`,
          'give a phase checks: all, commit',
        );
      // Without walls an agent can read the store as well as we can.
      if (rung === 'clone')
        return lacks(
          'asks for a hold-out, and without walls nothing is hidden',
          'set sandbox.rung: bubblewrap, commit',
        );
      const fault = unfit(await findHoldout(holdouts, id), id, hash);
      return fault === null ? null : lacks(...fault);
    }
  }
}
