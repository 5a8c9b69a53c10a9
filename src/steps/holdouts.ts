/** The store of scenarios that no maker sees: a folder for each criterion, `SPEC/AC-3/`, with `holdout.yaml` in it. */
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { holdoutFile, loadHoldout } from '../config/load-holdout.ts';
import { formatProblem } from '../config/problem.ts';
import type { CriterionId } from '../model/criterion.ts';
import type { Holdout } from '../model/holdout.ts';

export type FoundHoldout =
  | { readonly type: 'found'; readonly holdout: Holdout; readonly folder: string }
  | { readonly type: 'missing' }
  /** A template that nobody has filled in. */
  | { readonly type: 'unwritten'; readonly script: string }
  /** It is there, or may be, and cannot be used. */
  | { readonly type: 'broken'; readonly detail: string };

/** Which folder of the store belongs to a criterion. */
export function holdoutFolder(store: string, id: CriterionId): string {
  return join(store, id);
}

/** Where another one is made before it takes the place of the one that is there. */
export function draftFolder(store: string, id: CriterionId): string {
  return `${holdoutFolder(store, id)}.new`;
}

export async function findHoldout(store: string, id: CriterionId): Promise<FoundHoldout> {
  const folder = holdoutFolder(store, id);
  const file = join(folder, holdoutFile);
  try {
    const text = await readFile(file, 'utf8');
    const loaded = loadHoldout(text, file);
    if (!loaded.ok) return { type: 'broken', detail: loaded.problems.map(formatProblem).join('; ') };
    const { holdout } = loaded;
    if (holdout.criterion !== id) return { type: 'broken', detail: `${file} names ${holdout.criterion}` };
    const odd = await findOdd(folder);
    if (odd !== null) return { type: 'broken', detail: `${odd} is neither a file nor a folder` };
    const script = join(folder, templateScript);
    const written = await readFile(script, 'utf8').catch(() => null);
    return written === templateText(id) ? { type: 'unwritten', script } : { type: 'found', holdout, folder };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return { type: 'broken', detail: message };
    return (await whyAbsent(store, id)) ?? { type: 'missing' };
  }
}

/** What a new hold-out begins with; as long as it says just this, it decides nothing. */
export const templateScript = 'scenario.sh';

export function templateText(id: CriterionId): string {
  return `# Start the program as its users do, and look at what comes out. It holds when this ends with 0.
# The folder is the root of a clean checkout. Load none of its code here: that code could end this script with 0.
echo "the scenario for ${id} is not written yet" >&2
exit 1
`;
}

/** Nothing is there, although something should be: a store that is not mounted, a replacement that was ended half-way. */
async function whyAbsent(store: string, id: CriterionId): Promise<FoundHoldout | null> {
  const link = await lstat(store).catch(() => null);
  if (link?.isSymbolicLink() === true && (await realpath(store).catch(() => null)) === null)
    return { type: 'broken', detail: `${store} leads to a folder that is not there` };
  for (const folder of [holdoutFolder(store, id), draftFolder(store, id)]) {
    if ((await lstat(folder).catch(() => null)) !== null)
      return { type: 'broken', detail: `${folder} is only half of one` };
  }
  return null;
}

/** The first thing that cannot be copied as a file or a folder. */
async function findOdd(folder: string): Promise<string | null> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (!entry.isFile() && !entry.isDirectory()) return join(entry.parentPath, entry.name);
  return null;
}

/** The same for the same files, whatever lies where. */
export async function digestHoldout(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const digest = createHash('sha256');
  for (const path of paths.sort()) {
    const content = createHash('sha256').update(await readFile(path));
    digest.update(`${JSON.stringify(relative(folder, path))} ${content.digest('hex')}\n`);
  }
  return digest.digest('hex');
}

/** Why a hold-out cannot decide about these words, and what to type; `null` when it can. */
export function unfit(
  found: FoundHoldout,
  id: CriterionId,
  hash: string,
): readonly [what: string, next: string] | null {
  switch (found.type) {
    case 'missing':
      return ['asks for a hold-out, and there is none', `mw holdout new ${id}`];
    case 'unwritten':
      return ['has a hold-out that is not written yet', `write ${found.script}`];
    case 'broken':
      return [`has a hold-out that cannot be used: ${found.detail}`, `mw holdout list`];
    case 'found':
      return found.holdout.demands === hash
        ? null
        : ['has a hold-out that was written for other words', `mw holdout new ${id}, or mw holdout retire ${id}`];
  }
}
