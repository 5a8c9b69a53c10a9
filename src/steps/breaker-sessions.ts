/** The two sessions of a breaker's round: who writes the cases, and who judges whether the criteria ask for them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { changedFiles } from '../git/diff.ts';
import { listFilesAt } from '../git/history.ts';
import { discardWorkingCopy } from '../git/working-copy.ts';
import type { Roll } from '../guard/census.ts';
import type { FileRules } from '../guard/files.ts';
import { BreakReport, CaseJudgements, type BreakerCase } from '../model/breaker.ts';
import type { EffectOf } from '../model/effect.ts';
import type { PinnedBreaker, PinnedPhase } from '../model/pipeline.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import type { SessionRecord } from '../model/session-record.ts';
import { addUsage, type Usage } from '../model/usage.ts';
import type { CaseFile } from '../verify/weigh-cases.ts';
import { breakPrompt, breakSchema, judgePrompt, judgeSchema, type Interfaces } from './breaker-prompts.ts';
import { importCases } from './candidate-commit.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { hasBegun, leftOf, runAgent, type AgentResult, type AgentTask } from './run-agent.ts';
import { secondAgent, takeWorkplace, type Workplace } from './workplace.ts';

/** Files of one round that are looked at. */
const maxCases = 20;

/** Everything that one round needs at hand. */
export interface Round {
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
export interface Paid {
  usage: Usage;
  sessions: readonly SessionRecord[];
}

type Failed = { readonly failure: SessionFailure };

/** The new files of tests that it left; whatever else it changed is not taken. */
export async function askBreaker(round: Round, paid: Paid, known: readonly CaseFile[]): Promise<Answer | Failed> {
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
export async function askJudge(
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

/** Whose work the cases are. */
export function workOf({ item, run, phase, number, base, contributors }: EffectOf<'break'>) {
  return { item, run, phase: `${phase}.breaker`, number, base, contributors };
}
