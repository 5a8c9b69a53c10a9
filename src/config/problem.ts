import { exitCode, UserError } from '../model/user-error.ts';

/** A place in a file that a person wrote. */
export interface Place {
  /** As the person knows the file: a path from the repository’s root, or the name of a shipped file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
}

/** One mistake in such a file, where it is, and what was probably meant. */
export interface Problem extends Place {
  /** Ends without a full stop, so that a suggestion can follow. */
  readonly message: string;
  /** The known word nearest to an unknown one, `null` when none is near. */
  readonly suggestion: string | null;
}

/** A problem as one line of text: `millwright.yaml:7:3  unknown key "piplines": did you mean "pipeline"?` */
export function formatProblem(problem: Problem): string {
  const hint = problem.suggestion === null ? '' : `: did you mean "${problem.suggestion}"?`;
  return `${problem.file}:${problem.line}:${problem.column}  ${problem.message}${hint}`;
}

/** What the user is told when configuration cannot be used: every problem at once, in the order of the file. */
export function configError(problems: readonly Problem[]): UserError {
  const [first] = problems;
  if (first === undefined) throw new Error('configError needs at least one problem');
  const places = problems.length === 1 ? 'that place' : `these ${problems.length} places`;
  return new UserError(
    'E_CONFIG',
    sortProblems(problems).map(formatProblem).join('\n'),
    `edit ${first.file} at ${places}, commit, and repeat the command`,
    { exit: exitCode.usage },
  );
}

/** Problems by file, then by position; a problem that two rules found is told once. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const told = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...told.values()].sort(
    (a, b) =>
      compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.message, b.message),
  );
}

/** Order by code unit, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
