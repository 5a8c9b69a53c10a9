/** What a spec says, with the places where it says it. Lines count from 1, offsets from 0 in UTF-16 units. */

/** Steps of a scenario as OpenSpec writes them. */
export type StepKind = 'given' | 'when' | 'then' | 'and';

export interface Step {
  readonly kind: StepKind;
  /** Without its keyword, list marker and markup, white space collapsed. */
  readonly text: string;
  readonly line: number;
}

/** Something that one test or one person can decide: a scenario, or a sentence in EARS form that stands in a list. */
export interface Criterion {
  /** `invoice-download/AC-3`; `null` until `mw spec lint --fix` gives it one. */
  readonly id: string | null;
  readonly kind: 'scenario' | 'sentence';
  /** The scenario's name; empty for a sentence. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** The whole sentence; empty for a scenario. */
  readonly sentence: string;
  readonly line: number;
  /** Where a comment about it is written: its last line for a sentence, the heading's for a scenario. */
  readonly endLine: number;
  /** The words of its evidence mark, such as `person`; `null` without one, which asks for a test. */
  readonly evidence: string | null;
  /**
   * All that decides what must be built, in lines for people and agents, free of markup, names and white space: what it
   * hashes to changes exactly when the criterion does. It begins with the statement of its requirement.
   */
  readonly meaning: string;
}

export interface Requirement {
  readonly name: string;
  /** Its paragraphs, joined, white space collapsed. */
  readonly statement: string;
  readonly criteria: readonly Criterion[];
  readonly line: number;
}

export interface Spec {
  /** The name of its folder, such as `invoice-download`. */
  readonly name: string;
  /** Text of the first heading of the first level; `null` without one. */
  readonly title: string | null;
  readonly purpose: string;
  /** Line of the heading; `null` without one. */
  readonly purposeLine: number | null;
  /** Entries of the list below `## Assumptions`: what was decided for the person. */
  readonly assumptions: readonly string[];
  /** What stands below `## Use case`: the person's own words. */
  readonly useCase: string;
  readonly requirements: readonly Requirement[];
  /** The lowest number that no criterion of this spec has ever had, as far as the file knows. */
  readonly nextNumber: number;
  /** Where things are that only an edit must know. */
  readonly layout: Layout;
}

export interface Layout {
  /** Ids wherever they stand, also where they should not. */
  readonly ids: readonly { readonly id: string; readonly line: number }[];
  /** Line of the remembered next number; `null` without one. */
  readonly nextLine: number | null;
  readonly titleLine: number | null;
}
