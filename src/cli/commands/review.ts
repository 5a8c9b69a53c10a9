import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { reviewHere, whyNoVerdict, type ReviewedHere } from '../../app/review/review-here.ts';
import type { ReviewedBy } from '../../app/review/review-room.ts';
import { usd } from '../../model/money.ts';
import { Severity } from '../../model/outcome.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { showControl } from '../../model/visible-text.ts';
import { toCtrf } from '../../report/ctrf.ts';
import { toJunit } from '../../report/junit.ts';
import { isAtLeast, type ReviewReport } from '../../report/review-report.ts';
import { toSarif } from '../../report/sarif.ts';
import { tellFinding } from '../../report/tell-finding.ts';
import type { CliContext } from '../context.ts';
import { readVersion } from '../version.ts';

interface Options {
  readonly reviewers?: readonly string[];
  readonly pipeline?: string;
  readonly request?: string;
  readonly untilSettled?: boolean;
  readonly failOn: Severity | 'never';
  readonly sarif?: string;
  readonly ctrf?: string;
  readonly junit?: string;
  readonly json?: boolean;
}

export function define(command: Command, context: CliContext): void {
  const { output } = context;
  command
    .argument('[change]', 'A..B, a commit, or MW-3; without one, what this branch brings')
    .option('--reviewers <names>', 'these alone, with commas between', splitNames)
    .option('--pipeline <name>', 'whose reviewers; default: the project’s')
    .option('--request <text>', 'what the change is for; default: what its commits say')
    .option('--until-settled', 'one after the other, until the others would hardly change their word')
    .addOption(
      new Option('--fail-on <severity>', 'exit code 3 from this severity on')
        .choices([...Severity.options, 'never'])
        .default('major'),
    )
    .option('--sarif <file>', 'write SARIF 2.1.0')
    .option('--ctrf <file>', 'write CTRF')
    .option('--junit <file>', 'write JUnit XML')
    .option('--json', 'for programs')
    .action(async (change: string | undefined, options: Options) => {
      context.requirePerson();
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      const { reviewers = [], pipeline, request, json, untilSettled = false } = options;
      const tell = (review: ReviewedBy) => {
        if (json !== true) tellReview(review, context);
      };
      const reviewed = await context.withFactory(async (factory) =>
        reviewHere(
          factory,
          process.cwd(),
          { change, reviewers, pipeline, request, untilSettled },
          tell,
          stop.signal,
        ).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error;
          throw new UserError('E_INTERRUPTED', 'stopped; nothing of it is left', 'mw review', {
            exit: exitCode.interrupted,
          });
        }),
      );
      await writeReports(toReport(reviewed), options);
      if (isRefused(reviewed, options.failOn)) context.exit(exitCode.notAccepted);
      if (json === true) return output.json(toJson(reviewed));
      tellSum(reviewed, context);
    });
}

function splitNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Write names with commas between: correctness,security.');
  return names;
}

/** No verdict is no pass, whatever severity is asked for. */
function isRefused({ reviews }: ReviewedHere, failOn: Options['failOn']): boolean {
  return (
    failOn !== 'never' &&
    reviews.some(({ outcome }) =>
      outcome.type === 'reviewed' ? outcome.review.findings.some((each) => isAtLeast(each, failOn)) : true,
    )
  );
}

function tellReview(review: ReviewedBy, { output }: CliContext): void {
  const { reviewer, outcome, costMicroUsd } = review;
  const cost = costMicroUsd === null ? 'cost unknown' : usd(costMicroUsd);
  const isPass = outcome.type === 'reviewed' && outcome.review.verdict === 'pass';
  const verdict = outcome.type === 'reviewed' ? outcome.review.verdict : 'no verdict';
  output.line(`${isPass ? output.tone('green', '✓') : output.tone('red', '✗')} ${reviewer}: ${verdict}, ${cost}`);
  const why = whyNoVerdict(review);
  if (why !== null) output.line(`  ${showControl(why)}`);
  if (outcome.type !== 'reviewed') return;
  for (const finding of outcome.review.findings)
    for (const line of showControl(tellFinding(finding)).split('\n')) output.line(`  ${line}`);
}

function tellSum({ base, commit, reviews, spared, standing }: ReviewedHere, { output }: CliContext): void {
  const failed = reviews.filter(({ outcome }) => outcome.type !== 'reviewed' || outcome.review.verdict === 'fail');
  const all = `${reviews.length} ${reviews.length === 1 ? 'reviewer' : 'reviewers'}`;
  const verdict = failed.length === 0 ? `${all} passed` : `${failed.length} of ${all} did not pass`;
  if (spared.length > 0) output.line(`not asked any more: ${spared.join(', ')}`);
  if (standing !== null)
    output.line(
      `a change that was voted on like this has a defect ${standing.percent} times of 100, as far as is known`,
    );
  output.talk(`${verdict} ${base.slice(0, 10)}..${commit.slice(0, 10)}`);
}

function toReport({ base, commit, reviews }: ReviewedHere): ReviewReport {
  return {
    version: readVersion(),
    base,
    commit,
    reviews: reviews.map((review) => ({
      reviewer: review.reviewer,
      verdict: review.outcome.type === 'reviewed' ? review.outcome.review.verdict : 'none',
      findings: review.outcome.type === 'reviewed' ? review.outcome.review.findings : [],
      why: whyNoVerdict(review),
      durationMs: review.durationMs,
    })),
  };
}

function toJson(reviewed: ReviewedHere): object {
  const report = toReport(reviewed);
  const reviews = report.reviews.map((review, index) => ({
    ...review,
    agent: reviewed.reviews[index]?.agent,
    costMicroUsd: reviewed.reviews[index]?.costMicroUsd ?? null,
  }));
  const { spared, standing } = reviewed;
  return { base: report.base, commit: report.commit, reviews, spared, standing };
}

async function writeReports(report: ReviewReport, { sarif, ctrf, junit }: Options): Promise<void> {
  const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);
  const pretty = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  const files: readonly (readonly [string | undefined, () => string])[] = [
    [sarif, () => pretty(toSarif(report, fingerprint))],
    [ctrf, () => pretty(toCtrf(report))],
    [junit, () => toJunit(report)],
  ];
  for (const [path, render] of files) {
    if (path === undefined) continue;
    await writeFile(path, render()).catch((error: NodeJS.ErrnoException) => {
      throw new UserError('E_NOT_WRITTEN', `${path} cannot be written: ${error.message}`, 'name another file', {
        exit: exitCode.error,
      });
    });
  }
}
