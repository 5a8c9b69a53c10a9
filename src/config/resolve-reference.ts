/** From what a pipeline file names to the text or schema it means, at the accepted commit. */
import type { Ajv, Options } from 'ajv';
import { z } from 'zod';
import { type PhaseResultName, phaseResultNames, phaseResults } from '../model/phase-result.ts';
import type { PinnedOutput } from '../model/pipeline.ts';
import { nearestWord } from './nearest-word.ts';
import { parseYaml } from './parse-yaml.ts';
import { formatProblem, type Problem } from './problem.ts';
import { readSkill } from './read-skill.ts';
import type { ShippedFiles } from './shipped-files.ts';

/** A file’s text at the accepted commit, `null` when there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

export type Resolved<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly suggestion: string | null };

/** Longer instructions would leave little of a model’s context for the work. */
const maxInstructionChars = 100_000;

/** Where a repository keeps instructions that it names. */
export function instructionsPath(name: string): string {
  return `.millwright/instructions/${name}/SKILL.md`;
}

/** The text of instructions: a path from the root, else a name in the repository, else a shipped name. */
export async function resolveInstructions(
  reference: string,
  readFile: ReadFile,
  shipped: ShippedFiles,
): Promise<Resolved<string>> {
  const found = await findInstructions(reference, readFile, shipped);
  if (!found.ok) return found;
  if (readSkill(found.value).body === '') return refuse(`the instructions "${reference}" are empty`);
  if (found.value.length > maxInstructionChars)
    return refuse(`the instructions "${reference}" are longer than ${maxInstructionChars} characters`);
  return found;
}

async function findInstructions(
  reference: string,
  readFile: ReadFile,
  shipped: ShippedFiles,
): Promise<Resolved<string>> {
  if (isPath(reference)) {
    if (!isInside(reference)) return refuse(`"${reference}" leaves the repository: write a path from its root`);
    const text = await readFile(reference);
    return text === null
      ? refuse(`there is no file "${reference}" at the accepted commit: commit it first`)
      : { ok: true, value: text };
  }
  const own = isInside(reference) ? await readFile(instructionsPath(reference)) : null;
  const text = own ?? shipped.instructions.get(reference);
  if (text !== undefined) return { ok: true, value: text };
  const message = `no instructions are called "${reference}": neither ${instructionsPath(reference)} nor shipped ones`;
  return refuse(message, nearestWord(reference, shipped.instructions.keys()));
}

/** What a phase’s `output` means: `text`, a shipped schema, or a JSON Schema file of the repository. */
export async function resolveOutput(reference: string, readFile: ReadFile): Promise<Resolved<PinnedOutput>> {
  if (reference === 'text') return { ok: true, value: { type: 'text' } };
  const shippedName = phaseResultNames.find((name) => name === reference);
  if (shippedName !== undefined)
    return { ok: true, value: { type: 'schema', name: shippedName, schema: phaseResultSchema(shippedName) } };
  if (!isPath(reference)) {
    const message = `no shipped output is called "${reference}" (a schema of your own is named by its path, ending in .json)`;
    return refuse(message, nearestWord(reference, [...phaseResultNames, 'text']));
  }
  if (!isInside(reference)) return refuse(`"${reference}" leaves the repository: write a path from its root`);
  const text = await readFile(reference);
  if (text === null) return refuse(`there is no file "${reference}" at the accepted commit: commit it first`);
  const parsed = parseYaml(reference, text, JsonObject);
  if (!parsed.ok) return refuse(`"${reference}" is not a JSON Schema: ${describeFirst(parsed.problems)}`);
  const fault = await findSchemaFault(parsed.value);
  if (fault !== null) return refuse(`"${reference}" is not a usable JSON Schema: ${fault}`);
  return { ok: true, value: { type: 'schema', name: reference, schema: parsed.value } };
}

const JsonObject = z.record(z.string(), z.json());
type JsonObject = z.infer<typeof JsonObject>;

/** The JSON Schema (draft-07) that agents get for a shipped output name. */
export function phaseResultSchema(name: PhaseResultName): JsonObject {
  return JsonObject.parse(z.toJSONSchema(phaseResults[name], { target: 'draft-7' }));
}

/** Why results cannot be checked by `schema`, `null` when they can. Compiling it is the only full test. */
async function findSchemaFault(schema: JsonObject): Promise<string | null> {
  if (schema['type'] !== 'object') return 'its "type" must be "object", because a result is an object';
  const options = { strict: false, validateFormats: false, logger: false } as const;
  const ajv = await createAjv(schema['$schema'], options);
  try {
    ajv.compile(schema);
    return null;
  } catch (error) {
    // ajv throws for every fault of a schema; it has no call that returns them all as values.
    return error instanceof Error ? error.message : String(error);
  }
}

/** Loaded when a repository brings a schema of its own: most do not, and loading takes longer than all the rest here. */
async function createAjv(dialect: unknown, options: Options): Promise<Ajv> {
  if (typeof dialect !== 'string' || !dialect.includes('2020-12')) return new (await import('ajv')).Ajv(options);
  return new (await import('ajv/dist/2020.js')).Ajv2020(options);
}

/** Names have neither slash nor dot, paths have at least one of them. */
function isPath(reference: string): boolean {
  return /[/\\.]/.test(reference);
}

function isInside(path: string): boolean {
  return !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..');
}

function describeFirst(problems: readonly Problem[]): string {
  return problems[0] === undefined ? 'it cannot be read' : formatProblem(problems[0]);
}

function refuse(
  message: string,
  suggestion: string | null = null,
): { readonly ok: false; readonly message: string; readonly suggestion: string | null } {
  return { ok: false, message, suggestion };
}
