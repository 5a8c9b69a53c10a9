/** What a reviewer judges by. Evidence of different kinds errs in different ways, so not all of them see the same. */
import { phaseResultSchema } from '../config/resolve-reference.ts';
import { changedFiles, diffText } from '../git/diff.ts';
import type { EffectOf } from '../model/effect.ts';
import type { PinnedReviewer } from '../model/pipeline.ts';
import { artifactTexts, textOf } from './artifact-texts.ts';
import { readInterfaces, shownInterfaces } from './breaker-prompts.ts';
import { pinned, type StepContext, type StepItem } from './context.ts';
import { writePrompt, type PromptParts } from './prompt.ts';
import { rollsOfBase, rollsOfCandidate } from './rolls.ts';
import { rulesOf } from './test-rules.ts';

const diffBytes = 400_000;
const maxTests = 2_000;

export const reviewSchema = phaseResultSchema('review');

export async function reviewPrompt(
  effect: EffectOf<'review'>,
  about: StepItem,
  reviewer: PinnedReviewer,
  gitDir: string,
  context: StepContext,
): Promise<string> {
  const common: PromptParts = {
    instructions: await textOf(reviewer.instructions.hash, context),
    schema: reviewSchema,
    exits: false,
    reach: null,
    item: about.item,
    artifacts: [],
    checks: [],
    diff: null,
    tried: [],
    feedback: [],
  };
  switch (reviewer.sees ?? 'all') {
    case 'all':
      return writePrompt({
        ...common,
        ...(await everything(effect, about, context)),
        diff: await changeOf(effect, gitDir),
      });
    case 'change':
      return writePrompt({
        ...common,
        isAlone: true,
        item: { id: about.item.id, title: '', body: '', criteria: [] },
        diff: await changeOf(effect, gitDir),
      });
    case 'behaviour':
      return writePrompt({ ...common, isAlone: true, material: await behaviourOf(effect, about, gitDir, context) });
  }
}

/** What earlier phases say, that of makers last: claims are to be tested. */
async function everything(
  { artifacts }: EffectOf<'review'>,
  about: StepItem,
  context: StepContext,
): Promise<Pick<PromptParts, 'artifacts' | 'claims'>> {
  const pipeline = pinned(about);
  const made = new Set(pipeline.phases.flatMap(({ id, maker }) => (maker?.writes === true ? [id] : [])));
  const results = await artifactTexts(artifacts, pipeline, context);
  return {
    artifacts: results.filter((each) => !made.has(each.phase)),
    claims: results.filter((each) => made.has(each.phase)),
  };
}

async function changeOf(
  { base, commit }: EffectOf<'review'>,
  gitDir: string,
): Promise<{ text: string; cut: boolean; files: readonly string[] }> {
  const span = { gitDir, from: base, to: commit };
  const [diff, files] = await Promise.all([diffText({ ...span, maxBytes: diffBytes }), changedFiles(span)]);
  return { ...diff, files: files.map(({ path, change }) => `${change} ${path}`) };
}

/** What the work declares, and what its tests did when the core ran them. */
async function behaviourOf(
  effect: EffectOf<'review'>,
  about: StepItem,
  gitDir: string,
  context: StepContext,
): Promise<NonNullable<PromptParts['material']>> {
  const atBase = (await rollsOfBase(about, effect.base, context)) ?? [];
  const rules = await rulesOf(pinned(about), gitDir, effect.base, atBase);
  const rolls = await rollsOfCandidate(about, effect.commit, context);
  const known = new Set(atBase.flatMap(({ tests }) => tests.map(({ name }) => name)));
  const tests = rolls.flatMap(({ check, tests: ran }) =>
    ran.map(({ name, status }) => `${status}  ${known.has(name) ? '' : 'new  '}${check}: ${name}`),
  );
  return [
    shownInterfaces(await readInterfaces(gitDir, effect, rules)),
    {
      title: 'What its tests did, when somebody else ran them',
      label: 'tests',
      text: tests.length === 0 ? 'Nothing is known of any test.' : tests.slice(0, maxTests).join('\n'),
    },
  ];
}
