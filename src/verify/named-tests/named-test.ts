/** One test, as its runner named and judged it. Names are text of programs: hostile to a terminal. */
export interface NamedTest {
  /** With the groups around it, outermost first, joined with ` > `. */
  readonly name: string;
  /** As the runner wrote it; `null` where it does not say. */
  readonly file: string | null;
  /** Todos and expected failures count as skipped: they prove nothing. */
  readonly status: 'passed' | 'failed' | 'skipped';
}

export type TestStatus = NamedTest['status'];

export interface Reading {
  readonly tests: readonly NamedTest[];
  /** The same lines, empty where they were read: one line is never the test of two runners. */
  readonly rest: readonly string[];
}

/** Reads the lines of one runner, and leaves those of the others. */
export type NameReader = (lines: readonly string[]) => Reading;

/** Offers each line with the one below it; those that are taken are empty in the answer. */
export function offerLines(
  lines: readonly string[],
  take: (line: string, below: string) => boolean,
): readonly string[] {
  return lines.map((line, index) => (take(line.trimEnd(), lines[index + 1] ?? '') ? '' : line));
}

export function countIndent(line: string): number {
  return line.length - line.trimStart().length;
}
