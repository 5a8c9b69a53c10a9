/**
 * Panels of scripted reviewers with a correlation that is known: how well the number of their votes is estimated from 300
 * defects, and how many reviews are spared by asking no more than are needed. Votes are drawn from a normal copula.
 */
import { countVotes, seatPanel, standingOf, weighReviewer, type Trial, type Vote } from '../../src/verify/panel.ts';

const names = Array.from({ length: 9 }, (_, index) => `reviewer-${index}`);
const correlations = [0, 0.25, 0.5, 0.75];
const prevalences = [0.2, 0.3, 0.5];
const repeats = 200;

interface Skill {
  /** How often it fails a defect, and a sound change. */
  readonly defect: number;
  readonly sound: number;
}

const equal: readonly Skill[] = names.map(() => ({ defect: 0.45, sound: 0.1 }));
const unlike: readonly Skill[] = names.map((_, index) => ({
  defect: 0.25 + 0.06 * index,
  sound: 0.03 + 0.015 * index,
}));

export function measurePanel(): void {
  console.log('\n### As how many votes nine reviewers count\n');
  console.log(
    '| correlation drawn | votes (60,000 defects) | error at 300 defects: median | 95 of 100 below |\n|---|---|---|---|',
  );
  for (const correlation of correlations) {
    const chance = chanceOf(1);
    const truth = votesOf(draw(60_000, 1, correlation, equal, chance));
    const errors = Array.from({ length: repeats }, () =>
      Math.abs(votesOf(draw(300, 1, correlation, equal, chance)) / truth - 1),
    ).sort((a, b) => a - b);
    const at = (share: number) => percent(errors[Math.floor(repeats * share)] ?? 1);
    console.log(`| ${correlation} | ${truth.toFixed(2)} | ${at(0.5)} | ${at(0.95)} |`);
  }
  console.log('\n### Reviews that are not needed\n');
  console.log(
    '| correlation drawn | defects among changes | reviews spared | recall | recall of all nine |\n|---|---|---|---|---|',
  );
  for (const correlation of correlations)
    for (const prevalence of prevalences) console.log(spare(correlation, prevalence));
}

/** Skills are learnt from 600 other changes, as they are in use. */
function spare(correlation: number, prevalence: number): string {
  const chance = chanceOf(7);
  const known = draw(600, 0.5, correlation, unlike, chance);
  const worths = names.map((name) => weighReviewer(name, known));
  const panel = seatPanel(worths, countVotes(names, known), Math.log(prevalence / (1 - prevalence)));
  const trials = draw(5_000, prevalence, correlation, unlike, chance);
  const fails = (votes: ReadonlyMap<string, Vote>) => standingOf(panel, votes).percent > 50;
  let [asked, defects, hits, all] = [0, 0, 0, 0];
  for (const { isDefect, votes } of trials) {
    const given = new Map<string, Vote>();
    for (const { reviewer } of panel.order) {
      if (given.size > 0 && standingOf(panel, given).settled !== null) break;
      given.set(reviewer, votes.get(reviewer) ?? 'pass');
    }
    asked += given.size;
    if (!isDefect) continue;
    defects += 1;
    if (fails(given)) hits += 1;
    if (fails(votes)) all += 1;
  }
  const spared = percent(1 - asked / (trials.length * names.length));
  return `| ${correlation} | ${percent(prevalence)} | ${spared} | ${percent(hits / defects)} | ${percent(all / defects)} |`;
}

function votesOf(trials: readonly Trial[]): number {
  const counted = countVotes(names, trials);
  if (counted === null) throw new Error('too few defects');
  return counted.votes;
}

/** Every vote is a threshold on a number that is partly the change's own and partly the reviewer's. */
function draw(
  count: number,
  prevalence: number,
  correlation: number,
  skills: readonly Skill[],
  chance: () => number,
): readonly Trial[] {
  const limits = skills.map(({ defect, sound }) => ({ defect: quantile(defect), sound: quantile(sound) }));
  return Array.from({ length: count }, () => {
    const isDefect = chance() < prevalence;
    const shared = Math.sqrt(correlation) * normal(chance);
    const votes = names.map((name, index): [string, Vote] => {
      const own = shared + Math.sqrt(1 - correlation) * normal(chance);
      const limit = limits[index]?.[isDefect ? 'defect' : 'sound'] ?? 0;
      return [name, own < limit ? 'fail' : 'pass'];
    });
    return { isDefect, votes: new Map(votes) };
  });
}

function normal(chance: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** Where the normal distribution reaches a share; by halving, with the error function after Abramowitz and Stegun 7.1.26. */
function quantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if ((1 + errorFunction(middle / Math.SQRT2)) / 2 < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

/** Mulberry32: the same seed gives the same votes. */
function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
