/** Commands of a project, run one after the other in one checkout, and judged by what they left. */
import type { Check } from '../model/check.ts';
import type { CheckResult } from '../model/outcome.ts';
import { excerptOutput } from '../verify/excerpt.ts';
import { failureSignature } from '../verify/failure-signature.ts';
import { judgeCheck } from '../verify/judge-check.ts';
import { readTestCounts } from '../verify/test-report.ts';
import { runInRoom, type CheckRoom } from './check-room.ts';
import { clearCheckoutFile, readCheckoutFile } from './checkout-file.ts';
import type { StepContext } from './context.ts';

/** A command's result, and what it left to read. */
export interface RanCheck {
  readonly result: CheckResult;
  readonly output: string;
  /** The text of its report file; `null` when it writes none. */
  readonly report: string | null;
}

const excerptChars = 8_000;

/** All of them, so that feedback is whole. `sessionOf`: names of their sessions, where a room sees a check twice. */
export async function runCommands(
  names: readonly string[],
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
  sessionOf: (name: string) => string = (name) => name,
): Promise<readonly RanCheck[]> {
  const ran: RanCheck[] = [];
  for (const name of names) {
    const check = room.pipeline.checks[name];
    if (check === undefined || !('run' in check)) throw new Error(`the pinned pipeline has no command ${name}`);
    ran.push(await runOne(name, check, sessionOf(name), room, context, signal));
  }
  return ran;
}

async function runOne(
  name: string,
  check: Check,
  session: string,
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<RanCheck> {
  const startedAt = performance.now();
  if (check.report !== undefined) await clearCheckoutFile(room.place.copy.tree, check.report);
  const argv = ['/bin/sh', '-c', check.run];
  const end = await runInRoom(
    { name: session, argv, env: { CI: '1', NO_COLOR: '1' }, readOnly: [], keepsHome: true },
    room,
    context,
    signal,
  );
  const output = `${end.stdout}${end.stderr === '' ? '' : `\n${end.stderr}`}`;
  const exitCode = end.type === 'exited' ? end.exitCode : null;
  const status = judgeCheck({ kind: check.kind, end: end.type, exitCode, output });
  const counts = readTestCounts(output);
  const result: CheckResult = {
    name,
    kind: check.kind,
    status,
    exitCode,
    tests: counts === null ? null : { passed: counts.passed, failed: counts.failed, skipped: counts.skipped },
    excerpt: status === 'passed' ? '' : excerptOutput(output, excerptChars),
    signature: status === 'passed' ? '' : failureSignature(status, output).slice(0, 200),
    log: await context.artifacts.put(`${name}.log`, output),
    durationMs: Math.round(end.type === 'exited' ? end.durationMs : performance.now() - startedAt),
  };
  const report = check.report === undefined ? null : await readCheckoutFile(room.place.copy.tree, check.report);
  return { result, output, report };
}
