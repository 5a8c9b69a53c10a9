import { z } from 'zod';

const Tokens = z.number().int().nonnegative().nullable();

/** What one session used. `null` means that the agent did not say; it is never shown as zero. */
export const Usage = z.strictObject({
  inputTokens: Tokens,
  outputTokens: Tokens,
  cacheReadTokens: Tokens,
  cacheWriteTokens: Tokens,
  reasoningTokens: Tokens,
  /** Micro-USD as the agent reported it, or 0 for agents declared free. */
  costMicroUsd: z.number().int().nonnegative().nullable(),
  model: z.string().nullable(),
});
export type Usage = z.infer<typeof Usage>;

export const unknownUsage: Usage = {
  inputTokens: null,
  outputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  costMicroUsd: null,
  model: null,
};

/** Nobody was asked: nothing was used, and that is known. */
export const freeUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  costMicroUsd: 0,
  model: null,
};

/** Adds two reports; unknown plus known stays unknown, because a part of the sum is not known. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum = (x: number | null, y: number | null) => (x === null || y === null ? null : x + y);
  return {
    inputTokens: sum(a.inputTokens, b.inputTokens),
    outputTokens: sum(a.outputTokens, b.outputTokens),
    cacheReadTokens: sum(a.cacheReadTokens, b.cacheReadTokens),
    cacheWriteTokens: sum(a.cacheWriteTokens, b.cacheWriteTokens),
    reasoningTokens: sum(a.reasoningTokens, b.reasoningTokens),
    costMicroUsd: sum(a.costMicroUsd, b.costMicroUsd),
    model: b.model ?? a.model,
  };
}
