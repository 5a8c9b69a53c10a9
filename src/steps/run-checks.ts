/** Checks, run by the core in a second sandbox on exactly one commit that no maker's process ever touched. */
import type { Check } from '../model/check.ts';
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import type { CheckResult } from '../model/outcome.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { excerptOutput } from '../verify/excerpt.ts';
import { failureSignature } from '../verify/failure-signature.ts';
import { judgeCheck } from '../verify/judge-check.ts';
import { readTestCounts } from '../verify/test-report.ts';
import { checksForCriteria, judgeEvidence, judgeSpecs, type RanCheck } from './built-in-checks.ts';
import { runInRoom, type CheckRoom } from './check-room.ts';
import { clearCheckoutFile, readCheckoutFile } from './checkout-file.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { recordGraded } from './graded-holdouts.ts';
import { gradeHoldouts, holdoutsFor, type GradedHoldout } from './grade-holdouts.ts';
import { SetupFailed, takeWorkplace } from './workplace.ts';

const excerptChars = 8_000;

export async function runChecks(
  effect: EffectOf<'checks'>,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventOf<'checks-finished'>> {
  const pipeline = pinned(about);
  const at = { effect: effect.id, commit: effect.commit, accepted: false };
  const hidden = effect.checks.includes('criteria') ? await holdoutsFor(about, context) : [];
  const perform = async (): Promise<readonly CheckResult[]> => {
    // First: nothing that a maker wrote has run by then.
    const graded = await gradeHoldouts(hidden, at, about, context, signal);
    await recordGraded(about, effect.commit, graded, context);
    const place = await takeWorkplace({ ...at, about, base: effect.commit, keep: false }, context, signal);
    const room = { pipeline, rung: rungOf(about), place, folder: context.home.effect(effect.id) };
    return runAll(effect, about, room, graded, context, signal);
  };
  const results = await perform().catch((error: unknown) => {
    if (error instanceof SetupFailed) return effect.checks.map((name) => unprepared(name, pipeline, error.message));
    throw error;
  });
  return { type: 'checks-finished', effect: effect.id, commit: effect.commit, results: [...results] };
}

/** Commands first; what the core judges by itself looks at what they said. */
async function runAll(
  effect: EffectOf<'checks'>,
  about: StepItem,
  room: CheckRoom,
  graded: readonly GradedHoldout[],
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const { checks } = room.pipeline;
  const isBuiltIn = (name: string) => checks[name] !== undefined && !('run' in checks[name]);
  const asked = effect.checks.filter((name) => !isBuiltIn(name));
  const needed = effect.checks.includes('criteria') ? checksForCriteria(about, effect.commit) : [];
  const ran = await runCommands([...new Set([...asked, ...needed])], room, context, signal);
  const results = ran.map(({ result }) => result);
  for (const name of effect.checks.filter(isBuiltIn)) {
    if (name === 'specs') results.push(await judgeSpecs(room.place.candidate.gitDir, effect.commit));
    if (name === 'criteria') {
      const log = graded.length === 0 ? null : await context.artifacts.put('criteria.log', outputOf(graded));
      results.push({ ...judgeEvidence(about, effect.commit, ran, graded), log });
    }
  }
  return results;
}

function outputOf(graded: readonly GradedHoldout[]): string {
  return graded.map(({ output }) => output).join('\n');
}

/** A check that could not run, because the candidate broke what the setup command needs. */
function unprepared(name: string, pipeline: PinnedPipeline, detail: string): CheckResult {
  return {
    name,
    kind: pipeline.checks[name]?.kind ?? 'command',
    status: 'failed',
    exitCode: null,
    tests: null,
    excerpt: `It could not run: ${detail}`.slice(0, excerptChars),
    signature: 'setup',
    log: null,
    durationMs: 0,
  };
}

/** One after the other in one checkout, types and lint before what takes long; all of them, so that feedback is whole. */
export async function runEach(
  names: readonly string[],
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  return (await runCommands(names, room, context, signal)).map(({ result }) => result);
}

async function runCommands(
  names: readonly string[],
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly RanCheck[]> {
  const ran: RanCheck[] = [];
  for (const name of names) {
    const check = room.pipeline.checks[name];
    if (check === undefined || !('run' in check)) throw new Error(`the pinned pipeline has no command ${name}`);
    ran.push(await runOne(name, check, room, context, signal));
  }
  return ran;
}

async function runOne(
  name: string,
  check: Check,
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<RanCheck> {
  const startedAt = performance.now();
  if (check.report !== undefined) await clearCheckoutFile(room.place.copy.tree, check.report);
  const argv = ['/bin/sh', '-c', check.run];
  const end = await runInRoom(
    { name, argv, env: { CI: '1', NO_COLOR: '1' }, readOnly: [], keepsHome: true },
    room,
    context,
    signal,
  );
  const output = `${end.stdout}${end.stderr === '' ? '' : `\n${end.stderr}`}`;
  const exitCode = end.type === 'exited' ? end.exitCode : null;
  const status = judgeCheck({ kind: check.kind, end: end.type, exitCode, output });
  const counts = readTestCounts(output);
  const result: CheckResult = {
    name,
    kind: check.kind,
    status,
    exitCode,
    tests: counts === null ? null : { passed: counts.passed, failed: counts.failed, skipped: counts.skipped },
    excerpt: status === 'passed' ? '' : excerptOutput(output, excerptChars),
    signature: status === 'passed' ? '' : failureSignature(status, output).slice(0, 200),
    log: await context.artifacts.put(`${name}.log`, output),
    durationMs: Math.round(end.type === 'exited' ? end.durationMs : performance.now() - startedAt),
  };
  const report = check.report === undefined ? null : await readCheckoutFile(room.place.copy.tree, check.report);
  return { result, output, report };
}
