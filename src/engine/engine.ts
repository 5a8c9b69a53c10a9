/**
 * The executor port, three verbs: who performs an effect that the scheduler has started, and how it survives.
 * `claims` keeps the start as worker and token on the effect's row; `memory` keeps it in this process; a distributed
 * engine would enqueue it on that worker's own queue, inside the same transaction.
 */
import type { Effect } from '../model/effect.ts';
import type { EffectId } from '../model/id.ts';
import type { StoredState, StoreTransaction } from '../store/store.ts';

/** One start of an effect. A later start of the same effect has a higher token, and only the latest may end it. */
export interface EffectStart {
  readonly effect: Effect;
  readonly token: number;
  readonly worker: string;
}

/** Performs one start and appends the event that ends it. At least once; aborted when the start is over for it. */
export type Perform = (start: EffectStart, signal: AbortSignal) => Promise<void>;

export interface Executor {
  /** Inside the transaction that starts them. What it adds becomes visible with the start, or not at all. */
  enqueue(tx: StoreTransaction<StoredState>, starts: readonly EffectStart[]): Promise<void>;
  /** Performs starts given to this worker, its own unfinished ones from before first, until closed. */
  run(perform: Perform): Promise<RunningExecutor>;
  /** These effects are over: abort whatever still performs them. Settles when it has ended. */
  stop(effects: readonly EffectId[]): Promise<void>;
}

export interface RunningExecutor {
  /** Starts that are being performed now. */
  busy(): number;
  /** Takes nothing new and waits for what runs. */
  drain(): Promise<void>;
  /** Takes nothing new and aborts what runs; its starts stay recorded and are adopted later. */
  close(): Promise<void>;
  /** As `close`, for a worker that has lost its place: sessions are left running for whoever adopts their effects. */
  abandon(): Promise<void>;
}

/**
 * Why a performance was aborted; steps pass it on as `signal.reason`. After `effect-moved` (a later start has it) and
 * `worker-lost` somebody else goes on with the effect, this worker's next life included: its session is not ours to end.
 */
export type AbortReason = 'effect-over' | 'effect-moved' | 'worker-stops' | 'worker-lost';
