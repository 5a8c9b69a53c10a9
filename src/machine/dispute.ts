/** Where a maker and its reviewers do not come to terms: both sides go to a person, who decides. */
import { isStopping, type Finding } from '../model/outcome.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { openGate } from './gate.ts';
import { progressOf, updateProgress, type Draft, type ReviewProgress } from './state.ts';

/** A phase with what its reviewers hold against the candidate. */
interface Dispute {
  readonly phase: string;
  readonly reviewers: readonly (readonly [string, ReviewProgress])[];
}

/** The reviews of this very candidate that it did not pass; `null` where there are none. */
export function findDispute(draft: Draft, { phases }: PinnedPipeline): Dispute | null {
  for (const { id } of phases) {
    const { reviews } = progressOf(draft, id);
    const reviewers = Object.entries(reviews).filter(([, { passed, commit }]) => !passed && commit === draft.head);
    if (reviewers.length > 0) return { phase: id, reviewers };
  }
  return null;
}

/** `answer`: what the maker says to it; `null` when it has only run out of attempts to please them. */
export function askAboutDispute(draft: Draft, { phase, reviewers }: Dispute, answer: string | null): void {
  const names = reviewers.map(([name]) => name).sort();
  const findings = reviewers.flatMap(([name, { findings: all }]) =>
    all.filter(isStopping).map((each) => tell(name, each)),
  );
  const text = [
    `the maker and ${names.length === 1 ? `reviewer ${names[0]}` : `reviewers ${names.join(', ')}`} do not agree; approve: it may go on as it is, reject: it is mended as your reason says.`,
    ...(findings.length === 0 ? [`${names.join(', ')}: failed it without a finding`] : findings.slice(0, 20)),
    answer === null ? 'The maker has changed it as often as it may, and they still fail it.' : `The maker: ${answer}`,
  ].join('\n');
  openGate(draft, 'dispute', phase, text.slice(0, 15_000).toWellFormed(), []);
  if (draft.gate !== null) draft.gate = { ...draft.gate, disputed: names };
}

/** A person has looked at both sides: what these reviewers said of this commit does not stop it. */
export function overrule(draft: Draft, gate: NonNullable<Draft['gate']>, by: string): void {
  const { reviews } = progressOf(draft, gate.phase);
  const changed = Object.entries(reviews).map(([name, review]) => {
    const isMeant = gate.disputed?.includes(name) === true && review.commit === gate.commit;
    return [name, isMeant ? { ...review, passed: true, overruledBy: by } : review] as const;
  });
  updateProgress(draft, gate.phase, { reviews: Object.fromEntries(changed) });
}

/** A person asks for more: the bound that was reached is theirs to set again. */
export function grantMore(draft: Draft, phase: string): void {
  updateProgress(draft, phase, { rounds: 0, charged: 0 });
  draft.lastFailure = { phase: '', signature: '', count: 0 };
}

function tell(reviewer: string, { severity, title, file, line, evidence }: Finding): string {
  const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`;
  return `${reviewer}: ${severity}: ${title}${place}.\n  ${evidence.slice(0, 600)}`;
}
