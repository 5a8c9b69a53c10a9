import { z } from 'zod';
import { parse, YAMLParseError } from 'yaml';

const path = z.string().min(1).max(1_000);
const text = z.string().max(1_000_000);

/** How a scripted agent goes wrong on purpose. */
export const Misbehaviour = z.enum(['crash', 'hang', 'malformed', 'noop', 'prose', 'dirty']);
export type Misbehaviour = z.infer<typeof Misbehaviour>;

/** One thing that a scripted agent does; written as an object with one key. */
export const ScriptStep = z.union([
  z.strictObject({ write: z.strictObject({ path, content: text }) }),
  z.strictObject({ append: z.strictObject({ path, content: text }) }),
  z.strictObject({ delete: path }),
  z.strictObject({ run: z.union([text, z.strictObject({ command: text, expectExit: z.number().int().default(0) })]) }),
  z.strictObject({ print: text }),
  z.strictObject({ sleep: z.number().int().nonnegative().max(86_400_000).describe('Milliseconds.') }),
  z.strictObject({
    misbehave: Misbehaviour.describe(
      'crash: die. hang: be silent for ever. malformed: a result of the wrong shape. noop: claim success, do nothing more. ' +
        'prose: words instead of a result. dirty: leave a nested repository and a link out of the tree.',
    ),
  }),
]);
export type ScriptStep = z.infer<typeof ScriptStep>;

const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema).min(1)]);
const Pattern = z.string().refine(isPattern, 'write a regular expression');

/** Which turns a rule is for; every line must hold. */
export const ScriptCondition = z.strictObject({
  phase: oneOrMore(z.string()).optional(),
  attempt: oneOrMore(z.number().int().positive()).optional(),
  reviewer: oneOrMore(z.string()).nullable().optional().describe('null: turns of a maker.'),
  item: Pattern.optional().describe('A regular expression on the address, for example ^MW-3$.'),
  prompt: Pattern.optional().describe('A regular expression on the prompt, which holds the item’s title and key.'),
  resumed: z
    .boolean()
    .optional()
    .describe('true: a later turn of one conversation, for example after a refused result.'),
});
export type ScriptCondition = z.infer<typeof ScriptCondition>;

export const ScriptRule = z.strictObject({
  when: ScriptCondition.default({}),
  steps: z.array(ScriptStep).default([]),
  result: z.json().optional().describe('The structured result.'),
  text: text.optional().describe('Last words. Default: a note that this is a scripted agent.'),
  usage: z
    .strictObject({
      inputTokens: z.number().int().nonnegative().default(0),
      outputTokens: z.number().int().nonnegative().default(0),
      costUsd: z.number().nonnegative().max(1_000_000).default(0),
    })
    .prefault({}),
});
export type ScriptRule = z.infer<typeof ScriptRule>;

/** What a scripted agent does instead of asking a model: the first rule that fits the turn. */
export const Script = z.strictObject({ rules: z.array(ScriptRule).min(1) });
export type Script = z.infer<typeof Script>;

/** A script from its YAML or JSON text; `problem` names the place of the first mistake. */
export function readScript(source: string): { readonly script: Script } | { readonly problem: string } {
  const parsed = parseYaml(source);
  if ('problem' in parsed) return parsed;
  const script = Script.safeParse(parsed.value);
  if (script.success) return { script: script.data };
  const issue = script.error.issues[0];
  return { problem: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}` };
}

function parseYaml(source: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: parse(source) as unknown };
  } catch (error) {
    if (error instanceof YAMLParseError) return { problem: error.message };
    throw error;
  }
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
