/** The criteria of a spec as the planner wants them: with a hash, and with what keeps work from starting. */
import type { Wanted } from './compare.ts';
import { parseEvidence } from './evidence-mark.ts';
import type { Spec } from './spec.ts';
import type { SpecFinding } from './spec-finding.ts';

/** What is said of a spec beyond its own text: `text` is the digest's input, in any form. */
export type Digest = (text: string) => string;

/** Criteria without an id are left out: nothing can be said of them from one day to the next. */
export function listWanted(spec: Spec, findings: readonly SpecFinding[], digest: Digest): readonly Wanted[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  return spec.requirements.flatMap((requirement, index) => {
    const range = { from: requirement.line, to: spec.requirements[index + 1]?.line ?? Infinity };
    const about = errors.filter(({ line, criterion }) => criterion === null && isAbout(spec, range, line));
    return requirement.criteria.flatMap((criterion) => {
      const { id, meaning, line, evidence } = criterion;
      if (id === null) return [];
      const own = errors.find((each) => each.criterion === id) ?? about[0];
      return [
        {
          id,
          hash: digest(meaning),
          text: meaning,
          evidence: (evidence === null ? null : parseEvidence(evidence)) ?? { type: 'test' },
          spec: spec.name,
          requirement: requirement.name,
          line,
          unready: own === undefined ? null : `line ${own.line}: ${own.text}`,
        },
      ];
    });
  });
}

/** What is wrong outside every requirement is wrong with all of them. */
function isAbout(spec: Spec, range: { readonly from: number; readonly to: number }, line: number): boolean {
  const first = spec.requirements[0]?.line ?? Infinity;
  return line < first || (line >= range.from && line < range.to);
}
