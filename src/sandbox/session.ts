/**
 * One durable process: it lives in its own process group, outlives the worker that started it, and leaves a receipt.
 * The wrapper, not the worker, takes the claim and writes the receipt, so that a killed worker never pays twice.
 */
import type { Enclosed } from './sandbox.ts';

export interface SessionSpec {
  /** Private to this session. Holds stdin, stdout, stderr, claim, receipt; made by the caller's first use. */
  readonly directory: string;
  readonly enclosed: Enclosed;
  readonly stdin: string;
  /** host:port that may be reached; served by a proxy of this session's own on `egressSocket`. `null`: none. */
  readonly egress: { readonly socket: string; readonly allow: readonly string[] } | null;
  readonly wallMs: number;
  /** `null`: silence is fine. */
  readonly idleMs: number | null;
  /** A folder that must not grow past a size. */
  readonly watch: { readonly folder: string; readonly maxBytes: number } | null;
  readonly signal: AbortSignal;
}

/** How it ended. Exactly one; an abort by the caller is `aborted`. */
export type SessionEnd =
  | { readonly type: 'exited'; readonly exitCode: number | null; readonly durationMs: number }
  | { readonly type: 'stalled'; readonly silentMs: number }
  | { readonly type: 'timed-out'; readonly afterMs: number }
  | { readonly type: 'too-large'; readonly sizeBytes: number }
  | { readonly type: 'aborted' };

/** absent: never claimed · alive: its wrapper runs · finished: there is a receipt · vanished: claimed, dead, no receipt. */
export type SessionTrace = 'absent' | 'alive' | 'finished' | 'vanished';
