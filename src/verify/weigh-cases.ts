/** Which test files of a breaker say something about the work. Pure: what their tests did in several runs decides. */
import type { BreakerCase, CaseJudgements } from '../model/breaker.ts';
import { criteriaIn } from './criterion-names.ts';
import type { NamedTest } from './named-tests/named-test.ts';

export interface CaseFile {
  readonly path: string;
  readonly text: string;
  /** Of an earlier round: it counts already, and the work must pass it. */
  readonly isKnown: boolean;
}

export interface CaseRuns {
  /** Tests of every run on the work with the cases in it, the same files each time. */
  readonly runs: readonly (readonly NamedTest[])[];
  /** Tests of a run of the cases without the work; `null` where nobody asked. */
  readonly without: readonly NamedTest[] | null;
  /** Names of tests that the work has by itself. */
  readonly others: ReadonlySet<string>;
  readonly criteria: ReadonlySet<string>;
  /** Words by which a test can mean something of the program: names of files, of what they declare. */
  readonly words: ReadonlySet<string>;
}

type Said = 'passed' | 'failed' | 'nothing';

export function weighCase(file: CaseFile, { runs, without, others, criteria, words }: CaseRuns): BreakerCase {
  const { path, text, isKnown } = file;
  const tests = runs.map((run) => testsOf(file, run, others));
  const own = tests.flat().filter(({ name }) => name !== path);
  const cited = [...new Set(own.flatMap(({ name }) => criteriaIn(name, criteria)))].sort();
  const outcome = (verdict: BreakerCase['verdict'], says: string) => ({ path, criteria: cited, verdict, says });
  const said = tests.map(whatIsSaid);
  const isSteady = new Set(said).size === 1;
  if (isKnown)
    return said.every((each) => each === 'passed')
      ? outcome('held', 'passes')
      : outcome('broke', said[0] === 'nothing' ? 'no test of it runs any more' : 'fails');
  if (own.length === 0) return outcome('did-not-run', 'no test of it ran; does the file load?');
  if (cited.length === 0) return outcome('no-criterion', 'write the id of the criterion into the name of each test');
  if (!isSteady) return outcome('unsteady', `said ${said.join(', ')} in ${said.length} runs on the same files`);
  if (said[0] === 'nothing') return outcome('did-not-run', 'all of its tests are skipped');
  if (!mentions(text, words)) return outcome('trivial', 'it touches nothing of the program');
  if (said[0] === 'failed') return outcome('broke', 'fails');
  const before = without === null ? 'nothing' : whatIsSaid(testsOf(file, without, others));
  return before === 'passed' ? outcome('trivial', 'it passes without the work, too') : outcome('held', 'passes');
}

/** What is not judged to be valid does not count; what counted before is not judged again. */
export function judgeCases(
  cases: readonly BreakerCase[],
  known: ReadonlySet<string>,
  { judgements }: CaseJudgements,
): readonly BreakerCase[] {
  // Judged twice and not alike is not judged.
  const isValid = (path: string) => {
    const about = judgements.filter(({ file }) => file === path);
    return about.length > 0 && about.every(({ valid }) => valid);
  };
  return cases.map((each) => {
    const isOpen = (each.verdict === 'broke' || each.verdict === 'held') && !known.has(each.path);
    if (!isOpen || isValid(each.path)) return each;
    const why = judgements.find(({ file, valid }) => file === each.path && !valid)?.why;
    return { ...each, verdict: 'against-the-spec', says: why ?? 'its judge said nothing about it' };
  });
}

/** By the file that the runner names; where it names none, by the test's name in the text. */
function testsOf(
  { path, text }: CaseFile,
  tests: readonly NamedTest[],
  others: ReadonlySet<string>,
): readonly NamedTest[] {
  return tests.filter(({ name, file }) =>
    file === null
      ? !others.has(name) && text.includes(name.split(/ > |::|\//).at(-1) ?? name)
      : file === path || file.endsWith(`/${path}`),
  );
}

function whatIsSaid(tests: readonly NamedTest[]): Said {
  if (tests.some(({ status }) => status === 'failed')) return 'failed';
  return tests.some(({ status }) => status === 'passed') ? 'passed' : 'nothing';
}

function mentions(text: string, words: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$-]+/gu)) if (words.has(word)) return true;
  return false;
}
