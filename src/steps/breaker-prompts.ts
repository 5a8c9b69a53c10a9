/** What a breaker and the judge of its cases get to read: the criteria and the interfaces, never how the work was done. */
import { phaseResultSchema } from '../config/resolve-reference.ts';
import { changedFiles } from '../git/diff.ts';
import { readFilesAt } from '../git/history.ts';
import type { FileRules } from '../guard/files.ts';
import type { EffectOf } from '../model/effect.ts';
import type { PinnedBreaker } from '../model/pipeline.ts';
import { outlineOf } from '../verify/interface-outline.ts';
import type { CaseFile } from '../verify/weigh-cases.ts';
import { textOf } from './artifact-texts.ts';
import { pinned, type StepContext, type StepItem } from './context.ts';
import { writePrompt } from './prompt.ts';
import { reachOf } from './protected-paths.ts';

/** What the work declares, by file; files of tests left out. */
export type Interfaces = ReadonlyMap<string, readonly string[]>;

const maxFiles = 200;

export async function readInterfaces(
  gitDir: string,
  { base, commit }: Pick<EffectOf<'break'>, 'base' | 'commit'>,
  { isTest, isJudge }: FileRules,
): Promise<Interfaces> {
  const changed = await changedFiles({ gitDir, from: base, to: commit });
  const paths = changed.flatMap(({ path }) => (isTest(path) || isJudge(path) ? [] : [path])).slice(0, maxFiles);
  const texts = await readFilesAt(gitDir, commit, paths);
  return new Map(
    paths.flatMap((path): [string, readonly string[]][] => {
      const content = texts.get(path);
      return content === undefined || content.includes(0) ? [] : [[path, outlineOf(content.toString('utf8'))]];
    }),
  );
}

export const breakSchema = phaseResultSchema('break');
export const judgeSchema = phaseResultSchema('case-judgements');

export async function breakPrompt(
  effect: EffectOf<'break'>,
  about: StepItem,
  breaker: PinnedBreaker,
  interfaces: Interfaces,
  known: readonly CaseFile[],
  context: StepContext,
): Promise<string> {
  const pipeline = pinned(about);
  const commands = Object.entries(pipeline.checks).flatMap(([name, check]) =>
    'run' in check && check.kind === 'test' ? [`${name}: ${check.run}`] : [],
  );
  return writePrompt({
    ...common,
    instructions: await textOf(breaker.instructions.hash, context),
    schema: breakSchema,
    reach: reachOf(pipeline, null),
    item: about.item,
    material: [
      shownInterfaces(interfaces),
      { title: 'How tests are run here', label: 'commands', text: commands.join('\n') },
      ...known.map(({ path, text }) => ({
        title: `A case that stands already, ${JSON.stringify(path)}: think of another`,
        label: 'case',
        text,
      })),
    ],
    feedback: effect.feedback,
  });
}

export async function judgePrompt(
  about: StepItem,
  breaker: PinnedBreaker,
  interfaces: Interfaces,
  cases: readonly CaseFile[],
  context: StepContext,
): Promise<string> {
  return writePrompt({
    ...common,
    instructions: await textOf(breaker.judge.instructions.hash, context),
    schema: judgeSchema,
    reach: null,
    item: about.item,
    material: [
      shownInterfaces(interfaces),
      ...cases.map(({ path, text }) => ({ title: `The case ${JSON.stringify(path)}`, label: 'case', text })),
    ],
    feedback: [],
  });
}

const common = { exits: false, artifacts: [], checks: [], diff: null, tried: [] };

/** A section of a prompt. */
export function shownInterfaces(interfaces: Interfaces) {
  const text = [...interfaces].map(([path, outline]) => [path, ...outline.map((line) => `  ${line}`)].join('\n'));
  return {
    title: 'What the work declares, by file',
    label: 'interfaces',
    text: text.length === 0 ? 'Nothing that could be read.' : text.join('\n\n'),
  };
}
