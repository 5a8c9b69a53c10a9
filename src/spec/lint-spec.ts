/**
 * Whether work may start on a spec. Rules that code can decide; each finding says where, what, and what to write
 * instead. `error`: nobody could say when it is done, so work does not start. `warning`: it will probably be
 * misunderstood. Words are English ones; text in another language is judged by its structure alone.
 */
import { findDuplicates } from './find-duplicates.ts';
import { lintErrorBehaviour, lintFrame, lintIds, lintLines } from './lint-frame.ts';
import { lintRequirement } from './lint-requirement.ts';
import type { Spec } from './spec.ts';
import type { SpecFinding } from './spec-finding.ts';

/** All findings in the order of the file. `file`: its text, for what stands outside requirements. */
export function lintSpec(spec: Spec, file: string): readonly SpecFinding[] {
  return [
    ...lintFrame(spec),
    ...lintLines(file),
    ...lintIds(spec),
    ...findDuplicates(spec.requirements, 'duplicate-requirement', 'requirement'),
    ...spec.requirements.flatMap(lintRequirement),
    ...lintErrorBehaviour(spec),
  ].sort((a, b) => a.line - b.line);
}
