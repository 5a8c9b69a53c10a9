/** A pipeline’s file: text to `PipelineFile`. What its phases say of each other is for `checkPipeline`. */
import { PipelineFile } from '../model/pipeline.ts';
import { type Parsed, parseYaml } from './parse-yaml.ts';

/** The pipeline in `text`. `name` is what the file is called by; a file that calls itself otherwise is refused. */
export function loadPipeline(input: {
  readonly file: string;
  readonly text: string;
  readonly name: string;
}): Parsed<PipelineFile> {
  const parsed = parseYaml(input.file, input.text, PipelineFile);
  if (!parsed.ok || parsed.value.name === input.name) return parsed;
  const message = `this pipeline is called by the name of its file: write name: ${input.name}`;
  return { ok: false, problems: [parsed.problemAt(['name'], message)] };
}
