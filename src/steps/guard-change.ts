/**
 * The built-in check `guard`: whether the change lets the other checks say more than is true. The candidate's tests have
 * run; here the base's tests are run against its code, and its tests against the base's code, where that says something.
 */
import { createHash } from 'node:crypto';
import type { FileRules } from '../guard/files.ts';
import type { Roll } from '../guard/census.ts';
import type { Finding } from '../guard/finding.ts';
import {
  changedTestsOf,
  inputsToLookFor,
  isLookedAt,
  judgeChange,
  needsNewTest,
  type FileChange,
} from '../guard/judge-change.ts';
import { changedFiles, type ChangedFile } from '../git/diff.ts';
import { listFilesAt, readBlobIdsAt, readFilesAt } from '../git/history.ts';
import type { Concern } from '../model/concern.ts';
import type { EffectOf } from '../model/effect.ts';
import { maxConcerns, type CheckResult } from '../model/outcome.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { CheckRoom } from './check-room.ts';
import type { StepContext, StepItem } from './context.ts';
import { reportersOf, rollsOf } from './rolls.ts';
import type { RanCheck } from './run-commands.ts';
import { runElsewhere } from './run-elsewhere.ts';
import { rulesOf } from './test-rules.ts';

/** The commands whose results it looks at. */
export function checksForGuard({ checks }: PinnedPipeline): readonly string[] {
  return Object.keys(checks).filter((name) => checks[name]?.kind === 'test');
}

/** What the candidate is compared with. */
export interface KnownBase {
  readonly base: string;
  readonly atBase: readonly Roll[];
  readonly unsteady: ReadonlySet<string>;
}

export async function guardChange(
  effect: EffectOf<'checks'>,
  about: StepItem,
  room: CheckRoom,
  ran: readonly RanCheck[],
  { base, atBase, unsteady }: KnownBase,
  context: StepContext,
  signal: AbortSignal,
): Promise<CheckResult> {
  const startedAt = performance.now();
  const { gitDir } = room.place.candidate;
  const changed = await changedFiles({ gitDir, from: base, to: effect.commit });
  if (changed.length === 0) return outcome([], startedAt);
  const rules = await rulesOf(room.pipeline, gitDir, base, atBase);
  const elsewhere = runElsewhere(effect.id, about, room, reportersOf(atBase), context, signal);
  const altered = changedTestsOf(changed, rules);
  const testFiles = changed.filter(({ path }) => rules.isTest(path)).map(({ path }) => path);
  const candidate = rollsOf(ran);
  // A candidate whose own tests fail goes back in any case; what other tests say of it is not asked.
  const isGreen = ran.every(({ result }) => result.kind !== 'test' || result.status === 'passed');
  const isAsked = isGreen && candidate.length > 0 && about.item.criteria.some(needsNewTest);
  const files = await readChange(gitDir, base, effect.commit, changed, rules);
  const request = requestOf(about);
  const inputs = inputsToLookFor(files, rules, request);
  const findings = judgeChange({
    files,
    rules,
    request,
    criteria: about.item.criteria,
    unsteady,
    otherTests: await readOtherTests(gitDir, base, new Set(testFiles), inputs, rules),
    rolls: {
      base: atBase,
      candidate,
      restored:
        altered.length === 0 || !isGreen
          ? null
          : rollsOf(await elsewhere('as-before', { commit: effect.commit, from: base, paths: altered })),
      without: isAsked
        ? rollsOf(await elsewhere('without', { commit: base, from: effect.commit, paths: testFiles }))
        : null,
    },
  });
  const agreed = new Set(effect.allowed ?? []);
  const allowed = new Set(room.pipeline.guard.allow);
  const concerns = findings.map(toConcern).filter(({ key, family }) => !agreed.has(key) && !allowed.has(family));
  return outcome(concerns, startedAt);
}

/** Read as text, and read as tests, at most. */
const maxTestFiles = 2_000;
const maxParsed = 200;

/** Tests that the change leaves alone and that hold an input which the code answers by itself now, those first. */
async function readOtherTests(
  gitDir: string,
  base: string,
  changed: ReadonlySet<string>,
  inputs: readonly string[],
  { isTest }: FileRules,
): Promise<ReadonlyMap<string, string>> {
  if (inputs.length === 0) return new Map();
  const paths = (await listFilesAt(gitDir, base, '')).filter(
    (path) => isTest(path) && isLookedAt(path) && !changed.has(path),
  );
  const contents = await readFilesAt(gitDir, base, paths.slice(0, maxTestFiles));
  const texts = [...contents].map(([path, content]) => [path, content.toString('utf8')] as const);
  const holds = (text: string) => inputs.some((input) => text.includes(input));
  return new Map(
    [...texts.filter(([, text]) => holds(text)), ...texts.filter(([, text]) => !holds(text))].slice(0, maxParsed),
  );
}

async function readChange(
  gitDir: string,
  base: string,
  commit: string,
  changed: readonly ChangedFile[],
  rules: FileRules,
): Promise<readonly FileChange[]> {
  const paths = changed.map(({ path }) => path);
  const looked = paths.filter((path) => isLookedAt(path) || rules.isJudge(path));
  const [before, after, old, now] = await Promise.all([
    readFilesAt(gitDir, base, looked),
    readFilesAt(gitDir, commit, looked),
    readBlobIdsAt(gitDir, base, paths),
    readBlobIdsAt(gitDir, commit, paths),
  ]);
  return changed.map(({ path, change }) => ({
    path,
    change,
    before: before.get(path)?.toString('utf8') ?? null,
    after: after.get(path)?.toString('utf8') ?? null,
    // A name that breaks a line cannot be asked for: nothing binds to its content but the commit.
    contents: /[\n\r]/.test(path) ? `${path} ${commit}` : `${path} ${old.get(path) ?? '-'} ${now.get(path) ?? '-'}`,
  }));
}

function requestOf({ item }: StepItem): string {
  return [item.title, item.body, ...item.criteria.flatMap(({ text, before }) => [text, before ?? ''])].join('\n');
}

function toConcern({ family, path, line, says, about }: Finding): Concern {
  const key = createHash('sha256')
    .update(JSON.stringify([family, path, about]))
    .digest('hex')
    .slice(0, 16);
  return { family, key, path: path.slice(0, 1_000), line, says: says.slice(0, 1_000).toWellFormed() };
}

function outcome(concerns: readonly Concern[], startedAt: number): CheckResult {
  const places = concerns.map(
    ({ family, path, line, says }) =>
      `- ${path}${line === null ? '' : `:${line}`}${path === '' ? '' : ': '}${says} (${family})`,
  );
  const kept = concerns.slice(0, maxConcerns);
  const isWhole = kept.length === concerns.length;
  const text = [
    'The change lets its own checks say more than is true, or may do so:',
    ...places,
    isWhole
      ? 'Take each of these back, unless the request cannot be met without it. What you then leave as it is, a person will be asked about.'
      : 'These are too many to be judged by anybody. Make the change anew.',
  ];
  return {
    name: 'guard',
    kind: 'guard',
    status: concerns.length === 0 ? 'passed' : 'failed',
    exitCode: null,
    tests: null,
    excerpt: concerns.length === 0 ? '' : text.join('\n').slice(0, 16_000).toWellFormed(),
    signature: [...new Set(concerns.map(({ family, path }) => `${family} ${path}`))]
      .sort()
      .join('|')
      .slice(0, 200)
      .toWellFormed(),
    log: null,
    ...(concerns.length === 0 || !isWhole ? {} : { concerns: kept }),
    durationMs: Math.round(performance.now() - startedAt),
  };
}
