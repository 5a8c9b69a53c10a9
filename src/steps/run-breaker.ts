/**
 * One round of a breaker: an agent that knows the criteria and the interfaces, and neither the maker's code nor its tests,
 * writes tests; they are run on the work, and another session judges whether the criteria ask for them. Those that count
 * join the candidate.
 */
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
import { openTrials, withCases, type Cases } from './run-cases.ts';
import { rulesOf } from './test-rules.ts';
import { secondAgent, takeWorkplace, type Workplace } from './workplace.ts';

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
  const at = { effect: effect.id, about, commit: effect.base, base: effect.base };
  const place = await takeWorkplace({ ...at, accepted: true, keep: hasBegun(folder) }, context, signal);
  const { gitDir } = place.candidate;
  const atBase = (await rollsOfBase(about, effect.base, context)) ?? [];
  const rules = await rulesOf(pipeline, gitDir, effect.base, atBase);
  const interfaces = await readInterfaces(gitDir, effect, rules);
  const round = { effect, about, phase, breaker: phase.breaker, place, rules, interfaces, atBase, context, signal };
  const paid: Paid = { usage: freeUsage, sessions: [] };
  const outcome = await play(round, paid);
  return { type: 'break-finished', effect: effect.id, outcome, usage: paid.usage, sessions: [...paid.sessions] };
}

async function play(round: Round, paid: Paid): Promise<BreakOutcome> {
  const { effect, about, place, context, signal } = round;
  const { known } = effect;
  const trial = openTrials(effect, about, place, round, context, signal);
  const before = known === null ? null : await trial('known', { known, fresh: null });
  // What it has broken already is mended first; nobody is paid to look for more.
  const isBroken = before?.cases.some(({ verdict }) => verdict === 'broke') === true;
  if (before !== null && (isBroken || !effect.asks)) {
    const commit = await commitCases(round, { known, fresh: null });
    return { type: 'tried', asked: false, cases: [...before.cases], tried: [], commit, excerpt: before.excerpt };
  }
  const answer = await askBreaker(round, paid, before?.files ?? []);
  if ('failure' in answer) return answer.failure;
  const fresh = { commit: answer.commit, paths: answer.paths };
  const tried = [...answer.report.tried];
  if (fresh.paths.length === 0) return { type: 'no-case', cases: [], tried };
  const { files, cases } = await trial('new', { known, fresh });
  const mine = new Set(fresh.paths);
  const open = cases.filter((each) => counts(each) && mine.has(each.path));
  if (open.length === 0) return { type: 'no-case', cases: cases.filter(({ path }) => mine.has(path)), tried };
  const judged = await askJudge(
    round,
    paid,
    files.filter(({ path }) => open.some((each) => each.path === path)),
  );
  if ('failure' in judged) return judged.failure;
  const final = judgeCases(cases, new Set(known?.paths ?? []), judged.judgements);
  const kept = final.filter((each) => counts(each) && mine.has(each.path)).map(({ path }) => path);
  if (kept.length === 0) return { type: 'no-case', cases: final.filter(({ path }) => mine.has(path)), tried };
  const commit = await commitCases(round, { known, fresh: { commit: fresh.commit, paths: kept } });
  // Cases that do not count may have disturbed those that do; and what they print is nothing to mend.
  const paths = [...(known?.paths ?? []), ...kept];
  const last = await trial('last', { known: { commit, paths }, fresh: null });
  const settled = new Map(last.cases.map((each) => [each.path, each]));
  const all = final.map((each): BreakerCase => ({ ...each, ...verdictOf(settled.get(each.path)) }));
  return { type: 'tried', asked: true, cases: all, tried, commit, excerpt: last.excerpt };
}

function verdictOf(settled: BreakerCase | undefined): Partial<BreakerCase> {
  return settled === undefined ? {} : { verdict: settled.verdict, says: settled.says };
}

type Failed = { readonly failure: SessionFailure };

/** The new files of tests that it left; whatever else it changed is not taken. */
async function askBreaker(
  round: Round,
  paid: Paid,
  known: readonly CaseFile[],
): Promise<{ readonly report: BreakReport; readonly commit: string; readonly paths: readonly string[] } | Failed> {
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
  const there = new Set(await listFilesAt(gitDir, effect.commit, ''));
  const paths = changed.flatMap(({ path, change }) =>
    change === 'added' && rules.isTest(path) && !there.has(path) ? [path] : [],
  );
  return { report: report.value, commit: imported.commit, paths: paths.slice(0, maxCases) };
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
    const place = await takeWorkplace({ ...at, keep: false, directory }, context, signal);
    const asked = { agent: breaker.judge.agent, prompt, schema: judgeSchema, role: 'judge' } as const;
    const result = await runAgent(taskOf({ ...round, place }, paid, asked), context, signal);
    const answer = read(result, paid, CaseJudgements);
    return 'failure' in answer ? answer : { judgements: answer.value };
  } finally {
    await discardWorkingCopy(directory);
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
