/** Which test files of a breaker say something about the work. Pure: what their tests did in several runs decides. */
import type { BreakerCase, CaseJudgements } from '../model/breaker.ts';
import { criteriaIn } from './criterion-names.ts';
import type { NamedTest } from './named-tests/named-test.ts';

export interface CaseFile {
  readonly path: string;
  readonly text: string;
  /** Of an earlier round: names of its tests, which the work must all pass. `null`: it is new. */
  readonly known: readonly string[] | null;
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
  const { path, text, known } = file;
  const foreign = known === null ? others : new Set([...others].filter((name) => !known.includes(name)));
  const tests = runs.map((run) => testsOf(file, run, foreign));
  const names = [...new Set(tests.flat().map(({ name }) => name))].filter((name) => name !== path).sort();
  const cited = [...new Set(names.flatMap((name) => criteriaIn(name, criteria)))].sort();
  const outcome = (verdict: BreakerCase['verdict'], says: string) => ({
    path,
    criteria: cited,
    tests: known === null ? names.slice(0, maxTests) : [...known],
    verdict,
    says,
  });
  const said = tests.map((run) => whatIsSaid(path, run));
  if (known !== null) {
    const missing = known.find((name) => !tests.every((run) => passes(run, name)));
    if (said.every((each) => each === 'passed') && missing === undefined) return outcome('held', 'passes');
    return outcome('broke', missing === undefined ? 'fails' : `"${missing.slice(0, 200)}" does not pass`);
  }
  if (text.length > maxChars)
    return outcome('did-not-run', `longer than ${maxChars} characters, so nobody can judge it`);
  if (names.length === 0) return outcome('did-not-run', 'no test of it ran; does the file load?');
  if (cited.length === 0) return outcome('no-criterion', 'write the id of the criterion into the name of each test');
  if (new Set(said).size > 1)
    return outcome('unsteady', `said ${said.join(', ')} in ${said.length} runs on the same files`);
  if (said[0] === 'nothing') return outcome('did-not-run', 'all of its tests are skipped');
  if (!mentions(text, words)) return outcome('trivial', 'it touches nothing of the program');
  if (said[0] === 'failed') return outcome('broke', 'fails');
  const before = without === null ? 'nothing' : whatIsSaid(path, testsOf(file, without, foreign));
  return before === 'passed' ? outcome('trivial', 'it passes without the work, too') : outcome('held', 'passes');
}

/** What its judge is shown, and no more. */
const maxChars = 20_000;
const maxTests = 200;

function passes(tests: readonly NamedTest[], name: string): boolean {
  const own = tests.filter((each) => each.name === name);
  return own.length > 0 && own.every(({ status }) => status === 'passed');
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
    file === null ? !others.has(name) && text.includes(name.split(/ > |::|\//).at(-1) ?? name) : file === path,
  );
}

/** Some runners report a file as a test: that one can fail it, and proves nothing. */
function whatIsSaid(path: string, tests: readonly NamedTest[]): Said {
  if (tests.some(({ status }) => status === 'failed')) return 'failed';
  return tests.some(({ name, status }) => status === 'passed' && name !== path) ? 'passed' : 'nothing';
}

function mentions(text: string, words: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$-]+/gu)) if (words.has(word)) return true;
  return false;
}
