/** The criteria of a spec as the planner wants them: with a hash, and with what keeps work from starting. */
import type { Wanted } from './compare.ts';
import { parseEvidence } from './evidence-mark.ts';
import type { Spec } from './spec.ts';
import type { SpecFinding } from './spec-finding.ts';

/** What is said of a spec beyond its own text: `text` is the digest's input, in any form. */
export type Digest = (text: string) => string;

/** Criteria without an id are left out: nothing can be said of them from one day to the next. */
export function listWanted(spec: Spec, findings: readonly SpecFinding[], digest: Digest): readonly Wanted[] {
  const errors = findings.filter(({ severity }) => severity === 'error').toSorted((a, b) => a.line - b.line);
  const own = Map.groupBy(errors, ({ criterion }) => criterion);
  const about = own.get(null) ?? [];
  const first = spec.requirements[0]?.line ?? Infinity;
  // What is wrong outside every requirement is wrong with all of them.
  const outside = about[0] !== undefined && about[0].line < first ? about[0] : undefined;
  let at = 0;
  return spec.requirements.flatMap((requirement, index) => {
    while ((about[at]?.line ?? Infinity) < requirement.line) at += 1;
    const end = spec.requirements[index + 1]?.line ?? Infinity;
    const inside = (about[at]?.line ?? Infinity) < end ? about[at] : undefined;
    return requirement.criteria.flatMap((criterion) => {
      const { id, meaning, line, evidence } = criterion;
      if (id === null) return [];
      const fault = own.get(id)?.[0] ?? outside ?? inside;
      return [
        {
          id,
          hash: digest(meaning),
          text: meaning,
          evidence: (evidence === null ? null : parseEvidence(evidence)) ?? { type: 'test' },
          spec: spec.name,
          requirement: requirement.name,
          line,
          unready: fault === undefined ? null : `line ${fault.line}: ${fault.text}`,
        },
      ];
    });
  });
}
