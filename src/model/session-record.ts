import { z } from 'zod';
import { ArtifactRef } from './artifact.ts';

/** One session as the journal keeps it: what went in, what came out, exactly. */
export const SessionRecord = z.strictObject({
  /** Within its effect, from 1. */
  turn: z.number().int().positive(),
  prompt: ArtifactRef,
  /** The bytes of the agent program's stdout; the last 64 MiB of a longer one, after a line that says so. */
  transcript: ArtifactRef,
  stderr: ArtifactRef,
  /** Every connection it tried, allowed or refused, a line of JSON each; `null` when it had no network at all. */
  egress: ArtifactRef.nullable(),
  end: z.string().max(100),
  durationMs: z.number().int().nonnegative(),
});
export type SessionRecord = z.infer<typeof SessionRecord>;
