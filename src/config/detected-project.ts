import type { Check } from '../model/check.ts';

/** What one way of building (npm, Go, …) asks for in a repository. */
export interface DetectedTool {
  /** As a person calls it: `pnpm`, `Python (uv)`. */
  readonly name: string;
  readonly setup: string | null;
  /** host:port that the setup command must reach. */
  readonly setupNetwork: readonly string[];
  readonly checks: Readonly<Record<string, Check>>;
  /** What could not be told from the files, for the person to look at. */
  readonly notes: readonly string[];
}

/** A proposal for `millwright.yaml`; a person reads it before it counts. */
export interface DetectedProject {
  /** Empty when nothing was recognised. */
  readonly tools: readonly string[];
  readonly setup: string | null;
  readonly setupNetwork: readonly string[];
  readonly checks: Readonly<Record<string, Check>>;
  readonly protect: readonly string[];
  readonly notes: readonly string[];
}

/** The files of a repository: paths from its root, and the text of those that matter. */
export interface Files {
  readonly paths: ReadonlySet<string>;
  readonly read: (path: string) => Promise<string | null>;
}
