/**
 * How well something is known of a candidate, weakest first. claimed: an agent says so · self-reported: it names the tests
 * or commands that it ran · observed: the core ran it, on exactly this commit · examined: somebody or something that the
 * maker cannot reach found it so, a breaker, a reviewer or a hold-out · accepted: a person did.
 */
export const evidenceLevels = ['claimed', 'self-reported', 'observed', 'examined', 'accepted'] as const;
export type EvidenceLevel = (typeof evidenceLevels)[number];

/** What each kind of gate asks for, at least. */
export const levelOfGate = {
  checks: 'observed',
  breaker: 'examined',
  reviews: 'examined',
  approval: 'accepted',
} as const;

/** The stronger of the two. */
export function strongerLevel(a: EvidenceLevel, b: EvidenceLevel): EvidenceLevel {
  return evidenceLevels.indexOf(b) > evidenceLevels.indexOf(a) ? b : a;
}
