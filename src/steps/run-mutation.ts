/**
 * A check of kind `mutation`: a tool of the project's own changes the lines that the change has changed, one at a time, and
 * the tests have to notice. Only these lines are looked at, which keeps it short; nothing of an earlier run is used, because
 * whoever writes tests could have written that, too.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changedFiles, changedLines, diffText } from '../git/diff.ts';
import { readFilesAt } from '../git/history.ts';
import type { Roll } from '../guard/census.ts';
import type { Check } from '../model/check.ts';
import type { CheckResult } from '../model/outcome.ts';
import { judgeCheck } from '../verify/judge-check.ts';
import { excerptOutput } from '../verify/excerpt.ts';
import {
  nameRanges,
  percentOf,
  readMutationReport,
  type ChangedLines,
  unfitFor,
  type MutationScore,
} from '../verify/mutation-report.ts';
import { runInRoom, type CheckRoom, type RoomEnd } from './check-room.ts';
import { clearCheckoutFile, readCheckoutFile } from './checkout-file.ts';
import type { StepContext } from './context.ts';
import { rulesOf } from './test-rules.ts';

const defaultMinimum = 60;
const excerptChars = 8_000;
const reportBytes = 64 * 1024 * 1024;
const diffBytes = 64 * 1024 * 1024;
/** A longer list would not fit into an environment: then whole files are named. */
const maxListChars = 60_000;
const shown = 20;

export async function runMutation(
  name: string,
  check: Check,
  { base, commit, atBase }: { base: string; commit: string; atBase: readonly Roll[] },
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const startedAt = performance.now();
  const { gitDir } = room.place.candidate;
  const common = { name, kind: check.kind, exitCode: null, tests: null, excerpt: '', signature: '', log: null };
  const passed = (excerpt: string): CheckResult => ({
    ...common,
    status: 'passed',
    excerpt,
    durationMs: Math.round(performance.now() - startedAt),
  });
  const lines = await linesToMutate(room, gitDir, base, commit, atBase);
  if (lines.size === 0) return passed('no line of the program has changed');
  const sources = await readFilesAt(gitDir, commit, [...lines.keys()]);
  const sourceOf = (path: string) => sources.get(path)?.toString('utf8') ?? null;
  const unfit = [...lines.keys()].flatMap((path) => {
    const why = unfitFor(path, sourceOf(path) ?? '');
    return why === null ? [] : [`${JSON.stringify(path)} ${why}`];
  });
  if (unfit.length > 0) {
    const excerpt = `These cannot be measured, so they do not pass:\n${unfit.join('\n')}`.slice(0, excerptChars);
    return { ...passed(excerpt), status: 'failed', signature: 'unfit' };
  }
  const { end, output } = await askTool(name, check, { base, commit, lines }, room, context, signal);
  const log = await context.artifacts.put(`${name}.log`, output);
  const exitCode = end.type === 'exited' ? end.exitCode : null;
  const durationMs = Math.round(performance.now() - startedAt);
  const status = judgeCheck({ kind: check.kind, end: end.type, exitCode, output });
  const ended = { ...common, exitCode, log, durationMs };
  // Tools end with a code of their own when a score is below theirs; the report says what it was.
  if (status !== 'passed' && status !== 'failed')
    return { ...ended, status, excerpt: excerptOutput(output, excerptChars), signature: status };
  const reading = readMutationReport(
    check.report === undefined ? '' : await readCheckoutFile(room.place.copy.tree, check.report, reportBytes),
    lines,
    sourceOf,
    (text) => createHash('sha256').update(text).digest('hex').slice(0, 10),
    new Set(check.equivalent ?? []),
  );
  if (reading.type === 'unusable') {
    const excerpt = `${reading.why}\n${excerptOutput(output, excerptChars)}`;
    return { ...ended, status: 'crashed', excerpt, signature: 'no-mutation-report' };
  }
  const { score } = reading;
  const minimum = check.minimum ?? defaultMinimum;
  const percent = percentOf(score);
  const isEnough = percent === null || percent >= minimum;
  const excerpt = tell(score, percent, minimum, isEnough);
  const signature = isEnough
    ? ''
    : score.survivors
        .map(({ id }) => id)
        .sort()
        .join('|')
        .slice(0, 200);
  return { ...ended, status: isEnough ? 'passed' : 'failed', excerpt, signature };
}

