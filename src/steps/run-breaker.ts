/**
 * One round of a breaker: an agent that knows the criteria and the interfaces, and neither the maker's code nor its tests,
 * writes tests; they are run on the work, and another session judges whether the criteria ask for them. Those that count
 * join the candidate.
 */
import { join } from 'node:path';
import { treeOf } from '../git/history.ts';
import { counts, type BreakerCase, type BreakOutcome } from '../model/breaker.ts';
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import { freeUsage } from '../model/usage.ts';
import { judgeCases } from '../verify/weigh-cases.ts';
import { readInterfaces } from './breaker-prompts.ts';
import { askBreaker, askJudge, workOf, type Paid, type Round } from './breaker-sessions.ts';
import { commitFiles } from './candidate-commit.ts';
import { pinned, type StepContext, type StepItem } from './context.ts';
import { rollsOfBase } from './rolls.ts';
import { hasBegun, refuseVanished } from './run-agent.ts';
import { openTrials, withCases, type Cases, type Trials } from './run-cases.ts';
import { rulesOf } from './test-rules.ts';
import { endCommands, secondAgent, SetupFailed, takeWorkplace } from './workplace.ts';

export async function runBreaker(
  effect: EffectOf<'break'>,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventOf<'break-finished'>> {
  const pipeline = pinned(about);
  const phase = pipeline.phases.find(({ id }) => id === effect.phase);
  if (phase?.breaker === undefined) throw new Error(`the pinned pipeline has no breaker for ${effect.id}`);
  const folder = context.home.effect(effect.id);
  for (const place of [folder, join(folder, secondAgent)]) await refuseVanished(place);
  // What an earlier start was running on the work is run again: only sessions that were paid are gone on with.
  await endCommands(folder);
  const at = { effect: effect.id, about, commit: effect.base, base: effect.base };
  const place = await takeWorkplace({ ...at, accepted: true, keep: hasBegun(folder) }, context, signal);
  const { gitDir } = place.candidate;
  const atBase = (await rollsOfBase(about, effect.base, context)) ?? [];
  const rules = await rulesOf(pipeline, gitDir, effect.base, atBase);
  const interfaces = await readInterfaces(gitDir, effect, rules);
  const round = { effect, about, phase, breaker: phase.breaker, place, rules, interfaces, atBase, context, signal };
  const paid: Paid = { usage: freeUsage, sessions: [] };
  const outcome = await play(round, paid).catch((error: unknown): BreakOutcome => {
    if (!(error instanceof SetupFailed)) throw error;
    const says = `the project could not be set up with it: ${error.message}`.slice(0, 1_000).toWellFormed();
    return { type: 'no-case', cases: [{ path: '', criteria: [], verdict: 'did-not-run', says }], tried: [] };
  });
  return { type: 'break-finished', effect: effect.id, outcome, usage: paid.usage, sessions: [...paid.sessions] };
}

async function play(round: Round, paid: Paid): Promise<BreakOutcome> {
  const { effect, context, signal } = round;
  const { known } = effect;
  const trials = openTrials(round, context, signal);
  const before = known === null ? null : await trials.known(known);
  // What it has broken already is mended first; nobody is paid to look for more.
  const isBroken = before?.cases.some(({ verdict }) => verdict === 'broke') === true;
  if (before !== null && (isBroken || !effect.asks)) {
    const commit = await commitCases(round, { known, fresh: null });
    return { type: 'tried', asked: false, cases: [...before.cases], tried: [], commit, excerpt: before.excerpt };
  }
  const answer = await askBreaker(round, paid, before?.files ?? []);
  if ('failure' in answer) return answer.failure;
  const tried = [...answer.report.tried];
  const none = (cases: readonly BreakerCase[]): BreakOutcome => ({
    type: 'no-case',
    cases: [...answer.taken, ...cases].slice(0, maxTold),
    tried,
  });
  if (answer.paths.length === 0) return none([]);
  const { commit } = answer;
  const weighed = await trials.fresh({ known, fresh: { commit, paths: answer.paths } });
  const mine = new Set(answer.paths);
  const ofRound = (cases: readonly BreakerCase[]) => cases.filter(({ path }) => mine.has(path));
  const open = new Set(
    ofRound(weighed.cases)
      .filter(counts)
      .map(({ path }) => path),
  );
  if (open.size === 0) return none(ofRound(weighed.cases));
  const judged = await askJudge(
    round,
    paid,
    weighed.files.filter(({ path }) => open.has(path)),
  );
  if ('failure' in judged) return judged.failure;
  const valid = judgeCases(weighed.cases, new Set(known?.paths ?? []), judged.judgements);
  const { cases, kept, excerpt } = await settle(trials, known, commit, mine, valid);
  if (kept.length === 0) return none(ofRound(cases));
  const candidate = await commitCases(round, { known, fresh: { commit, paths: kept } });
  const all = [...cases, ...answer.taken].slice(0, maxTold);
  return { type: 'tried', asked: true, cases: all, tried, commit: candidate, excerpt };
}

/**
 * Those that are to stay are run without the others: one that then says something else was never about the work, and the
 * rest is run again.
 */
async function settle(
  trials: Trials,
  known: EffectOf<'break'>['known'],
  commit: string,
  mine: ReadonlySet<string>,
  valid: readonly BreakerCase[],
): Promise<{ cases: readonly BreakerCase[]; kept: readonly string[]; excerpt: string }> {
  let cases = valid;
  const drop = (paths: ReadonlySet<string>, says: string) => {
    cases = cases.map((each) => (paths.has(each.path) ? { ...each, verdict: 'unsteady', says } : each));
  };
  for (let round = 1; ; round += 1) {
    const kept = cases.filter((each) => counts(each) && mine.has(each.path)).map(({ path }) => path);
    if (kept.length === 0) return { cases, kept, excerpt: '' };
    const last = await trials.settle({ known, fresh: { commit, paths: kept } }, round);
    const now = new Map(last.cases.map((each) => [each.path, each]));
    // Those that stand have passed by themselves a moment ago: the maker could not mend what the new ones do to them.
    const upset = last.cases.find(({ path, verdict }) => !mine.has(path) && verdict === 'broke');
    const disturbs = upset === undefined ? last.disturbs : `with it, the case ${upset.path} does not pass any more`;
    if (disturbs !== null) {
      drop(new Set(kept), disturbs.slice(0, 1_000));
      continue;
    }
    const changed = kept.filter((path) => now.get(path)?.verdict !== cases.find((each) => each.path === path)?.verdict);
    if (changed.length === 0) {
      cases = cases.map((each) => (mine.has(each.path) ? each : (now.get(each.path) ?? each)));
      return { cases, kept, excerpt: last.excerpt };
    }
    drop(new Set(round < settleRounds ? changed : kept), 'it says something else when other cases are not there');
  }
}

const settleRounds = 3;
const maxTold = 300;

/** The candidate with the cases in it; itself, when they are in it already. */
async function commitCases({ effect, about, place }: Round, cases: Cases): Promise<string> {
  const { gitDir } = place.candidate;
  const mixed = await withCases(gitDir, effect.commit, cases);
  const [tree, before] = await Promise.all([treeOf(gitDir, mixed), treeOf(gitDir, effect.commit)]);
  return tree === before ? effect.commit : commitFiles(workOf(effect), about, place, tree);
}
