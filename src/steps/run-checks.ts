/** Checks, run by the core in a second sandbox on exactly one commit that no maker's process ever touched. */
import type { EffectOf } from '../model/effect.ts';
import type { EventOf } from '../model/event.ts';
import { parentsOf } from '../git/history.ts';
import type { CheckResult } from '../model/outcome.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { checksForCriteria, judgeEvidence, judgeSpecs } from './built-in-checks.ts';
import type { CheckRoom } from './check-room.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { recordGraded } from './graded-holdouts.ts';
import { gradeHoldouts, holdoutsFor, type GradedHoldout } from './grade-holdouts.ts';
import { readFlaky, settleFlaky } from './flaky.ts';
import { checksForGuard, guardChange } from './guard-change.ts';
import { noteRolls, reportersOf, rollsOf, rollsOfBase, saveRolls } from './rolls.ts';
import { runCommands } from './run-commands.ts';
import { runMutation } from './run-mutation.ts';
import { runElsewhere } from './run-elsewhere.ts';
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
  const isMutation = (name: string) => checks[name]?.kind === 'mutation';
  const asked = effect.checks.filter((name) => !isBuiltIn(name) && !isMutation(name));
  const isGuarded = effect.checks.includes('guard');
  const needed = [
    ...(effect.checks.includes('criteria')
      ? checksForCriteria(about, effect.commit).filter((name) => !isMutation(name))
      : []),
    ...(isGuarded ? checksForGuard(room.pipeline) : []),
  ];
  const [parent] = await parentsOf(room.place.candidate.gitDir, effect.commit);
  const base = effect.base ?? parent ?? effect.commit;
  const known = await rollsOfBase(about, base, context);
  // The target has moved to a commit that nobody has proven: what its tests do is not known yet.
  const isUnknown = isGuarded && known === null && base !== effect.commit;
  const elsewhere = runElsewhere(effect.id, about, room, new Map(), context, signal);
  const atBase = isUnknown ? rollsOf(await elsewhere('base', { commit: base, from: base, paths: [] })) : (known ?? []);
  const reporters = reportersOf(atBase);
  const first = await runCommands([...new Set([...asked, ...needed])], room, context, signal, reporters);
  const unsteady = await readFlaky(about, context);
  const ran = await settleFlaky(first, (test) => unsteady.has(test), about, room, reporters, context, signal);
  const rolls = rollsOf(ran);
  if (rolls.length > 0) await noteRolls(about, effect.commit, await saveRolls(rolls, context), context);
  const results = ran.map(({ result }) => result);
  for (const name of effect.checks.filter(isMutation)) {
    const check = checks[name];
    if (check === undefined || !('run' in check)) throw new Error(`the pinned pipeline has no command ${name}`);
    const isGreen = results.every(({ kind, status }) => kind !== 'test' || status === 'passed');
    results.push(
      isGreen
        ? await runMutation(name, check, { base, commit: effect.commit, atBase }, room, context, signal)
        : unprepared(
            name,
            room.pipeline,
            'the tests do not pass, and nothing can be learnt from changing what they test',
          ),
    );
  }
  for (const name of effect.checks.filter(isBuiltIn)) {
    if (name === 'specs') results.push(await judgeSpecs(room.place.candidate.gitDir, effect.commit));
    if (name === 'guard')
      results.push(await guardChange(effect, about, room, ran, { base, atBase, unsteady }, context, signal));
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
