/** Turns what is left of a check into its status. Fails closed: whatever proves nothing does not pass. */
import type { CheckKind } from '../model/check.ts';
import type { CheckStatus } from '../model/outcome.ts';
import { plainLines } from './plain-lines.ts';
import { readTestCounts } from './test-report.ts';
import type { TestCounts } from './test-report/counts.ts';

/** A check whose process has ended. `end` is the tag of how; `exitCode` is `null` when a signal ended it. */
export interface EndedCheck {
  readonly kind: CheckKind;
  readonly end: 'exited' | 'stalled' | 'timed-out' | 'too-large' | 'aborted';
  readonly exitCode: number | null;
  /** Both streams. */
  readonly output: string;
  /** What our own reporter counted; absent: the output is read. */
  readonly reported?: TestCounts;
}

/**
 * The status of an ended check. Exit code 0 is enough for every kind but `test`, which passes only when a report counts
 * at least one passed test and no failed one.
 */
export function judgeCheck(check: EndedCheck): CheckStatus {
  if (check.end === 'stalled' || check.end === 'timed-out') return 'timed-out';
  if (check.end !== 'exited' || check.exitCode === null) return 'crashed';
  if (isCommandMissing(check.exitCode, check.output)) return 'command-not-found';
  const counts = check.kind === 'test' ? (check.reported ?? readTestCounts(check.output)) : null;
  if (counts !== null && counts.failed > 0) return 'failed';
  if (isSignal(check.exitCode)) return 'crashed';
  const ranNothing = counts !== null && counts.passed === 0;
  if (check.exitCode !== 0) return ranNothing ? 'ran-no-test' : 'failed';
  return check.kind === 'test' ? judgeCount(counts) : 'passed';
}

function judgeCount(counts: TestCounts | null): CheckStatus {
  return counts !== null && counts.passed > 0 ? 'passed' : 'ran-no-test';
}

/** What POSIX shells and env(1) say when they exit with 126 or 127; a program may use these codes for its own ends. */
const shellComplaint =
  /^(?:\S*\/)?(?:sh|bash|dash|ash|zsh|ksh|env|busybox)\b.{0,500}(?:not found|No such file or directory|Permission denied|cannot execute|Is a directory|Exec format error|command not found)/;

function isCommandMissing(exitCode: number, output: string): boolean {
  if (exitCode !== 126 && exitCode !== 127) return false;
  return plainLines(output).some((line) => shellComplaint.test(line));
}

/** A shell reports a child that signal n ended as 128 + n; Linux numbers them 1 to 64. */
function isSignal(exitCode: number): boolean {
  return exitCode > 128 && exitCode <= 128 + 64;
}
