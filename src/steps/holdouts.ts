/** The store of scenarios that no maker sees: a folder for each criterion, `SPEC/AC-3/`, with `holdout.yaml` in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdoutFile, loadHoldout } from '../config/load-holdout.ts';
import { formatProblem } from '../config/problem.ts';
import type { CriterionId } from '../model/criterion.ts';
import type { Holdout } from '../model/holdout.ts';

export type FoundHoldout =
  | { readonly type: 'found'; readonly holdout: Holdout; readonly folder: string }
  | { readonly type: 'missing' }
  /** A template that nobody has filled in. */
  | { readonly type: 'unwritten'; readonly script: string }
  /** It is there and cannot be used. */
  | { readonly type: 'broken'; readonly detail: string };

/** Which folder of the store belongs to a criterion. */
export function holdoutFolder(store: string, id: CriterionId): string {
  return join(store, id);
}

export async function findHoldout(store: string, id: CriterionId): Promise<FoundHoldout> {
  const folder = holdoutFolder(store, id);
  const file = join(folder, holdoutFile);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { type: 'missing' } : { type: 'broken', detail: message };
  }
  const loaded = loadHoldout(text, file);
  if (!loaded.ok) return { type: 'broken', detail: loaded.problems.map(formatProblem).join('; ') };
  const { holdout } = loaded;
  if (holdout.criterion !== id) return { type: 'broken', detail: `${file} names ${holdout.criterion}` };
  const script = join(folder, templateScript);
  const written = await readFile(script, 'utf8').catch(() => null);
  return written === templateText(id) ? { type: 'unwritten', script } : { type: 'found', holdout, folder };
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
      return ['asks for a hold-out, and the one that is there is not written yet', `write ${found.script}`];
    case 'broken':
      return [`asks for a hold-out, and it cannot be used: ${found.detail}`, `mw holdout list`];
    case 'found':
      return found.holdout.demands === hash
        ? null
        : ['asks for a hold-out, and the one that is there was written for other words', `mw holdout new ${id}`];
  }
}
