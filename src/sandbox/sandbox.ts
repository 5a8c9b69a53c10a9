/** The port to one kind of walls. Pure towards the caller: it turns a command into the argv that runs it enclosed. */
import type { SandboxRung } from '../model/sandbox-rung.ts';

/** What a command may touch. Absolute paths of this machine; the same inside. */
export interface Walls {
  /** Current directory. */
  readonly workdir: string;
  readonly writable: readonly string[];
  readonly readOnly: readonly string[];
  /** The whole environment; nothing is inherited. PATH, HOME and TMPDIR are set by the sandbox unless given. */
  readonly env: Readonly<Record<string, string>>;
  /** The unix socket of this session's own egress proxy; `null`: no network at all. */
  readonly egressSocket: string | null;
  /** Endpoints on this machine's loopback that must appear at the same address inside, host:port. */
  readonly loopback: readonly string[];
}

export interface Enclosed {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** One expectation of a rung, tried for real. */
export interface Probe {
  readonly name: string;
  readonly held: boolean;
  readonly detail: string;
}

export interface Sandbox {
  readonly rung: SandboxRung;
  /** Why this machine cannot offer the rung and what to install; `null` when it can. Cheap; cached by the adapter. */
  missing(): Promise<{ readonly what: string; readonly next: string } | null>;
  enclose(command: readonly string[], walls: Walls): Enclosed;
  /** Tries to break out, from inside; every probe must hold. Takes a few seconds. */
  probe(): Promise<readonly Probe[]>;
}
