/** What steps of this process work with. */
import { readShipped } from '../config/shipped-files.ts';
import type { StepContext } from '../steps/context.ts';
import { createAdapters } from './adapters.ts';
import type { Factory } from './open-factory.ts';
import { projectAccess } from './projects.ts';
import { readOrigin } from './read-origin.ts';
import { rememberPhases } from './remember-phases.ts';

export async function createStepContext(
  { store, home, artifacts, environment }: Factory,
  copies: StepContext['copies'],
): Promise<StepContext> {
  const { sandboxOf, agentOf } = createAdapters(environment);
  return {
    home,
    artifacts,
    copies,
    shipped: await readShipped(),
    sandboxOf,
    agentOf,
    ...projectAccess(store),
    originOf: (item, commit) => readOrigin(store, item, commit),
    rememberPhases: (item) => rememberPhases(store, home, item),
    savePipeline: (hash, pipeline) => store.savePipeline(hash, pipeline),
    variable: environment.variable,
  };
}
