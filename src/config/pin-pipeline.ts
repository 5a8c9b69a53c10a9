/** From names to one value that holds everything with authority over a run, read from one accepted commit. */
import type { ProjectConfig } from '../model/config.ts';
import type { ContentHash } from '../model/id.ts';
import {
  breakerInstructions,
  type PhaseFile,
  type PinnedOutput,
  type PinnedPipeline,
  type PipelineFile,
} from '../model/pipeline.ts';
import { assemblePipeline } from './assemble-pipeline.ts';
import { canonicalJson } from './canonical-json.ts';
import { checkPipeline } from './check-pipeline.ts';
import type { Path } from './expected-shape.ts';
import { loadPipeline } from './load-pipeline.ts';
import { nearestWord } from './nearest-word.ts';
import type { ProblemAt } from './parse-yaml.ts';
import { type Place, type Problem, sortProblems } from './problem.ts';
import { type ReadFile, resolveInstructions, resolveOutput } from './resolve-reference.ts';
import type { ShippedFiles } from './shipped-files.ts';

export interface PinInput {
  readonly config: ProjectConfig;
  /** Where the configuration names the project’s pipeline. */
  readonly pipelineAt: Place;
  /** The item’s pipeline, or the project’s. */
  readonly name: string;
  /** Reads at the accepted commit, never from a working copy. */
  readonly readFile: ReadFile;
  /** What a folder holds, by name, at the same commit; empty when there is no such folder. */
  readonly listNames: (folder: string) => Promise<readonly string[]>;
  readonly shipped: ShippedFiles;
  /** Keeps a text by its SHA-256. Called for every text of instructions and for the pinned pipeline itself. */
  readonly saveText: (name: string, text: string) => Promise<ContentHash>;
}

export type Pinned =
  | { readonly ok: true; readonly pipeline: PinnedPipeline; readonly hash: ContentHash }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Where a repository keeps pipelines of its own. */
const pipelineFolder = '.millwright/pipelines';

/** Where a repository keeps a pipeline of its own. */
export function pipelinePath(name: string): string {
  return `${pipelineFolder}/${name}.yaml`;
}

/** The repository's own pipelines, by name. */
export async function listOwnPipelines(listNames: PinInput['listNames']): Promise<readonly string[]> {
  const files = await listNames(pipelineFolder);
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
}

/**
 * Resolves, checks and pins one pipeline. `hash` is the SHA-256 of its canonical JSON. Every mistake in the files is a
 * value, all of them at once; nothing is saved unless all is well.
 */
export async function pinPipeline(input: PinInput): Promise<Pinned> {
  const source = await findPipeline(input);
  if (!source.ok) return source;
  const loaded = loadPipeline({ file: source.file, text: source.text, name: input.name });
  if (!loaded.ok) return loaded;

  const { value: file, problemAt } = loaded;
  const references = await resolveReferences(file, input, problemAt);
  const rules = checkPipeline({ pipeline: file, config: input.config, outputs: references.outputs, problemAt });
  const problems = [...references.problems, ...rules];
  if (problems.length > 0) {
    const isOwn = source.file === pipelinePath(input.name);
    return { ok: false, problems: sortProblems(isOwn ? problems : problems.map((each) => askedOf(each, input))) };
  }

  const hashes = await saveInstructions(references.texts, input.saveText);
  const pipeline = assemblePipeline(file, references.outputs, hashes, input.config);
  const hash = await input.saveText(`${input.name}.pipeline.json`, canonicalJson(pipeline));
  return { ok: true, pipeline, hash };
}

/** A shipped pipeline is nobody's to edit: what it lacks is lacking where it is asked for. */
function askedOf({ message, suggestion }: Problem, { name, config, pipelineAt }: PinInput): Problem {
  const at = name === config.pipeline ? pipelineAt : { ...pipelineAt, line: 1, column: 1 };
  return { ...at, message: `for the shipped pipeline ${name}: ${message}`, suggestion };
}

type FoundPipeline =
  | { readonly ok: true; readonly file: string; readonly text: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

async function findPipeline(input: PinInput): Promise<FoundPipeline> {
  const { name, readFile, listNames, shipped } = input;
  const own = await readFile(pipelinePath(name));
  if (own !== null) return { ok: true, file: pipelinePath(name), text: own };
  const text = shipped.pipelines.get(name);
  if (text !== undefined) return { ok: true, file: `pipelines/${name}/pipeline.yaml`, text };
  // Where somebody wrote the name, when that is in a file; else where the pipeline would have to be.
  const isFromConfig = name === input.config.pipeline;
  const at = isFromConfig ? input.pipelineAt : { file: pipelinePath(name), line: 1, column: 1 };
  const missing = isFromConfig ? pipelinePath(name) : 'this file';
  const message = `no pipeline is called "${name}": neither ${missing} nor a shipped one`;
  const suggestion = nearestWord(name, [...(await listOwnPipelines(listNames)), ...shipped.pipelines.keys()]);
  return { ok: false, problems: [{ ...at, message, suggestion }] };
}

interface References {
  /** In the order of the phases; `null` where the reference leads nowhere. */
  readonly outputs: readonly (PinnedOutput | null)[];
  /** Instructions by what the file calls them. */
  readonly texts: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

async function resolveReferences(file: PipelineFile, input: PinInput, problemAt: ProblemAt): Promise<References> {
  const outputs: (PinnedOutput | null)[] = [];
  const texts = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [index, phase] of file.phases.entries()) {
    const output = await resolveOutput(phase.output ?? 'text', input.readFile);
    outputs.push(output.ok ? output.value : null);
    if (!output.ok)
      problems.push(problemAt(['phases', index, 'output'], output.message, { suggestion: output.suggestion }));
    for (const { reference, path } of instructionsOf(phase, index)) {
      const found = await resolveInstructions(reference, input.readFile, input.shipped);
      if (found.ok) texts.set(reference, found.value);
      else problems.push(problemAt(path, found.message, { suggestion: found.suggestion }));
    }
  }
  return { outputs, texts, problems };
}

function instructionsOf(
  phase: PhaseFile,
  index: number,
): readonly { readonly reference: string; readonly path: Path }[] {
  const own =
    phase.instructions === undefined
      ? []
      : [{ reference: phase.instructions, path: ['phases', index, 'instructions'] }];
  const reviews = (phase.reviews ?? []).map(({ instructions }, number) => ({
    reference: instructions,
    path: ['phases', index, 'reviews', number, 'instructions'],
  }));
  const { breaker, judge } = breakerInstructions(phase.breaker ?? {});
  const breakers =
    phase.breaker === undefined
      ? []
      : [
          { reference: breaker, path: ['phases', index, 'breaker', 'instructions'] },
          { reference: judge, path: ['phases', index, 'breaker', 'judge'] },
        ];
  return [...own, ...breakers, ...reviews];
}

async function saveInstructions(
  texts: ReadonlyMap<string, string>,
  saveText: PinInput['saveText'],
): Promise<ReadonlyMap<string, ContentHash>> {
  const saved = await Promise.all(
    [...texts].map(async ([name, text]) => [name, await saveText(`${name}.md`, text)] as const),
  );
  return new Map(saved);
}
