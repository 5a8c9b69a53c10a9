/** Texts that were kept by their hash. */
import type { EffectOf } from '../model/effect.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { StepContext } from './context.ts';

/** Texts of instructions are kept when a pipeline is pinned; one that is gone is a broken home, not an empty prompt. */
export async function textOf(hash: string, context: StepContext): Promise<string> {
  const content = await context.artifacts.read(hash);
  if (content === null) throw new Error(`the artifact ${hash} is gone from ${context.home.artifacts}`);
  return content.toString('utf8');
}

/** What earlier phases have produced, in the order of the pipeline; the effect, having been stored, has lost it. */
export async function artifactTexts(
  artifacts: EffectOf<'attempt'>['artifacts'],
  { phases }: PinnedPipeline,
  context: StepContext,
): Promise<readonly { readonly phase: string; readonly text: string }[]> {
  const placeOf = (phase: string) => phases.findIndex(({ id }) => id === phase);
  const ordered = Object.entries(artifacts).toSorted(([a], [b]) => placeOf(a) - placeOf(b));
  return Promise.all(ordered.map(async ([phase, { hash }]) => ({ phase, text: await textOf(hash, context) })));
}
