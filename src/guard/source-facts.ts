import type { ConcernFamily } from '../model/concern.ts';

/** A thing in a text that is a concern when a change brings more of it. */
export interface Mark {
  readonly family: ConcernFamily;
  readonly line: number;
  /** Without layout: equal marks of two versions are the same mark. */
  readonly text: string;
  readonly says: string;
  /** Its name, where it is something that has one. */
  readonly target?: string;
  /** Only where the file was there before: a new file may begin with it. */
  readonly inOldFiles?: true;
}

export interface Assertion {
  readonly line: number;
  /** Without layout. */
  readonly text: string;
  /** What it looks at, without layout: `total` of `expect(total).toBeLessThan(5)`. */
  readonly subject: string;
  readonly matcher: string;
  /** What it can tell apart, roughly: 0 nothing, 1 that there is something, 2 a part, 3 a value, more for several values. */
  readonly strength: number;
  /** Its only number, where a bigger one lets more (`1`) or less (`-1`) through. */
  readonly bound: { readonly value: number; readonly looserWhen: 1 | -1 } | null;
  /** Calls in what it looks at and what it expects, for finding answers that were made for it. */
  readonly literals: readonly string[];
}

/** One test as it is written. */
export interface TestFacts {
  /** With the groups around it, joined with ` > `. */
  readonly name: string;
  readonly line: number;
  /** Without layout and without its name. */
  readonly body: string;
  /** Why it may not run to its end, such as `skip`; `null` when it always does. */
  readonly skipped: string | null;
  readonly timeoutMs: number | null;
  readonly assertions: readonly Assertion[];
  /** Everything that is written down in it, without quotes. */
  readonly literals: readonly string[];
  /** Of these, what it asks about: in its assertions, and in the table of its cases. */
  readonly cases: readonly string[];
  /** It calls nothing and asserts nothing. */
  readonly isEmpty: boolean;
}

/** A place where a known input gets a known answer: `if (x === IN) return OUT`, an entry of a table. */
export interface SpecialCase {
  readonly line: number;
  /** What is looked at, and how. */
  readonly condition: string;
  readonly input: string;
  readonly output: string;
}

/** What a text says about tests, and about the ways around them. */
export interface SourceFacts {
  readonly tests: readonly TestFacts[];
  readonly marks: readonly Mark[];
  readonly specialCases: readonly SpecialCase[];
  /** What stands around its tests: imports by name, hooks, helpers. Without layout. */
  readonly around: readonly string[];
  /** Longest time that all tests of the file are given, where it says so. */
  readonly timeoutMs: number | null;
}

export const noFacts: SourceFacts = { tests: [], marks: [], specialCases: [], around: [], timeoutMs: null };
