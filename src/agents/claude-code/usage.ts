import { unknownUsage, type Usage } from '../../model/usage.ts';
import type { Turn } from '../agent.ts';
import { countAt, isObject, numberAt, textAt, valueAt, type JsonObject } from '../read-json.ts';
import { priceUsage, subtractUsage } from '../session-usage.ts';

/**
 * What the turn used. `modelUsage` and `total_cost_usd` count every model and sub-agent, and the whole conversation on
 * a resumed session; `usage` leaves out sub-agents and the last step of a capped turn, so it is only the fallback.
 */
export function readUsage(result: JsonObject | null, turn: Turn): Usage {
  if (result === null) return priceUsage(unknownUsage, turn.config);
  const earlier = turn.resume?.usage ?? null;
  const total = readModelUsage(result);
  const usage = total === null ? readMainLoopUsage(result) : subtractUsage(total, earlier);
  return priceUsage({ ...usage, model: usage.model ?? turn.config.model ?? null }, turn.config);
}

function readModelUsage(result: JsonObject): Usage | null {
  const models = valueAt(result, 'modelUsage');
  if (!isObject(models)) return null;
  const entries = Object.entries(models);
  const sum = (key: string): number | null =>
    entries.reduce<number | null>((all, [, model]) => addCounts(all, countAt(model, key)), 0);
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadInputTokens'),
    cacheWriteTokens: sum('cacheCreationInputTokens'),
    reasoningTokens: sum('thinkingTokens'),
    costMicroUsd: readCost(result),
    model: mainModel(entries),
  };
}

function readMainLoopUsage(result: JsonObject): Usage {
  return {
    inputTokens: countAt(result, 'usage', 'input_tokens'),
    outputTokens: countAt(result, 'usage', 'output_tokens'),
    cacheReadTokens: countAt(result, 'usage', 'cache_read_input_tokens'),
    cacheWriteTokens: countAt(result, 'usage', 'cache_creation_input_tokens'),
    reasoningTokens: countAt(result, 'usage', 'output_tokens_details', 'thinking_tokens'),
    costMicroUsd: null,
    model: null,
  };
}

function readCost(result: JsonObject): number | null {
  const usd = numberAt(result, 'total_cost_usd');
  const micro = usd === null ? null : Math.round(usd * 1_000_000);
  return micro !== null && Number.isSafeInteger(micro) && micro >= 0 ? micro : null;
}

/** The model that wrote most: small helper models of a session are not what a person asked for. */
function mainModel(entries: readonly (readonly [string, unknown])[]): string | null {
  let main: string | null = null;
  let most = -1;
  for (const [name, model] of entries) {
    const written = countAt(model, 'outputTokens') ?? 0;
    if (written > most) [main, most] = [textAt(model, 'canonicalModel') ?? name, written];
  }
  return main;
}

function addCounts(a: number | null, b: number | null): number | null {
  return a === null || b === null || !Number.isSafeInteger(a + b) ? null : a + b;
}
