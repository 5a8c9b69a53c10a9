/**
 * How good reviewers are, one by one and together. Pure: from votes on changes whose truth is known. Reviewers that miss the
 * same defects are fewer than they look: n votes with a mean correlation r of their misses count as n / (1 + (n - 1) r).
 */

export type Vote = 'fail' | 'pass';

/** One change with a known truth, and who said what of it. */
export interface Trial {
  readonly isDefect: boolean;
  readonly votes: ReadonlyMap<string, Vote>;
}

export interface Worth {
  readonly reviewer: string;
  /** Defects that it was shown, and failed. */
  readonly hits: number;
  readonly defects: number;
  /** Sound changes that it was shown, and failed. */
  readonly falseAlarms: number;
  readonly sound: number;
  /** Defects that it alone has failed. */
  readonly alone: number;
  /** How often it fails a defect, and a sound change; never nought or one. */
  readonly rates: { readonly defect: number; readonly sound: number };
  /** Natural logarithms of how much likelier a vote is on a defect than on a sound change. */
  readonly weights: Readonly<Record<Vote, number>>;
  /** Whether there is enough to go by. */
  readonly isKnown: boolean;
}

/** Below this nothing is said of a reviewer, and its vote weighs as much as any other. */
export const minimum = 20;

/** Where nothing is known: a reviewer that finds six defects of ten, and fails one sound change of ten. */
const unknown: Worth['rates'] = { defect: 0.6, sound: 0.1 };

export function weighReviewer(reviewer: string, trials: readonly Trial[]): Worth {
  const seen = trials.filter(({ votes }) => votes.has(reviewer));
  const failed = (isDefect: boolean) =>
    seen.filter((trial) => trial.isDefect === isDefect && trial.votes.get(reviewer) === 'fail').length;
  const count = (isDefect: boolean) => seen.filter((trial) => trial.isDefect === isDefect).length;
  const [hits, defects, falseAlarms, sound] = [failed(true), count(true), failed(false), count(false)];
  const alone = seen.filter(
    ({ isDefect, votes }) =>
      isDefect && votes.get(reviewer) === 'fail' && [...votes.values()].filter(isFail).length === 1,
  ).length;
  const isKnown = defects >= minimum && sound >= minimum;
  // Half a vote each way keeps a reviewer that has never erred from counting for ever.
  const rates = isKnown ? { defect: (hits + 0.5) / (defects + 1), sound: (falseAlarms + 0.5) / (sound + 1) } : unknown;
  const weights = {
    fail: Math.log(rates.defect / rates.sound),
    pass: Math.log((1 - rates.defect) / (1 - rates.sound)),
  };
  return { reviewer, hits, defects, falseAlarms, sound, alone, rates, weights, isKnown };
}

function isFail(vote: Vote): boolean {
  return vote === 'fail';
}

export interface Independence {
  readonly reviewers: number;
  /** As how many independent votes they count. */
  readonly votes: number;
  /** Defects that all of them were shown. */
  readonly defects: number;
}

/** `null` where there is not enough: fewer than two reviewers, or too few defects that all of them saw. */
export function countVotes(reviewers: readonly string[], trials: readonly Trial[]): Independence | null {
  const shown = trials.filter(({ isDefect, votes }) => isDefect && reviewers.every((name) => votes.has(name)));
  if (reviewers.length < 2 || shown.length < minimum) return null;
  const misses = reviewers.map((name) => shown.map(({ votes }) => (votes.get(name) === 'pass' ? 1 : 0)));
  const found: number[] = [];
  for (const [index, a] of misses.entries())
    for (const b of misses.slice(index + 1)) {
      const r = correlation(a, b);
      if (r !== null) found.push(r);
    }
  // Who never differs from itself says nothing of anybody; without any pair they are counted as one.
  const mean = found.length === 0 ? 1 : found.reduce((sum, r) => sum + r, 0) / found.length;
  const n = reviewers.length;
  return { reviewers: n, votes: n / (1 + (n - 1) * Math.min(1, Math.max(0, mean))), defects: shown.length };
}

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const n = a.length;
  const mean = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  if (ma === 0 || ma === 1 || mb === 0 || mb === 1) return null;
  const both = a.reduce((sum, each, index) => sum + each * (b[index] ?? 0), 0) / n;
  return (both - ma * mb) / Math.sqrt(ma * (1 - ma) * mb * (1 - mb));
}

/** A panel of which not all have to be asked. */
export interface Panel {
  /** The most telling first. */
  readonly order: readonly Worth[];
  /** What one vote counts beside the others, 0 to 1: their number over that of the panel. */
  readonly share: number;
  /** Before anybody is asked: logarithm of the odds that a change has a defect. */
  readonly prior: number;
}

/** The odds of a defect, of which three in ten changes have one where nothing else is known. */
const usualPrior = Math.log(0.3 / 0.7);

export function seatPanel(worths: readonly Worth[], independence: Independence | null, prior = usualPrior): Panel {
  const span = ({ weights }: Worth) => weights.fail - weights.pass;
  const order = [...worths].sort((a, b) => span(b) - span(a) || a.reviewer.localeCompare(b.reviewer));
  return { order, share: independence === null ? 1 : independence.votes / independence.reviewers, prior };
}

export interface Standing {
  /** Of a hundred changes that were voted on like this, those with a defect. */
  readonly percent: number;
  /** What the whole panel would say; `null` while those who have not been asked may well change it. */
  readonly settled: Vote | null;
}

/** Standard errors between what is expected of the others and the other verdict: 95 of a hundred times it stays. */
const margin = 1.645;

export function standingOf({ order, share, prior }: Panel, votes: ReadonlyMap<string, Vote>): Standing {
  const said = order.flatMap(({ reviewer, weights }) => {
    const vote = votes.get(reviewer);
    return vote === undefined ? [] : [weights[vote]];
  });
  const now = prior + share * said.reduce((sum, each) => sum + each, 0);
  const odds = 1 / (1 + Math.exp(-now));
  let [expected, within, between] = [0, 0, 0];
  for (const { reviewer, rates, weights } of order) {
    if (votes.has(reviewer)) continue;
    const fails = odds * rates.defect + (1 - odds) * rates.sound;
    expected += fails * weights.fail + (1 - fails) * weights.pass;
    const span = weights.fail - weights.pass;
    within += fails * (1 - fails) * span ** 2;
    between += (rates.defect - rates.sound) * span;
  }
  const middle = now + share * expected;
  // They will all lean the same way, to one or the other truth; and votes that go together spread more than their number says.
  const variance = within / share + odds * (1 - odds) * between ** 2;
  const spread = share * Math.sqrt(variance) * margin;
  const percent = Math.round(100 * odds);
  return { percent, settled: middle - spread > 0 ? 'fail' : middle + spread <= 0 ? 'pass' : null };
}
