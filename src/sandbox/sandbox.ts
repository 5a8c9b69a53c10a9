/** The port to one kind of walls. Pure towards the caller: it turns a command into the argv that runs it enclosed. */
import type { SandboxRung } from '../model/sandbox-rung.ts';

/** What a command may touch. Absolute paths of this machine; the same inside. */
export interface Walls {
  /** Current directory. */
  readonly workdir: string;
  readonly writable: readonly string[];
  /** Where one path is in both lists, `readOnly` wins; a path below another one decides for itself. */
  readonly readOnly: readonly string[];
  /** Folders shown at another place, for example a prepared `node_modules` inside the working copy. */
  readonly overlays?: readonly Overlay[];
  /** The whole environment; nothing is inherited. PATH, HOME and TMPDIR are set by the sandbox unless given. */
  readonly env: Readonly<Record<string, string>>;
  /** The unix socket of this session's own egress proxy; `null`: no network at all. */
  readonly egressSocket: string | null;
  /** Endpoints on this machine's loopback that must appear at the same address inside, host:port. */
  readonly loopback: readonly string[];
}

/** A read-only view of `source` at `target`. The clone rung cannot mount and refuses it: link or copy there. */
export interface Overlay {
  readonly source: string;
  readonly target: string;
}

/** A command behind its walls, ready for `runSession`. */
export interface Enclosed {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Handed to the program as open descriptors 6, 7, ...: what must not stand in an argument list or a file. */
  readonly inputs?: readonly Uint8Array[];
  /** The program writes to descriptor 4 as soon as its walls stand, so that failing walls are not taken for its exit. */
  readonly marksStart?: boolean;
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
  /** A UserError when the walls name a path that does not exist or that must never be shown. */
  enclose(command: readonly string[], walls: Walls): Enclosed;
  /** Tries to break out, from inside; every probe must hold. Takes a few seconds. */
  probe(): Promise<readonly Probe[]>;
}