/** Its command, with the lines in its environment. */
async function askTool(
  name: string,
  check: Check,
  { base, commit, lines }: { base: string; commit: string; lines: ChangedLines },
  room: CheckRoom,
  context: StepContext,
  signal: AbortSignal,
): Promise<{ end: RoomEnd; output: string }> {
  const { candidate, copy } = room.place;
  if (check.report !== undefined) await clearCheckoutFile(copy.tree, check.report);
  const diff = join(room.folder, `${name}.diff`);
  const { text } = await diffText({ gitDir: candidate.gitDir, from: base, to: commit, maxBytes: diffBytes });
  await writeFile(diff, text, { mode: 0o600 });
  const ranges = nameRanges(lines);
  const files = [...lines.keys()].join(',');
  const changed = ranges.length > maxListChars ? files : ranges;
  const env = { MW_CHANGED_LINES: changed, MW_CHANGED_FILES: files, MW_DIFF: diff };
  const argv = ['/bin/sh', '-c', check.run];
  const end = await runInRoom({ name, argv, env, readOnly: [diff], keepsHome: true }, room, context, signal);
  return { end, output: `${end.stdout}${end.stderr}` };
}

/** Lines of the program, as far as tests can notice them. */
async function linesToMutate(
  { pipeline }: CheckRoom,
  gitDir: string,
  base: string,
  commit: string,
  atBase: readonly Roll[],
): Promise<ChangedLines> {
  const span = { gitDir, from: base, to: commit };
  const { isTest, isJudge } = await rulesOf(pipeline, gitDir, base, atBase);
  const files = (await changedFiles(span)).filter(({ change }) => change !== 'deleted').map(({ path }) => path);
  const wanted = new Set(files.filter((path) => !isTest(path) && !isJudge(path) && isCode(path)));
  const lines = await changedLines(span);
  return new Map([...lines].filter(([path, ranges]) => wanted.has(path) && ranges.length > 0));
}

function isCode(path: string): boolean {
  return !/(?:^|\/)(?:package(?:-lock)?\.json|[^/]*\.(?:md|txt|json|ya?ml|toml|lock|svg|png|css|html))$/i.test(path);
}

function tell(score: MutationScore, percent: number | null, minimum: number, isEnough: boolean): string {
  const { killed, survivors, setAside, unseen } = score;
  const left = unseen.length === 0 ? '' : `; its report does not name ${unseen.slice(0, shown).join(', ')}`;
  const aside = `${setAside === 0 ? '' : `, ${setAside} set aside`}${left}`;
  if (percent === null) return `the tool made no mutant of the changed lines${aside}`;
  const sum = `tests notice ${killed} of ${killed + survivors.length} changes to the changed lines (${percent} %, at least ${minimum} %)${aside}`;
  if (survivors.length === 0) return sum;
  const lines = survivors
    .slice(0, shown)
    .map(
      ({ id, path, line, before, after, isCovered }) =>
        `- ${path}:${line} [${id}]: ${JSON.stringify(before)} could be ${JSON.stringify(after)}, and ${isCovered ? 'every test passes' : 'no test comes here'}`,
    );
  const more = survivors.length > shown ? [`and ${survivors.length - shown} more`] : [];
  const what = isEnough
    ? []
    : ['Write tests that fail with each of these, by what the request asks; do not change the code to be rid of them.'];
  return [sum, ...lines, ...more, ...what]
    .join('\n')
    .slice(0, excerptChars * 2 - 1)
    .toWellFormed();
}
