import { projectFile } from '../config/load-project.ts';
import type { EventOf } from '../model/event.ts';
import type { StepItem } from './context.ts';

/** Why a run cannot start, and what to type. */
export type Refusal = Omit<EventOf<'prepare-refused'>, 'type' | 'effect'>;

/** A criterion whose evidence nothing in the pipeline could bring would keep an agent busy for nothing. */
export function unprovable({ item, pipeline }: StepItem): Refusal | null {
  if (pipeline === null) throw new Error('nothing is pinned');
  const has = (kind: string) => Object.values(pipeline.checks).some((check) => check.kind === kind);
  for (const { id, action, evidence } of item.criteria) {
    if (action === 'remove' || action === 'adopt') continue;
    const refuse = (detail: string, next: string): Refusal => ({
      reason: 'criteria-unprovable',
      detail: `${id} ${detail}`,
      next: `${next}, commit, then mw retry ${item.id}`,
    });
    if (evidence.type === 'test' && !(has('test') && has('criteria')))
      return refuse(
        `asks for a test as its evidence, and pipeline ${pipeline.name} runs none`,
        `add a check with kind: test to ${projectFile}, or <!-- evidence: person --> to the criterion`,
      );
    if (evidence.type === 'command' && !('run' in (pipeline.checks[evidence.check] ?? {})))
      return refuse(
        `asks for the check ${evidence.check}, which pipeline ${pipeline.name} does not run`,
        `add it to ${projectFile} and to the pipeline`,
      );
    if (evidence.type === 'person' && !pipeline.phases.some(({ approval }) => approval))
      return refuse(
        `asks for a person's judgement, and pipeline ${pipeline.name} asks nobody`,
        'give a phase approval: true',
      );
  }
  return null;
}
