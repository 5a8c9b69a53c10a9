import type { ProjectConfig } from '../model/config.ts';
import type { PinnedOutput, PipelineFile } from '../model/pipeline.ts';
import type { ProblemAt } from './parse-yaml.ts';

/** A pipeline with everything that its rules look at. */
export interface PipelineUnderCheck {
  readonly pipeline: PipelineFile;
  readonly config: ProjectConfig;
  /** What each phase’s `output` turned out to be, in the order of the phases; `null` when it could not be read. */
  readonly outputs: readonly (PinnedOutput | null)[];
  readonly problemAt: ProblemAt;
}
