/** That the checks pass on an accepted commit, remembered, so that a clean base is proven once and not for each item. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { treeOf } from '../git/history.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';

/** Names of all checks that any phase requires, each once. */
export function requiredChecks(pipeline: PinnedPipeline): readonly string[] {
  return [...new Set(pipeline.phases.flatMap(({ checks }) => checks))];
}

export async function hasProof(
  about: StepItem,
  gitDir: string,
  commit: string,
  context: StepContext,
): Promise<boolean> {
  const file = await proofFile(about, gitDir, commit, context);
  return readFile(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

export async function recordProof(
  about: StepItem,
  gitDir: string,
  commit: string,
  context: StepContext,
): Promise<void> {
  const file = await proofFile(about, gitDir, commit, context);
  await mkdir(context.home.project(about.item.project).proofs, { recursive: true, mode: 0o700 });
  await writeFile(file, `${commit}\n`);
}

/** A proof is of a tree under certain checks, in a certain environment, behind certain walls. */
async function proofFile(about: StepItem, gitDir: string, commit: string, context: StepContext): Promise<string> {
  const pipeline = pinned(about);
  const checks = requiredChecks(pipeline).map((name) => [name, pipeline.checks[name]]);
  const digest = createHash('sha256').update(
    JSON.stringify([
      await treeOf(gitDir, commit),
      checks,
      pipeline.setup,
      pipeline.network,
      pipeline.readOnly,
      rungOf(about),
    ]),
  );
  return join(context.home.project(about.item.project).proofs, digest.digest('hex'));
}
