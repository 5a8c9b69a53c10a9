/**
 * The port to one agent program. An adapter is pure: it says how to start one turn and reads what came out. Spawning,
 * walls, limits, kill, receipts, schema validation and retries belong to the core, so that they are the same for all.
 *
 * A protocol that talks back while it runs (live permission requests, a local server) brings a driver program of its
 * own: the driver is what `launch` starts, it writes its events to stdout as lines of JSON, and it reads decisions from
 * `turn.controlDirectory`. A session so outlives the worker that started it.
 */
import type { AdapterName, AgentConfig } from '../model/config.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import type { SessionFailure } from '../model/session-failure.ts';
import type { Usage } from '../model/usage.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What an adapter can do. Items that need more are refused before they start. */
export interface AgentCapabilities {
  /** Who holds the model to the schema; the core validates in every case. */
  readonly schema: 'grammar' | 'tool' | 'prompt-only';
  /** A second turn can continue the first one's conversation. */
  readonly resume: boolean;
  readonly turnCap: boolean;
  readonly moneyCap: boolean;
  /** cumulative: a resumed session reports its total again; `report` turns that into the difference. */
  readonly usage: 'per-session' | 'cumulative' | 'none';
  readonly cost: boolean;
  readonly permissions: 'allow-list' | 'live' | 'none';
  /** The stream says when a quota resets. */
  readonly rateLimitFacts: boolean;
  /** Can run against a local, OpenAI-compatible or Anthropic-compatible endpoint. */
  readonly localModels: boolean;
}

export interface Turn {
  /** 1, and higher for those that continue its conversation. What a turn leaves in `home` may not pass for another's. */
  readonly number: number;
  readonly prompt: string;
  /** The schema of the result, `null` when the change itself is the result. */
  readonly schema: JsonSchema | null;
  /** Schemas of what may be answered in place of a result; empty for one that must give a result, as a reviewer must. */
  readonly exits: readonly JsonSchema[];
  readonly config: AgentConfig;
  /** Whether files of the working copy may be changed. */
  readonly writes: boolean;
  /**
   * What an earlier turn's report gave as `conversation`, and the sum of what all its turns used so far; only where
   * `capabilities.resume`.
   */
  readonly resume: { readonly conversation: string; readonly usage: Usage } | null;
  readonly capMicroUsd: number | null;
  /** The private clone, the current directory of the program. */
  readonly workingCopy: string;
  /** A folder of this attempt alone, writable inside, kept for its later turns: HOME, configuration, results. */
  readonly home: string;
  /** Where a driver reads decisions; unused by plain programs. */
  readonly controlDirectory: string;
  /** The walls around the program: one that brings walls of its own uses them only where they do not collide with ours. */
  readonly rung: SandboxRung;
  /** For the scripted agent and for logs; never part of a decision. */
  readonly address: {
    readonly item: string;
    readonly phase: string;
    readonly attempt: number;
    readonly reviewer: string | null;
  };
}

/** How to start one turn. Paths are absolute and the same inside and outside the walls. */
export interface Launch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  /**
   * Written below `home` before the start, in place of what an earlier turn left there. An agent could write to `home`
   * too, so neither files nor links may be made through a link.
   */
  readonly files: readonly { readonly path: string; readonly content: string }[];
  /** Files and folders of this machine that the program must be able to read. */
  readonly readOnly: readonly string[];
  /**
   * Symbolic links to make below `home` before the start; each target is in `readOnly` too. A CLI's own login is
   * reached this way instead of being copied, so that a secret stays in one place and is never part of this value.
   */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Where the program may leave its result, below `home`. */
  readonly resultFile: string | null;
  /** host:port that the program must reach, beyond what the configuration lists. */
  readonly network: readonly string[];
}

/** What is left of a turn whose process has ended by itself. Limits and kills are judged by the core, not here. */
export interface EndedTurn {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Content of `launch.resultFile`, `null` when there is none; blank when the program did not write to it. */
  readonly result: string | null;
}

export interface TurnReport {
  readonly end:
    | {
        readonly type: 'answered';
        /** Last words of the agent. */
        readonly text: string;
        /**
         * The structured result, `undefined` when there was none; not yet validated. Looked for without a schema too,
         * and in the last words where the program has a place of its own for it: an honest exit fits no phase's schema.
         */
        readonly json: unknown;
        /** Tools that were refused on the way; not a failure by itself. */
        readonly denied: readonly string[];
      }
    | { readonly type: 'failed'; readonly failure: SessionFailure };
  readonly usage: Usage;
  /** Handle for `turn.resume`. */
  readonly conversation: string | null;
}

export interface Agent {
  readonly adapter: AdapterName;
  readonly capabilities: AgentCapabilities;
  /** What is missing on this machine to run it, with the line that installs it; `null` when nothing is. */
  missing(config: AgentConfig): Promise<{ readonly what: string; readonly next: string } | null>;
  /** Never throws for the agent's failures; a missing program is found by `missing`. */
  launch(turn: Turn): Promise<Launch>;
  /** Reads the streams of an ended turn. Pure, and total over any bytes. */
  report(ended: EndedTurn, turn: Turn): TurnReport;
  /** One line of stdout as a person reads it; `null` to leave it out. Total over any text; the caller escapes. */
  describe(line: string): string | null;
}
