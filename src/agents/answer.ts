/**
 * How a program that holds its model to a schema is asked: for an object with the one key `answer`, where a result of
 * the phase fits and an honest exit too. By the phase's schema alone such a model could only make up a result.
 */
import type { Agent, JsonSchema, Turn, TurnReport } from './agent.ts';
import { isObject, valueAt } from './read-json.ts';

const key = 'answer';

/** Where references may lead; moved to the top with what they hold, so that they lead there still. */
const definitions: ReadonlySet<string> = new Set(['$defs', 'definitions']);

/** The same agent, asked under one key for a result or an exit; what comes back is without the key. */
export function leaveRoomForExits(agent: Agent): Agent {
  return {
    ...agent,
    launch: (turn) => agent.launch(askUnderKey(turn)),
    report(ended, turn) {
      const asked = askUnderKey(turn);
      const report = agent.report(ended, asked);
      // What does not lie under the key was not held to our schema: it is read by the phase's own.
      return asked !== turn && isUnderKey(report, turn) ? unwrapReport(report, turn) : agent.report(ended, turn);
    },
  };
}

function askUnderKey(turn: Turn): Turn {
  const schema = turn.schema === null ? null : wrapSchema(turn.schema, turn.exits);
  return schema === null ? turn : { ...turn, schema, prompt: `${turn.prompt}\n${noteOn(turn)}\n` };
}

function noteOn({ exits }: Turn): string {
  const what = exits.length === 0 ? 'the result' : 'the result, or instead of it one of the honest exits,';
  return `## Answer\nYour answer is asked for as an object with the one key "${key}": put ${what} there, as it is.`;
}

/**
 * The schema of an object whose one key holds a result or an exit. `null` when the result's schema refers to itself by
 * its place, which would be another one here: it is then asked for as it stands, and an exit is understood in words only.
 */
export function wrapSchema(schema: JsonSchema, exits: readonly JsonSchema[]): JsonSchema | null {
  const { $schema, $id, ...rest } = schema;
  if ($id !== undefined || /"\$ref":"(?!#\/(?:\$defs|definitions)\/)/.test(JSON.stringify(rest))) return null;
  const keywords = Object.entries(rest);
  const result = Object.fromEntries(keywords.filter(([name]) => !definitions.has(name)));
  const choices = [...choicesOf(result), ...exits];
  return {
    ...($schema === undefined ? {} : { $schema }),
    type: 'object',
    properties: { [key]: choices.length === 1 ? choices[0] : { anyOf: choices } },
    required: [key],
    additionalProperties: false,
    ...Object.fromEntries(keywords.filter(([name]) => definitions.has(name))),
  };
}

/** The ways that a union leaves, so that the exits join them and no union lies inside another. */
function choicesOf(schema: JsonSchema): readonly unknown[] {
  const [only, ...others] = Object.entries(schema).filter(([name]) => name !== 'title' && name !== 'description');
  const isUnion = others.length === 0 && (only?.[0] === 'anyOf' || only?.[0] === 'oneOf') && Array.isArray(only[1]);
  return isUnion ? (only[1] as readonly unknown[]) : [schema];
}

function isUnderKey({ end }: TurnReport, { schema }: Turn): boolean {
  return end.type === 'answered' && schema !== null && unwrapAnswer(end.json, schema) !== end.json;
}

function unwrapReport(report: TurnReport, { schema }: Turn): TurnReport {
  if (report.end.type === 'failed' || schema === null) return report;
  return { ...report, end: { ...report.end, json: unwrapAnswer(report.end.json, schema) } };
}

/** What lies under the key. A value without it is the answer itself; so is a result with a plain value of that name. */
export function unwrapAnswer(json: unknown, schema: JsonSchema): unknown {
  if (!isObject(json) || !Object.hasOwn(json, key) || Object.keys(json).length !== 1) return json;
  const inner = json[key];
  return valueAt(schema, 'properties', key) !== undefined && !isObject(inner) ? json : inner;
}
