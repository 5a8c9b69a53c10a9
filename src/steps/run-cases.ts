/** Runs of a breaker's cases on the work: several times, because one that does not say the same each time says nothing. */
import { basename } from 'node:path';
import type { Roll } from '../guard/census.ts';
import type { FileRules } from '../guard/files.ts';
import { listFilesAt, readFilesAt } from '../git/history.ts';
import { mixCommits } from '../git/mixed-commit.ts';
import type { BreakerCase } from '../model/breaker.ts';
import type { BreakerCases, EffectOf } from '../model/effect.ts';
import type { PinnedPhase } from '../model/pipeline.ts';
import { namesIn } from '../verify/interface-outline.ts';
import type { NamedTest } from '../verify/named-tests/named-test.ts';
import { weighCase, type CaseFile, type CaseRuns } from '../verify/weigh-cases.ts';
import type { Interfaces } from './breaker-prompts.ts';
import { pinned, rungOf, type StepContext, type StepItem } from './context.ts';
import { reportersOf, rollsOf, rollsOfCandidate } from './rolls.ts';
import type { RanCheck } from './run-commands.ts';
import { runElsewhere } from './run-elsewhere.ts';
import type { Workplace } from './workplace.ts';

const runs = 3;
const excerptChars = 12_000;

/** Files of cases: new ones of one commit, known ones of another. */
export interface Cases {
  readonly known: BreakerCases | null;
  readonly fresh: { readonly commit: string; readonly paths: readonly string[] } | null;
}

export interface CaseTrial {
  readonly files: readonly CaseFile[];
  readonly cases: readonly BreakerCase[];
  /** What failed, as the tests print it. */
  readonly excerpt: string;
  /** What the cases do to the rest of the project; `null`: nothing. */
  readonly disturbs: string | null;
}

export interface Trials {
  /** Those of earlier rounds, once: that they say the same each time is known. */
  known(known: BreakerCases): Promise<CaseTrial>;
  /** With new ones, several times, and the new ones once more without the work. */
  fresh(cases: Cases): Promise<CaseTrial>;
  /** Those that are to stay, once more, with every command of the phase. */
  settle(cases: Cases, round: number): Promise<CaseTrial>;
}

export interface TrialRoom {
  readonly effect: EffectOf<'break'>;
  readonly about: StepItem;
  readonly phase: PinnedPhase;
  readonly place: Workplace;
  readonly rules: FileRules;
  readonly interfaces: Interfaces;
  readonly atBase: readonly Roll[];
}

export function openTrials(given: TrialRoom, context: StepContext, signal: AbortSignal): Trials {
  const { effect, about, phase, place, rules, interfaces, atBase } = given;
  const pipeline = pinned(about);
  const { gitDir } = place.candidate;
  const room = { pipeline, rung: rungOf(about), place, folder: context.home.effect(effect.id) };
  const elsewhere = runElsewhere(effect.id, about, room, reportersOf(atBase), context, signal);
  const run = (name: string, commit: string, names?: readonly string[]) =>
    elsewhere(name, { commit, from: commit, paths: [] }, names);
  /** Commands that have passed on the candidate; mutants are another matter. */
  const commands = phase.checks.filter((name) => {
    const check = pipeline.checks[name];
    return check !== undefined && 'run' in check && check.kind !== 'mutation';
  });
  const trial = async (name: string, cases: Cases, times: number, names?: readonly string[]) => {
    const commit = await withCases(gitDir, effect.commit, cases);
    const files = await readCases(gitDir, commit, cases);
    const ran = [await run(`${name}-1`, commit, names)];
    for (let number = 2; number <= times; number += 1) ran.push(await run(`${name}-${number}`, commit, names));
    const before = (await rollsOfCandidate(about, effect.commit, context)).flatMap(({ tests }) => tests);
    const input: CaseRuns = {
      runs: ran.map(testsOf),
      without: null,
      others: new Set(before.map((test) => test.name)),
      criteria: new Set(about.item.criteria.map(({ id }) => id as string)),
      words: await readWords(gitDir, effect.commit, rules, interfaces),
    };
    const [first = []] = ran;
    const excerpt = first
      .map(({ result }) => result.excerpt)
      .join('\n')
      .trim()
      .slice(0, excerptChars);
    const weigh = (change: Partial<CaseRuns> = {}) => files.map((file) => weighCase(file, { ...input, ...change }));
    return { files, excerpt, weigh, disturbs: whatIsDisturbed(first, before, cases) };
  };
  return {
    async known(known) {
      const { weigh, ...rest } = await trial('known', { known, fresh: null }, 1);
      return { ...rest, cases: weigh() };
    },
    async fresh(cases) {
      const { weigh, ...rest } = await trial('new', cases, runs);
      const weighed = weigh();
      const mine = new Set(cases.fresh?.paths);
      if (!weighed.some(({ path, verdict }) => verdict === 'held' && mine.has(path)))
        return { ...rest, cases: weighed };
      const bare = await withCases(gitDir, effect.base, { known: null, fresh: cases.fresh });
      return { ...rest, cases: weigh({ without: testsOf(await run('bare', bare)) }) };
    },
    async settle(cases, round) {
      const { weigh, ...rest } = await trial(`last-${round}`, cases, 1, commands);
      return { ...rest, cases: weigh() };
    },
  };
}

