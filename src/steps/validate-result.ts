/** What an agent answered, held against the phase's schema, whatever the agent's own program claims about it. */
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { JsonSchema } from '../agents/agent.ts';
import type { Facts } from '../model/outcome.ts';

/** What may be said in place of a result. The descriptions reach the model where its program holds it to a schema. */
const HonestExit = z.discriminatedUnion('type', [
  z
    .object({
      type: z.literal('no-change-needed'),
      reason: z.string().min(1).max(8_000).describe('Where it is, and how that was seen.'),
    })
    .describe('An honest exit: what is asked for is there already.'),
  z
    .object({
      type: z.literal('spec-conflict'),
      criterion: z.string().min(1).max(500).describe('What is asked for and cannot hold.'),
      test: z
        .string()
        .max(500)
        .default('')
        .describe('Where it is a test that asks for something else: its name and file. Else empty.'),
      evidence: z.string().min(1).max(8_000).describe('What it contradicts, and where.'),
    })
    .describe('An honest exit: what is asked for contradicts itself, the code or a test.'),
  z
    .object({
      type: z.literal('question'),
      question: z.string().min(1).max(4_000),
      options: z.array(z.string().max(500)).max(10).default([]).describe('Possible answers; empty when it is open.'),
      round: z
        .array(
          z.object({
            question: z.string().min(1).max(2_000),
            options: z.array(z.string().max(500)).max(10).default([]),
            proposed: z.string().max(2_000).default('').describe('The answer that you would take.'),
          }),
        )
        .max(20)
        .default([])
        .describe('Several questions at once, where there are several; question then says what they are about.'),
    })
    .describe('An honest exit: only a person can decide, and going on without would be a guess.'),
]);
export type HonestExit = z.infer<typeof HonestExit>;

/** For programs that hold their model to a schema. All that is optional is asked for: strict servers take nothing else. */
export const exitSchemas: readonly JsonSchema[] = HonestExit.options.map((exit) => {
  const { $schema: _, ...schema } = z.toJSONSchema(exit, { target: 'draft-07' });
  return schema;
});

export type Judged =
  | { readonly type: 'fits'; readonly value: unknown }
  | { readonly type: 'exit'; readonly exit: HonestExit }
  | { readonly type: 'malformed'; readonly problems: readonly string[] };

const validators = new WeakMap<JsonSchema, ValidateFunction>();

/** `schema` null: any answer will do, and only an honest exit is looked for. */
export function judgeResult(schema: JsonSchema | null, json: unknown): Judged {
  const exit = HonestExit.safeParse(json);
  if (exit.success) return { type: 'exit', exit: exit.data };
  if (schema === null) return { type: 'fits', value: json ?? null };
  if (json === undefined) return { type: 'malformed', problems: ['there is no JSON result'] };
  const validate = validatorOf(schema);
  if (validate(json)) return { type: 'fits', value: json };
  const problems = (validate.errors ?? []).slice(0, 20).map(({ instancePath, message, params }) => {
    const extra = 'additionalProperty' in params ? ` "${String(params['additionalProperty'])}"` : '';
    return `${instancePath === '' ? 'the result' : instancePath} ${message ?? 'does not fit'}${extra}`;
  });
  return { type: 'malformed', problems };
}

function validatorOf(schema: JsonSchema): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const options = { allErrors: true, strict: false, validateFormats: false };
  const draft7 = typeof schema['$schema'] === 'string' && schema['$schema'].includes('draft-07');
  const validate = (draft7 ? new Ajv(options) : new Ajv2020(options)).compile(schema);
  validators.set(schema, validate);
  return validate;
}

/** The scalars at the top of a result: all that conditions may look at. */
export function factsOf(value: unknown): Facts {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const facts: Facts = {};
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === 'string' && each.length <= 500) facts[name] = each;
    else if (typeof each === 'number' || typeof each === 'boolean') facts[name] = each;
  }
  return facts;
}
