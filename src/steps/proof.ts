/** That the checks pass on an accepted commit, remembered, so that a clean base is proven once and not for each item. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';

/**
 * Names of all commands that a run of the pipeline can come to as checks, each once. Conditions look at results, which nobody has
 * before a run: it can come to every phase.
 */
export function requiredChecks(pipeline: PinnedPipeline): readonly string[] {
  const names = new Set(pipeline.phases.flatMap(({ checks }) => checks));
  return [...names].filter((name) => {
    const check = pipeline.checks[name];
    // What no change has touched, no mutant is made of.
    return check !== undefined && 'run' in check && check.kind !== 'mutation';
  });
}

/**
 * The file that a proof leaves. It is of one commit under exactly these checks, in this order (one may need what
 * another has built), in a certain environment, behind certain walls and limits.
 */
export function proofFile(about: StepItem, commit: string, context: StepContext): string {
  const pipeline = pinned(about);
  const { checkMs, copyBytes } = pipeline.limits;
  const digest = createHash('sha256').update(
    JSON.stringify([
      commit,
      requiredChecks(pipeline).map((name) => [name, pipeline.checks[name]]),
      pipeline.setup,
      pipeline.network,
      pipeline.readOnly,
      rungOf(about),
      checkMs,
      copyBytes,
    ]),
  );
  return join(context.home.project(about.item.project).proofs, digest.digest('hex'));
}

/** Whether the run has seen each of them pass on this very commit. A phase that it left out asked for none of its own. */
export function isProvenByRun(about: StepItem, commit: string): boolean {
  return requiredChecks(pinned(about)).every((name) => about.proven[name] === commit);
}

export async function hasProof(file: string): Promise<boolean> {
  return (await readProof(file)) !== null;
}

/** The hash of what the tests did on the commit, see `loadRolls`; `null` when nothing is proven. */
export async function readProof(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return /^[0-9a-f]+ ([0-9a-f]{64})\n$/.exec(text)?.[1] ?? null;
}

/** `rolls`: the hash of what the tests did. */
export async function recordProof(file: string, commit: string, rolls: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${commit} ${rolls}\n`);
}
