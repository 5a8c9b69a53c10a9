import { z } from 'zod';
import { ContentHash } from './id.ts';

/** A file that a phase produced or read, kept by content hash and never changed. */
export const ArtifactRef = z.strictObject({
  hash: ContentHash,
  name: z.string().max(200),
  sizeBytes: z.number().int().nonnegative(),
});
export type ArtifactRef = z.infer<typeof ArtifactRef>;
