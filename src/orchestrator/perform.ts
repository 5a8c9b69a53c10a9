/** From an effect to its step, and from the step's answer to the journal. The only place that catches a step's bug. */
import type { EffectStart, Perform } from '../engine/engine.ts';
import type { ItemState } from '../machine/state.ts';
import type { EventBody } from '../model/event.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { UserError } from '../model/user-error.ts';
import { SessionVanished, StepAborted, type StepContext, type StepItem } from '../steps/context.ts';
import { landEffect } from '../steps/land-candidate.ts';
import { prepareRun } from '../steps/prepare-run.ts';
import { runAttempt } from '../steps/run-attempt.ts';
import { runBreaker } from '../steps/run-breaker.ts';
import { runChecks } from '../steps/run-checks.ts';
import { runReview } from '../steps/run-review.ts';
import type { Store } from '../store/store.ts';
import type { Journal } from './append.ts';

export interface PerformOptions {
  readonly store: Store<ItemState>;
  readonly journal: Journal;
  readonly context: StepContext;
  /** Takes away what the effect needed on disk, once its event is in the journal or it is over. */
  readonly cleanUp: (effect: string) => Promise<void>;
  /** The machine's fault, not the step's: the effect stays this worker's, to be done again when it goes on. */
  readonly isOutage: (error: unknown) => Promise<boolean>;
  readonly onTrouble: (error: unknown) => void;
}

export function createPerform({ store, journal, context, cleanUp, isOutage, onTrouble }: PerformOptions): Perform {
  /** Unless a later start of the effect, here or elsewhere, goes on with what is there. */
  const cleanUpIfOver = async (effect: EffectStart['effect']) => {
    const found = await store.item(effect.item);
    if (found?.state.awaiting[effect.id] === undefined) await cleanUp(effect.id);
  };
  return async ({ effect, token }, signal) => {
    const about = await aboutItem(store, effect, token);
    if (about === null) return cleanUpIfOver(effect);
    try {
      const body = await runStep({ effect, token, worker: '' }, about, context, signal);
      const { type } = await journal.append(effect.item, body, { token });
      await (type === 'appended' ? cleanUp(effect.id) : cleanUpIfOver(effect));
    } catch (error) {
      if (signal.aborted || error instanceof StepAborted) {
        if (signal.reason === 'effect-over') await cleanUp(effect.id);
        return;
      }
      if (!(error instanceof SessionVanished)) onTrouble(error);
      if (await isOutage(error)) return;
      if ((await aboutItem(store, effect, token)) === null) return cleanUpIfOver(effect);
      // Receipts and working copy stay: the next start adopts a session that has been paid, and only then is it over.
      await journal.append(effect.item, failureBody(effect.id, token, error), { token });
      await cleanUpIfOver(effect);
    }
  };
}

/** What the user can mend is refused with what to type; anything else is a bug of ours. */
function failureBody(effect: string, token: number, error: unknown): EventBody {
  if (error instanceof SessionVanished)
    return { type: 'effect-lost', effect, token, why: `its session died with its worker: ${error.message}` };
  if (!(error instanceof UserError)) return { type: 'effect-broke', effect, error: messageOf(error) };
  return {
    type: 'effect-refused',
    effect,
    code: error.code,
    detail: error.message.slice(0, 20_000),
    next: error.next.slice(0, 2_000),
  };
}

/** What the step must know of its item; `null` when this start is not the one that counts any more. */
async function aboutItem(
  store: Store<ItemState>,
  effect: EffectStart['effect'],
  token: number,
): Promise<StepItem | null> {
  const found = await store.item(effect.item);
  const awaited = found?.state.awaiting[effect.id];
  if (found === null || awaited === undefined || awaited.state !== 'running' || awaited.token !== token) return null;
  const { item, pipeline: hash, proven } = found.state;
  let pipeline: PinnedPipeline | null = null;
  if (hash !== null) {
    pipeline = await store.pipeline(hash);
    if (pipeline === null) throw new Error(`the pinned pipeline ${hash} is gone`);
  }
  return { item, pipeline, proven, reservedMicroUsd: awaited.reservedMicroUsd };
}

async function runStep(
  { effect }: EffectStart,
  about: StepItem,
  context: StepContext,
  signal: AbortSignal,
): Promise<EventBody> {
  switch (effect.type) {
    case 'prepare':
      return prepareRun(effect, about, context, signal);
    case 'attempt':
      return runAttempt(effect, about, context, signal);
    case 'checks':
      return runChecks(effect, about, context, signal);
    case 'review':
      return runReview(effect, about, context, signal);
    case 'break':
      return runBreaker(effect, about, context, signal);
    case 'land':
      return landEffect(effect, about, context, signal);
    case 'timer':
      throw new Error('a timer is not performed');
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 20_000);
}
