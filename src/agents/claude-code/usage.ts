import { unknownUsage, type Usage } from '../../model/usage.ts';
import type { Turn } from '../agent.ts';
import { countAt, isObject, numberAt, textAt, valueAt, type JsonObject } from '../read-json.ts';
import { priceUsage, subtractUsage } from '../session-usage.ts';

/**
 * What the turn used, over every model and sub-agent. Newer versions state it for each result of this process; from
 * older ones it is the conversation's running total less the turns before. `usage`, which leaves out sub-agents and the
 * last step of a capped turn, is only the last resort.
 */
export function readUsage(results: readonly JsonObject[], turn: Turn): Usage {
  const last = results.at(-1);
  if (last === undefined) return priceUsage({ ...unknownUsage, model: turn.config.model ?? null }, turn.config);
  const usage = readOwn(results) ?? readDifference(last, turn) ?? readMainLoopUsage(last);
  return priceUsage({ ...usage, model: usage.model ?? turn.config.model ?? null }, turn.config);
}

function readOwn(results: readonly JsonObject[]): Usage | null {
  const parts = results.map((result) => valueAt(result, 'model_usage_since_last_result'));
  if (!parts.every(isObject)) return null;
  const entries = parts.flatMap((part) => Object.entries(part));
  const usd = entries.reduce<number | null>((all, [, model]) => {
    const cost = numberAt(model, 'costUSD');
    return all === null || cost === null ? null : all + cost;
  }, 0);
  return sumModels(entries, microUsd(usd));
}

function readDifference(result: JsonObject, turn: Turn): Usage | null {
  const models = valueAt(result, 'modelUsage');
  if (!isObject(models)) return null;
  const total = sumModels(Object.entries(models), microUsd(numberAt(result, 'total_cost_usd')));
  return subtractUsage(total, turn.resume?.usage ?? null);
}

function sumModels(entries: readonly (readonly [string, unknown])[], costMicroUsd: number | null): Usage {
  const sum = (key: string): number | null =>
    entries.reduce<number | null>((all, [, model]) => addCounts(all, countAt(model, key)), 0);
  return {
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
    cacheReadTokens: sum('cacheReadInputTokens'),
    cacheWriteTokens: sum('cacheCreationInputTokens'),
    reasoningTokens: sum('thinkingTokens'),
    costMicroUsd,
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

function microUsd(usd: number | null): number | null {
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
