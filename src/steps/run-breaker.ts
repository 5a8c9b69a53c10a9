/**
 * One round of a breaker: an agent that knows the criteria and the interfaces, and neither the maker's code nor its tests,
 * writes tests; they are run on the work, and another session judges whether the criteria ask for them. Those that count
 * join the candidate.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { changedFiles } from '../git/diff.ts';
import { listFilesAt, treeOf } from '../git/history.ts';
import { discardWorkingCopy } from '../git/working-copy.ts';
import type { Roll } from '../guard/census.ts';
import type { FileRules } from '../guard/files.ts';
import { BreakReport, CaseJudgements, counts, type BreakerCase, type BreakOutcome } from '../model/breaker.ts';
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import type { PinnedBreaker, PinnedPhase } from '../model/pipeline.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import type { SessionRecord } from '../model/session-record.ts';
import { addUsage, freeUsage, type Usage } from '../model/usage.ts';
import { judgeCases, type CaseFile } from '../verify/weigh-cases.ts';
import {
  breakPrompt,
  breakSchema,
  judgePrompt,
  judgeSchema,
  readInterfaces,
  type Interfaces,
} from './breaker-prompts.ts';
import { commitFiles, importCases } from './candidate-commit.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { rollsOfBase } from './rolls.ts';
import { hasBegun, leftOf, refuseVanished, runAgent, type AgentResult, type AgentTask } from './run-agent.ts';
import { openTrials, withCases, type Cases, type Trials } from './run-cases.ts';
import { rulesOf } from './test-rules.ts';
import { endCommands, secondAgent, SetupFailed, takeWorkplace, type Workplace } from './workplace.ts';

/** Files of one round that are looked at. */
const maxCases = 20;

/** Everything that one round needs at hand. */
interface Round {
  readonly effect: EffectOf<'break'>;
  readonly about: StepItem;
  readonly phase: PinnedPhase;
  readonly breaker: PinnedBreaker;
  readonly place: Workplace;
  readonly rules: FileRules;
  readonly interfaces: Interfaces;
  readonly atBase: readonly Roll[];
  readonly context: StepContext;
  readonly signal: AbortSignal;
}

/** What sessions have come to so far. */
interface Paid {
  usage: Usage;
  sessions: readonly SessionRecord[];
}

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

type Failed = { readonly failure: SessionFailure };

/** The new files of tests that it left; whatever else it changed is not taken. */
async function askBreaker(round: Round, paid: Paid, known: readonly CaseFile[]): Promise<Answer | Failed> {
  const { effect, about, breaker, place, rules, interfaces, context, signal } = round;
  const prompt = await breakPrompt(effect, about, breaker, interfaces, known, context);
  const task = taskOf(round, paid, { agent: breaker.agent, prompt, schema: breakSchema, role: 'breaker' });
  const result = await runAgent(task, context, signal);
  const report = read(result, paid, BreakReport);
  if ('failure' in report) return report;
  const work = workOf(effect);
  const imported = await importCases(work, about, place);
  if (imported.type === 'unsafe')
    return { failure: { type: 'unsafe-content', problems: imported.problems.map((each) => each.slice(0, 2_000)) } };
  const { gitDir } = place.candidate;
  const changed = await changedFiles({ gitDir, from: effect.base, to: imported.commit });
  const left = changed.flatMap(({ path, change }) => (change === 'added' && rules.isTest(path) ? [path] : []));
  const isTaken = placesTaken(await listFilesAt(gitDir, effect.commit, ''));
  const taken = left.filter(isTaken).map((path): BreakerCase => {
    const says = 'the work, or another case, has something at this path: use another one';
    return { path, criteria: [], verdict: 'did-not-run', says };
  });
  const paths = left.filter((path) => !isTaken(path)).slice(0, maxCases);
  return { report: report.value, commit: imported.commit, paths, taken };
}

/** A breaker's answer with its new files; `taken`: those whose place is not free. */
interface Answer {
  readonly report: BreakReport;
  readonly commit: string;
  readonly paths: readonly string[];
  readonly taken: readonly BreakerCase[];
}

