/** The work plans that lie beside specs: `specs/NAME/work.md`. */
import { dirname, join } from 'node:path';
import { lintWorkPlan, parseWorkPlan, type WorkPart } from '../spec/work-plan.ts';
import { UserError } from '../model/user-error.ts';
import { maxSpecBytes } from '../spec/max-spec-bytes.ts';
import { findCheckout } from './projects.ts';
import { readPlainText } from './read-plain-text.ts';
import type { SpecHere } from './specs-here.ts';

export interface WorkPlansHere {
  /** Without faults, by spec. */
  readonly plans: ReadonlyMap<string, readonly WorkPart[]>;
  /** Why the others are not followed, each a line. */
  readonly faults: readonly string[];
  /** All of them by path. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A plan that leaves out criteria that were added since is followed for the rest. */
export async function readWorkPlans(folder: string, specs: readonly SpecHere[]): Promise<WorkPlansHere> {
  const { path: top } = await findCheckout(folder);
  const plans = new Map<string, readonly WorkPart[]>();
  const faults: string[] = [];
  const texts = new Map<string, string>();
  for (const { path, spec } of specs) {
    const file = join(dirname(path), 'work.md');
    const text = await readPlainText(top, file, maxSpecBytes).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      faults.push(`${file} is not followed: ${error.message}`);
      return null;
    });
    if (text === null) continue;
    texts.set(file, text);
    const parts = parseWorkPlan(text);
    const known = spec.requirements.flatMap(({ criteria }) => criteria.flatMap(({ id }) => id ?? []));
    const covered = new Set(parts.flatMap(({ criteria }) => criteria));
    const [fault] = lintWorkPlan(
      parts,
      known.filter((id) => covered.has(id)),
    );
    if (fault === undefined) plans.set(spec.name, parts);
    else faults.push(`${file}:${fault.line} is not followed: ${fault.text}`);
  }
  return { plans, faults, texts };
}
