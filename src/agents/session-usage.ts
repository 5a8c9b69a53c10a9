import type { AgentConfig } from '../model/config.ts';
import type { Usage } from '../model/usage.ts';

/**
 * What this turn used, given a running total of the conversation and what its earlier turns used. A total smaller than
 * that was not a running total after all and is taken as it is: usage is never reported too low.
 */
export function subtractUsage(total: Usage, earlier: Usage | null): Usage {
  if (earlier === null) return total;
  const less = (now: number | null, before: number | null): number | null => {
    if (now === null || before === null) return null;
    return now >= before ? now - before : now;
  };
  return {
    inputTokens: less(total.inputTokens, earlier.inputTokens),
    outputTokens: less(total.outputTokens, earlier.outputTokens),
    cacheReadTokens: less(total.cacheReadTokens, earlier.cacheReadTokens),
    cacheWriteTokens: less(total.cacheWriteTokens, earlier.cacheWriteTokens),
    reasoningTokens: less(total.reasoningTokens, earlier.reasoningTokens),
    costMicroUsd: less(total.costMicroUsd, earlier.costMicroUsd),
    model: total.model ?? earlier.model,
  };
}

/** The usage with its cost set to 0 where the agent is declared free; unknown otherwise stays unknown. */
export function priceUsage(usage: Usage, config: AgentConfig): Usage {
  return config.free === true ? { ...usage, costMicroUsd: 0 } : usage;
}
