import { z } from 'zod';

const detail = z.string().max(8_000);

/**
 * Every way in which an agent's session can end without a usable result. Distinct tags, because what to do next
 * differs; nothing downstream looks at the text.
 */
export const SessionFailure = z.discriminatedUnion('type', [
  /** The process ended by itself with a failure that says nothing more precise. */
  z.strictObject({ type: z.literal('crashed'), exitCode: z.number().int().nullable(), detail }),
  /** No output for `silentMs`, our own idle limit. */
  z.strictObject({ type: z.literal('stalled'), silentMs: z.number().int().positive() }),
  /** Our own wall-clock limit. */
  z.strictObject({ type: z.literal('timed-out'), afterMs: z.number().int().positive() }),
  /** The result does not fit the phase's schema, after it was fed back. */
  z.strictObject({ type: z.literal('malformed'), problems: z.array(z.string().max(2_000)).max(50) }),
  /** The agent asked for a tool that its permissions refuse. */
  z.strictObject({ type: z.literal('denied'), detail }),
  z.strictObject({ type: z.literal('over-budget'), detail }),
  z.strictObject({ type: z.literal('over-turns'), detail }),
  z.strictObject({ type: z.literal('unauthorized'), detail }),
  /** A quota or rate limit; `resetsAt` is ISO 8601 when the provider said. */
  z.strictObject({ type: z.literal('rate-limited'), detail, resetsAt: z.iso.datetime().nullable() }),
  /** The provider failed on its side (5xx, overloaded). */
  z.strictObject({ type: z.literal('provider-failed'), detail }),
  /** No connection to the model endpoint. */
  z.strictObject({ type: z.literal('unreachable'), detail }),
  z.strictObject({ type: z.literal('context-overflow'), detail }),
  /** The program to run does not exist on this machine. */
  z.strictObject({ type: z.literal('not-installed'), detail }),
  /** What it left in the working copy cannot be taken: nested repository, device, link out of the tree, too large. */
  z.strictObject({ type: z.literal('unsafe-content'), problems: z.array(z.string().max(2_000)).max(50) }),
]);
export type SessionFailure = z.infer<typeof SessionFailure>;
