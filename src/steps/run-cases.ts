/** Runs of a breaker's cases on the work: several times, because one that does not say the same each time says nothing. */
import { basename } from 'node:path';
import type { Roll } from '../guard/census.ts';
import type { FileRules } from '../guard/files.ts';
import { listFilesAt, readFilesAt } from '../git/history.ts';
import { mixCommits } from '../git/mixed-commit.ts';
import type { BreakerCase } from '../model/breaker.ts';
import type { EffectOf } from '../model/effect.ts';
import { namesIn } from '../verify/interface-outline.ts';
import type { NamedTest } from '../verify/named-tests/named-test.ts';
import { weighCase, type CaseFile } from '../verify/weigh-cases.ts';
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
  readonly known: { readonly commit: string; readonly paths: readonly string[] } | null;
  readonly fresh: { readonly commit: string; readonly paths: readonly string[] } | null;
}

export interface CaseTrial {
  readonly files: readonly CaseFile[];
  readonly cases: readonly BreakerCase[];
  /** What failed, as the tests print it. */
  readonly excerpt: string;
}

export function openTrials(
  effect: EffectOf<'break'>,
  about: StepItem,
  place: Workplace,
  { rules, interfaces, atBase }: { rules: FileRules; interfaces: Interfaces; atBase: readonly Roll[] },
  context: StepContext,
  signal: AbortSignal,
) {
  const { gitDir } = place.candidate;
  const room = { pipeline: pinned(about), rung: rungOf(about), place, folder: context.home.effect(effect.id) };
  const elsewhere = runElsewhere(effect.id, about, room, reportersOf(atBase), context, signal);
  /** The same files each time, so no two runs may have the same name. */
  const run = async (name: string, commit: string) => elsewhere(name, { commit, from: commit, paths: [] });
  return async (name: string, cases: Cases): Promise<CaseTrial> => {
    const { known, fresh } = cases;
    const commit = await withCases(gitDir, effect.commit, cases);
    const files = [
      ...(await readCases(gitDir, commit, known?.paths ?? [], true)),
      ...(await readCases(gitDir, commit, fresh?.paths ?? [], false)),
    ];
    const ran = [await run(`${name}-1`, commit)];
    for (let number = 2; fresh !== null && number <= runs; number += 1)
      ran.push(await run(`${name}-${number}`, commit));
    const input = {
      runs: ran.map(testsOf),
      without: null,
      others: new Set((await rollsOfCandidate(about, effect.commit, context)).flatMap(namesOf)),
      criteria: new Set(about.item.criteria.map(({ id }) => id as string)),
      words: await readWords(gitDir, effect.commit, rules, interfaces),
    };
    const weighed = files.map((file) => weighCase(file, input));
    const excerpt = (ran[0] ?? [])
      .map(({ result }) => result.excerpt)
      .join('\n')
      .trim()
      .slice(0, excerptChars);
    // One that holds may hold without the work as well.
    if (fresh === null || !weighed.some(({ path, verdict }) => verdict === 'held' && fresh.paths.includes(path)))
      return { files, cases: weighed, excerpt };
    const bare = await withCases(gitDir, effect.base, { known: null, fresh });
    const without = testsOf(await run(`${name}-bare`, bare));
    return { files, cases: files.map((file) => weighCase(file, { ...input, without })), excerpt };
  };
}

/** The files of a commit with those of the cases. */
export async function withCases(gitDir: string, commit: string, { known, fresh }: Cases): Promise<string> {
  const first = known === null ? commit : await mixCommits({ gitDir, commit, from: known.commit, paths: known.paths });
  return fresh === null ? first : mixCommits({ gitDir, commit: first, from: fresh.commit, paths: fresh.paths });
}

async function readCases(
  gitDir: string,
  commit: string,
  paths: readonly string[],
  isKnown: boolean,
): Promise<readonly CaseFile[]> {
  const texts = await readFilesAt(gitDir, commit, paths);
  return paths.map((path) => ({ path, text: texts.get(path)?.toString('utf8') ?? '', isKnown }));
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

function namesOf({ tests }: Roll): readonly string[] {
  return tests.map(({ name }) => name);
}
