/** Opening what only a person can settle. */
import type { Concern } from '../model/concern.ts';
import type { Question } from '../model/outcome.ts';
import type { Draft, Gate } from './state.ts';

export function openGate(
  draft: Draft,
  type: Gate['type'],
  phase: string,
  text: string,
  options: readonly string[],
  round: readonly Question[] = [],
  concerns: readonly Concern[] = [],
): void {
  const number = draft.counters.gate + 1;
  draft.counters = { ...draft.counters, gate: number };
  // A person may take weeks; others land meanwhile.
  draft.landing = false;
  draft.gate = {
    id: `${draft.item.id}:${draft.run}/${phase}/gate-${number}`,
    type,
    phase,
    commit: draft.head,
    text,
    options,
    ...(round.length === 0 ? {} : { round }),
    ...(concerns.length === 0 ? {} : { concerns }),
  };
}
