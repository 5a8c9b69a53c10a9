import type { EndedTurn, Turn, TurnReport } from '../agent.ts';
import { extractJson } from '../extract-json.ts';
import { readJsonLines } from '../json-lines.ts';
import { listAt, textAt, valueAt, type JsonObject } from '../read-json.ts';
import { failureOf, failureWithoutResult } from './failure.ts';
import { isRefused } from './tools.ts';
import { readUsage } from './usage.ts';

/**
 * What became of a turn. The last `result` event decides and never the exit code, which is 0 for denied tools and for
 * prose where a schema was asked. Pure and total over any bytes.
 */
export function reportTurn(ended: EndedTurn, turn: Turn): TurnReport {
  const events = readJsonLines(ended.stdout);
  const results = events.filter((event) => event['type'] === 'result');
  const result = results.at(-1) ?? null;
  const failure = result === null ? failureWithoutResult(ended) : failureOf(result, events, ended);
  return {
    end:
      failure === null
        ? {
            type: 'answered',
            text: textAt(result, 'result') ?? '',
            json: readAnswer(result),
            denied: readDenied(events, turn),
          }
        : { type: 'failed', failure },
    usage: readUsage(results, turn),
    conversation: readConversation(events),
  };
}

/** The structured result; where there is none, JSON in the last words: an honest exit fits no phase's schema. */
function readAnswer(result: JsonObject | null): unknown {
  return valueAt(result, 'structured_output') ?? extractJson(textAt(result, 'result') ?? '');
}

/** Names of the tools that were refused, each once: by a permission, or because this turn does not have them. */
function readDenied(events: readonly JsonObject[], turn: Turn): readonly string[] {
  const announced = events.filter((event) => event['type'] === 'system' && event['subtype'] === 'permission_denied');
  const listed = events.flatMap((event) => listAt(event, 'permission_denials'));
  const refused = [...announced, ...listed].map((denial) => textAt(denial, 'tool_name'));
  const called = events.flatMap(readCalls).filter((name) => name !== null && isRefused(name, turn));
  return [...new Set([...refused, ...called].filter((name) => name !== null))];
}

function readCalls(event: JsonObject): readonly (string | null)[] {
  if (event['type'] !== 'assistant') return [];
  const calls = listAt(event, 'message', 'content').filter((block) => textAt(block, 'type') === 'tool_use');
  return calls.map((call) => textAt(call, 'name'));
}

function readConversation(events: readonly JsonObject[]): string | null {
  for (const event of events.toReversed()) {
    const session = textAt(event, 'session_id');
    if (session !== null) return session;
  }
  return null;
}
