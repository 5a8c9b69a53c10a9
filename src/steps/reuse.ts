/**
 * Results of phases that went into landed work, by everything that went in. A phase that is asked for the very same thing
 * again gets the very same answer, and nobody is paid for it; its gates are asked as ever.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../config/canonical-json.ts';
import { ArtifactRef } from '../model/artifact.ts';
import type { AgentConfig } from '../model/config.ts';
import type { ContentHash } from '../model/id.ts';
import { Facts } from '../model/outcome.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { runGit } from '../git/git.ts';

const Reusable = z.strictObject({
  version: z.literal(1),
  /** The attempt that made it. */
  from: z.string(),
  /** Its files, as a tree of git. */
  tree: z.string(),
  changed: z.boolean(),
  result: ArtifactRef.nullable(),
  facts: Facts,
  summary: z.string(),
});
export type Reusable = z.infer<typeof Reusable>;

/** What went into an attempt. The prompt holds instructions, request, artifacts, feedback and what was tried. */
export interface Inputs {
  readonly item: string;
  readonly prompt: string;
  readonly agent: AgentConfig;
  readonly schema: unknown;
  readonly writes: boolean;
  readonly paths: readonly string[];
  readonly protect: PinnedPipeline['protect'];
  /** The tree that the attempt starts from. */
  readonly tree: string;
}

/** The same for the same inputs, whichever item asks. */
export function hashInputs({ item, prompt, ...rest }: Inputs): ContentHash {
  const anybody = prompt.replaceAll(item, 'MW-0');
  return createHash('sha256')
    .update(canonicalJson({ ...rest, prompt: anybody }))
    .digest('hex');
}

/** A result for these inputs that can still be had; `null` when there is none. */
export async function findReusable(
  folder: string,
  inputs: ContentHash,
  here: { readonly gitDir: string; readonly hasArtifact: (hash: string) => Promise<boolean> },
): Promise<Reusable | null> {
  const text = await readFile(fileOf(folder, inputs), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const found = text === null ? null : parseReusable(text);
  if (found === null) return null;
  if (found.result !== null && !(await here.hasArtifact(found.result.hash))) return null;
  return (await hasTree(here.gitDir, found.tree)) ? found : null;
}

export async function saveReusable(folder: string, inputs: ContentHash, reusable: Reusable): Promise<void> {
  const file = fileOf(folder, inputs);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeFile(temporary, JSON.stringify(reusable), { mode: 0o600 });
  await rename(temporary, file);
}

function fileOf(folder: string, inputs: ContentHash): string {
  return join(folder, inputs.slice(0, 2), `${inputs}.json`);
}

/** A cache: an entry that does not fit is none. */
function parseReusable(text: string): Reusable | null {
  try {
    const parsed = Reusable.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Whole: a tree that lost a file to a clean-up is of no use. */
async function hasTree(gitDir: string, tree: string): Promise<boolean> {
  const args = ['rev-list', '--objects', '--quiet', tree];
  const { exitCode } = await runGit(args, { gitDir, accept: [0, 1, 128] });
  return exitCode === 0;
}
