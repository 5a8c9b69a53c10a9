import { unknownUsage, type Usage } from '../../model/usage.ts';
import type { EndedTurn, JsonSchema, Turn, TurnReport } from '../agent.ts';
import { extractJson } from '../extract-json.ts';
import { readJsonLines } from '../json-lines.ts';
import { countAt, textAt, type JsonObject } from '../read-json.ts';
import { priceUsage, subtractUsage } from '../session-usage.ts';
import { failureOfMessage, failureWithoutEnd } from './failure.ts';
import { relaxAnswer, strictSchema } from './strict-schema.ts';

/**
 * What became of a turn. `turn.completed` or `turn.failed` decides, never the exit code; `error` items on the way are
 * warnings. The stream is no complete record of refused writes, so `denied` is always empty. Pure and total over any
 * bytes.
 */
export function reportTurn(ended: EndedTurn, turn: Turn): TurnReport {
  const events = readJsonLines(ended.stdout);
  const end = events.findLast((event) => event['type'] === 'turn.completed' || event['type'] === 'turn.failed') ?? null;
  return {
    end: readEnd(end, events, ended, turn),
    usage: readUsage(end, turn),
    conversation: readConversation(events),
  };
}

function readEnd(
  end: JsonObject | null,
  events: readonly JsonObject[],
  ended: EndedTurn,
  turn: Turn,
): TurnReport['end'] {
  if (end === null) {
    const errors = events.filter((event) => event['type'] === 'error');
    return { type: 'failed', failure: failureWithoutEnd(ended, textAt(errors.at(-1), 'message')) };
  }
  if (end['type'] === 'turn.failed') {
    return { type: 'failed', failure: failureOfMessage(textAt(end, 'error', 'message') ?? '', ended) };
  }
  const text = [ended.result, lastMessage(events)].find((words) => (words ?? '').trim() !== '') ?? '';
  return { type: 'answered', text, json: readAnswer(text, turn.schema), denied: [] };
}

/** Without a schema too: the words may hold an honest exit. */
function readAnswer(text: string, schema: JsonSchema | null): unknown {
  const answer = extractJson(text);
  return schema === null || strictSchema(schema) === null ? answer : relaxAnswer(answer, schema);
}

function lastMessage(events: readonly JsonObject[]): string | null {
  const messages = events.filter((event) => textAt(event, 'item', 'type') === 'agent_message');
  return textAt(messages.at(-1), 'item', 'text');
}

/**
 * Tokens of the turn; Codex states no price. Its input count holds the cached part, which is taken out here so that the
 * three input figures add up; a resumed conversation reports its total again.
 */
function readUsage(end: JsonObject | null, turn: Turn): Usage {
  const model = turn.config.model ?? null;
  if (end === null || end['usage'] === undefined) return priceUsage({ ...unknownUsage, model }, turn.config);
  const input = countAt(end, 'usage', 'input_tokens');
  const cacheReadTokens = countAt(end, 'usage', 'cached_input_tokens');
  const cacheWriteTokens = countAt(end, 'usage', 'cache_write_input_tokens');
  const total: Usage = {
    inputTokens: input === null ? null : Math.max(0, input - (cacheReadTokens ?? 0) - (cacheWriteTokens ?? 0)),
    outputTokens: countAt(end, 'usage', 'output_tokens'),
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens: countAt(end, 'usage', 'reasoning_output_tokens'),
    costMicroUsd: null,
    model,
  };
  return priceUsage(subtractUsage(total, turn.resume?.usage ?? null), turn.config);
}

function readConversation(events: readonly JsonObject[]): string | null {
  const started = events.findLast((event) => event['type'] === 'thread.started');
  return textAt(started, 'thread_id');
}