/** Whether a file, a folder, or a file in place of one of its folders is there. */
function placesTaken(files: readonly string[]): (path: string) => boolean {
  const folders = (path: string) =>
    path
      .split('/')
      .slice(0, -1)
      .map((_, end, parts) => parts.slice(0, end + 1).join('/'));
  const there = new Set(files);
  const parents = new Set(files.flatMap(folders));
  return (path) => there.has(path) || parents.has(path) || folders(path).some((each) => there.has(each));
}

/** In a working copy of its own: what it does there reaches nothing. */
async function askJudge(
  round: Round,
  paid: Paid,
  cases: readonly CaseFile[],
): Promise<{ readonly judgements: CaseJudgements } | Failed> {
  const { effect, about, breaker, interfaces, context, signal } = round;
  const directory = join(context.home.effect(effect.id), `${secondAgent}.copy`);
  const prompt = await judgePrompt(about, breaker, interfaces, cases, context);
  try {
    const at = { effect: effect.id, about, commit: effect.base, base: effect.base, accepted: true };
    const keep = hasBegun(join(context.home.effect(effect.id), secondAgent)) && existsSync(directory);
    const place = await takeWorkplace({ ...at, keep, directory }, context, signal);
    const asked = { agent: breaker.judge.agent, prompt, schema: judgeSchema, role: 'judge' } as const;
    const result = await runAgent(taskOf({ ...round, place }, paid, asked), context, signal);
    const answer = read(result, paid, CaseJudgements);
    return 'failure' in answer ? answer : { judgements: answer.value };
  } finally {
    // A session that outlives this worker goes on in it.
    if (!signal.aborted) await discardWorkingCopy(directory);
  }
}

interface Asked {
  readonly agent: string;
  readonly prompt: string;
  readonly schema: AgentTask['schema'];
  readonly role: 'breaker' | 'judge';
}

function taskOf(
  { effect, about, phase, place, context }: Round,
  paid: Paid,
  { agent, prompt, schema, role }: Asked,
): AgentTask {
  const pipeline = pinned(about);
  const config = pipeline.agents[agent];
  if (config === undefined) throw new Error(`the pinned pipeline has no agent ${agent}`);
  const folder = context.home.effect(effect.id);
  const isFirst = role === 'breaker';
  const reserved = about.reservedMicroUsd > 0 ? about.reservedMicroUsd : null;
  return {
    folder: isFirst ? folder : join(folder, secondAgent),
    config,
    prompt,
    schema,
    exits: false,
    writes: isFirst,
    rung: rungOf(about),
    tree: place.copy.tree,
    overlays: place.overlays,
    readOnly: [place.trusted.objects, ...pipeline.readOnly],
    capMicroUsd: isFirst ? reserved : leftOf(reserved, paid.usage),
    limits: { wallMs: phase.limits.sessionMs, idleMs: phase.limits.idleMs, copyBytes: pipeline.limits.copyBytes },
    address: { item: effect.item, phase: effect.phase, attempt: effect.number, reviewer: role },
  };
}

/** The answer as it must be; what was paid is noted in any case. */
function read<T>(
  { end, usage, sessions }: AgentResult,
  paid: Paid,
  schema: ZodType<T>,
): { readonly value: T } | Failed {
  paid.usage = paid.sessions.length === 0 ? usage : addUsage(paid.usage, usage);
  paid.sessions = [...paid.sessions, ...sessions.map((each) => ({ ...each, turn: each.turn + paid.sessions.length }))];
  if (end.type === 'failed') return { failure: end.failure };
  if (end.type === 'exit')
    return { failure: { type: 'malformed', problems: [`a verdict was asked for; it answered ${end.exit.type}`] } };
  const parsed = schema.safeParse(end.value);
  if (parsed.success) return { value: parsed.data };
  const problems = parsed.error.issues.slice(0, 20).map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { failure: { type: 'malformed', problems } };
}

function workOf({ item, run, phase, number, base, contributors }: EffectOf<'break'>) {
  return { item, run, phase: `${phase}.breaker`, number, base, contributors };
}

/** The candidate with the cases in it; itself, when they are in it already. */
async function commitCases({ effect, about, place }: Round, cases: Cases): Promise<string> {
  const { gitDir } = place.candidate;
  const mixed = await withCases(gitDir, effect.commit, cases);
  const [tree, before] = await Promise.all([treeOf(gitDir, mixed), treeOf(gitDir, effect.commit)]);
  return tree === before ? effect.commit : commitFiles(workOf(effect), about, place, tree);
}