/** The maker would be charged for what the cases do to its own tests, or to other checks. */
function whatIsDisturbed(
  ran: readonly RanCheck[],
  before: readonly NamedTest[],
  { known, fresh }: Cases,
): string | null {
  const mine = new Set([...(known?.paths ?? []), ...(fresh?.paths ?? [])]);
  const now = testsOf(ran);
  const passed = new Set(now.flatMap(({ name, status }) => (status === 'passed' ? [name] : [])));
  const isMine = ({ file, name }: NamedTest) => (file !== null && mine.has(file)) || mine.has(name);
  const lost = before.find((test) => test.status === 'passed' && !isMine(test) && !passed.has(test.name));
  if (
    lost !== undefined &&
    !Object.values(known?.tests ?? {})
      .flat()
      .includes(lost.name)
  )
    return `with it, "${lost.name.slice(0, 200)}" does not pass any more`;
  const check = ran.find(({ result }) => result.kind !== 'test' && result.status !== 'passed');
  return check === undefined ? null : `with it, the check ${check.result.name} does not pass`;
}

/** The files of a commit with those of the cases. */
export async function withCases(gitDir: string, commit: string, { known, fresh }: Cases): Promise<string> {
  const first = known === null ? commit : await mixCommits({ gitDir, commit, from: known.commit, paths: known.paths });
  return fresh === null ? first : mixCommits({ gitDir, commit: first, from: fresh.commit, paths: fresh.paths });
}

async function readCases(gitDir: string, commit: string, { known, fresh }: Cases): Promise<readonly CaseFile[]> {
  const paths = [...(known?.paths ?? []), ...(fresh?.paths ?? [])];
  const texts = await readFilesAt(gitDir, commit, paths);
  return paths.map((path) => ({
    path,
    text: texts.get(path)?.toString('utf8') ?? '',
    known: known?.paths.includes(path) === true ? (known.tests[path] ?? []) : null,
  }));
}

/** Files that every project has say nothing about this one. */
const common = new Set(['index', 'main', 'lib', 'mod', 'app', 'readme', 'license', 'package', 'test', 'node']);

async function readWords(
  gitDir: string,
  commit: string,
  { isTest, isJudge }: FileRules,
  interfaces: Interfaces,
): Promise<ReadonlySet<string>> {
  const paths = (await listFilesAt(gitDir, commit, '')).filter((path) => !isTest(path) && !isJudge(path));
  const stems = paths.map((path) => basename(path).replace(/\..*$/, '')).filter((stem) => stem.length > 2);
  const names = [...interfaces.values()].flatMap(namesIn);
  return new Set([...stems.filter((stem) => !common.has(stem.toLowerCase())), ...names]);
}

function testsOf(ran: readonly RanCheck[]): readonly NamedTest[] {
  return rollsOf(ran).flatMap(({ tests }) => tests);
}
