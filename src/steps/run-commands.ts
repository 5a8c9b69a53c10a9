/** Commands of a project, run one after the other in one checkout, and judged by what they left. */
import type { Check } from '../model/check.ts';
import type { CheckResult } from '../model/outcome.ts';
import { excerptOutput } from '../verify/excerpt.ts';
import { failureSignature } from '../verify/failure-signature.ts';
import { judgeCheck } from '../verify/judge-check.ts';
import { readTestCounts } from '../verify/test-report.ts';
import { runInRoom, type CheckRoom, type RoomEnd } from './check-room.ts';
import { clearCheckoutFile, readCheckoutFile } from './checkout-file.ts';
import type { StepContext } from './context.ts';
import { prepareReporting, type Reporting } from './own-report.ts';
import { shortName } from '../store/home.ts';
import type { Reporter } from '../guard/census.ts';
import { readNamedTests } from '../verify/named-tests.ts';
import type { NamedTest } from '../verify/named-tests/named-test.ts';
import { readReportFile } from '../verify/report-file.ts';

/** A command's result, and what it left to read. */
export interface RanCheck {
  readonly result: CheckResult;
  readonly output: string;
  /** What it says of each test. */
  readonly tests: readonly NamedTest[];
  /** Who says so; `null` where nothing tells yet whether our reporter can be used. */
  readonly reporter: Reporter | null;
}

const excerptChars = 8_000;

/**
 * All of them, so that feedback is whole. `reporters`: who reported on the base, by check. `sessionOf`: names of their
 * sessions, where a room sees a check twice.
 */
export async function runCommands(
  names: readonly string[],
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
  reporters: ReadonlyMap<string, Reporter> = new Map(),
  sessionOf: (name: string) => string = (name) => name,
): Promise<readonly RanCheck[]> {
  const ran: RanCheck[] = [];
  for (const name of names) {
    const check = room.pipeline.checks[name];
    if (check === undefined || !('run' in check)) throw new Error(`the pinned pipeline has no command ${name}`);
    const job = { name, check, session: sessionOf(name), room };
    const known = reporters.get(name) ?? null;
    const isOurs = check.kind === 'test' && check.report === undefined && known !== 'theirs';
    ran.push(isOurs ? await runReported(job, known, context, signal) : await runPlain(job, context, signal));
  }
  return ran;
}

interface Job {
  readonly name: string;
  readonly check: Check;
  readonly session: string;
  readonly room: CheckRoom;
}

/**
 * With our reporter. Where it has worked before, or has begun to, only a whole report of it counts. Where nothing is
 * known and it does not work, the command is left as it is.
 */
async function runReported(
  job: Job,
  known: Reporter | null,
  context: StepContext,
  signal: AbortSignal,
): Promise<RanCheck> {
  const reporting = await prepareReporting(job.room.folder, job.session);
  const ended = await runShell(job, reporting, context, signal);
  const report = await reporting.read();
  if (report?.isWhole === true) {
    const tests = report.tests.map((test) => fromRoot(test, job.room));
    return { ...(await judge(job, ended, tests, context)), reporter: 'ours' };
  }
  if (report !== null || known === 'ours') {
    const { result, ...left } = await judge(job, ended, [], context);
    const says = 'The tests did not come to their end: the runner began to report them and stopped, or did not begin.';
    const isUnseen = result.status === 'passed' || result.status === 'ran-no-test';
    const broken: CheckResult = {
      ...result,
      status: isUnseen ? 'crashed' : result.status,
      excerpt: isUnseen ? `${says}\n${excerptOutput(ended.output, excerptChars)}` : result.excerpt,
      signature: isUnseen ? 'report-not-whole' : result.signature,
      tests: null,
    };
    return { ...left, result: broken, tests: [], reporter: 'ours' };
  }
  const plain = await judge(job, ended, null, context);
  // It ran its tests, whatever became of them: our options are in nobody's way, and of no use.
  if (plain.result.status === 'passed' || plain.tests.length > 0) return { ...plain, reporter: 'theirs' };
  const again = await runPlain({ ...job, session: `p${shortName(job.session)}` }, context, signal);
  return { ...again, reporter: again.result.status === 'passed' ? 'theirs' : null };
}

async function runPlain(job: Job, context: StepContext, signal: AbortSignal): Promise<RanCheck> {
  const { check, room } = job;
  if (check.report !== undefined) await clearCheckoutFile(room.place.copy.tree, check.report);
  const ended = await runShell(job, null, context, signal);
  return { ...(await judge(job, ended, null, context)), reporter: check.kind === 'test' ? 'theirs' : null };
}

interface Ended {
  readonly end: RoomEnd;
  readonly output: string;
  readonly durationMs: number;
}

async function runShell(
  { check, session, room }: Job,
  reporting: Reporting | null,
  context: StepContext,
  signal: AbortSignal,
): Promise<Ended> {
  const startedAt = performance.now();
  const argv = ['/bin/sh', '-c', check.run];
  const env = { CI: '1', NO_COLOR: '1', ...reporting?.env };
  const readOnly = reporting?.readOnly ?? [];
  const end = await runInRoom(
    { name: session, argv, env, readOnly, writable: reporting?.writable ?? [], keepsHome: true },
    room,
    context,
    signal,
  );
  const output = `${end.stdout}${end.stderr === '' ? '' : `\n${end.stderr}`}`;
  const durationMs = Math.round(end.type === 'exited' ? end.durationMs : performance.now() - startedAt);
  return { end, output, durationMs };
}

/** `reported`: the tests of our own report; `null`: what the command wrote is read. */
async function judge(
  { name, check, room }: Job,
  { end, output, durationMs }: Ended,
  reported: readonly NamedTest[] | null,
  context: StepContext,
): Promise<Omit<RanCheck, 'reporter'>> {
  const exitCode = end.type === 'exited' ? end.exitCode : null;
  const own = reported === null ? null : countTests(reported);
  const status = judgeCheck({
    kind: check.kind,
    end: end.type,
    exitCode,
    output,
    ...(own === null ? {} : { reported: own }),
  });
  const counts = own ?? readTestCounts(output);
  const result: CheckResult = {
    name,
    kind: check.kind,
    status,
    exitCode,
    tests: counts === null ? null : { passed: counts.passed, failed: counts.failed, skipped: counts.skipped },
    excerpt: status === 'passed' ? '' : excerptOutput(output, excerptChars),
    signature: status === 'passed' ? '' : failureSignature(status, output).slice(0, 200),
    log: await context.artifacts.put(`${name}.log`, output),
    durationMs,
  };
  if (reported !== null || check.kind !== 'test') return { result, output, tests: reported ?? [] };
  const report = check.report === undefined ? null : await readCheckoutFile(room.place.copy.tree, check.report);
  return { result, output, tests: readTests(output, report).map((test) => fromRoot(test, room)) };
}

/** In the report that the command writes, else in its output. */
function readTests(output: string, report: string | null): readonly NamedTest[] {
  if (report === null) return readNamedTests(output);
  const read = readReportFile(report);
  return read.type === 'read' ? read.tests : [];
}

/** Every run has a checkout of its own, and some runners name tests by where they lie. */
function fromRoot({ name, file, status }: NamedTest, { place }: CheckRoom): NamedTest {
  const strip = (path: string) => path.replaceAll(`${place.copy.tree}/`, '');
  return { name: strip(name), file: file === null ? null : strip(file), status };
}

function countTests(tests: readonly NamedTest[]): { passed: number; failed: number; skipped: number } {
  const count = (status: NamedTest['status']) => tests.filter((test) => test.status === status).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}
