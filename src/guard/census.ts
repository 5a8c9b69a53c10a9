/** Tests by name, on the base and on the candidate: which have gone, which would fail as they were. */
import type { NamedTest } from '../verify/named-tests/named-test.ts';
import type { Finding } from './finding.ts';
import type { TestFacts } from './source-facts.ts';

/** Whose report is believed: that of our own reporter, or what the command writes. */
export type Reporter = 'ours' | 'theirs';

/** What one check's tests did in one place. */
export interface Roll {
  readonly check: string;
  readonly tests: readonly NamedTest[];
  /** Passed tests that the runner counts; more than it names, where it names none. */
  readonly passed: number;
  /** `null` where nothing tells yet. */
  readonly reporter: Reporter | null;
}

export interface CensusInput {
  readonly base: readonly Roll[];
  readonly candidate: readonly Roll[];
  /** The candidate with its tests as they were on the base; `null` when it changed none of them. */
  readonly restored: readonly Roll[] | null;
  /** Tests as written, before and after, of files that the change touches. */
  readonly written: { readonly before: readonly TestFacts[]; readonly after: readonly TestFacts[] };
  /** Paths of tests that the change alters or removes, and what they are and were. */
  readonly changedTests: readonly string[];
  readonly contents: string;
  /** Whether the work was asked to change the test of that name. */
  readonly isExcused: (test: string) => boolean;
}

export function takeCensus(input: CensusInput): readonly Finding[] {
  return input.base.flatMap((base) => [...findLost(base, input), ...findChanged(base, input)]);
}

function findLost(
  base: Roll,
  { candidate, written, changedTests, contents, isExcused }: CensusInput,
): readonly Finding[] {
  const now = candidate.find(({ check }) => check === base.check);
  // It could not run: its own status says so.
  if (now === undefined || now.passed === 0) return [];
  const passed = passedTests(base);
  const about = `${base.check} ${contents}`;
  if (passed.length === 0) {
    const says = `${base.check} had ${base.passed} passing tests and has ${now.passed}`;
    return now.passed < base.passed
      ? [{ family: 'test-lost', path: changedTests[0] ?? '', line: null, says, about }]
      : [];
  }
  const statuses = new Map<string, NamedTest['status']>();
  for (const { name, status } of now.tests) if (statuses.get(name) !== 'passed') statuses.set(name, status);
  const passes = [...statuses].flatMap(([name, status]) => (status === 'passed' ? [name] : []));
  const followersOf = renamedTests(written);
  const lost = passed.filter(({ name }) => {
    const status = statuses.get(name);
    // A test that fails is the check's own finding.
    if (status === 'passed' || status === 'failed' || isExcused(name)) return false;
    return (
      status === 'skipped' || !followersOf(name).some((follower) => passes.some((each) => endsWith(each, follower)))
    );
  });
  const skipped = lost.filter(({ name }) => statuses.get(name) === 'skipped');
  return [
    ...group(
      'test-lost',
      lost.filter((each) => !skipped.includes(each)),
      'passed before and is not run any more',
      changedTests,
      about,
    ),
    ...group('test-lost', skipped, 'passed before and is skipped now', changedTests, about),
  ];
}

/** New names of tests whose body did not change. */
function renamedTests({ before, after }: CensusInput['written']): (name: string) => readonly string[] {
  const kept = new Set(after.map(({ name }) => name));
  const had = new Set(before.map(({ name }) => name));
  const gone = before.filter(({ name }) => !kept.has(name));
  return (name) =>
    gone
      .filter((each) => endsWith(name, each.name) && each.assertions.length > 0)
      .flatMap(({ body }) =>
        after.filter((each) => each.body === body && !had.has(each.name)).map((each) => each.name),
      );
}

/** Runners put files and groups before what a test is called. */
function endsWith(name: string, written: string): boolean {
  const last = written.split(' > ').at(-1) ?? written;
  return name === written || name.endsWith(written) || name.split(/ > |::/).at(-1) === last;
}

function findChanged(base: Roll, { restored, changedTests, contents, isExcused }: CensusInput): readonly Finding[] {
  if (restored === null) return [];
  const now = restored.find(({ check }) => check === base.check);
  const about = `${base.check} ${contents}`;
  const passed = passedTests(base);
  if (passed.length === 0) {
    if (now !== undefined && now.passed >= base.passed) return [];
    const says = `with its tests as they were, ${base.check} has ${now?.passed ?? 0} passing tests and had ${base.passed}`;
    return [{ family: 'test-changed', path: changedTests[0] ?? '', line: null, says, about }];
  }
  const passing = new Set(now === undefined ? [] : passedTests(now).map(({ name }) => name));
  const broken = passed.filter(({ name }) => !passing.has(name) && !isExcused(name));
  return group(
    'test-changed',
    broken,
    'passed before and was changed; as it was, it does not pass any more',
    changedTests,
    about,
  );
}

/** One finding for all tests of which the same is to be said. */
function group(
  family: Finding['family'],
  tests: readonly NamedTest[],
  what: string,
  changedTests: readonly string[],
  about: string,
): readonly Finding[] {
  const [first] = tests;
  if (first === undefined) return [];
  const names = tests.slice(0, 5).map(({ name }) => `"${name.slice(0, 150)}"`);
  const more = tests.length > names.length ? ` and ${tests.length - names.length} more` : '';
  const path = first.file !== null && changedTests.includes(first.file) ? first.file : (changedTests[0] ?? '');
  return [
    {
      family,
      path,
      line: null,
      says: `${names.join(', ')}${more}: ${what}`,
      about: `${about} ${tests.map(({ name }) => name).join('\n')}`,
    },
  ];
}

function passedTests({ tests }: Roll): readonly NamedTest[] {
  const failed = new Set(tests.flatMap(({ name, status }) => (status === 'failed' ? [name] : [])));
  const byName = new Map(
    tests.flatMap((test) => (test.status === 'passed' && !failed.has(test.name) ? [[test.name, test] as const] : [])),
  );
  return [...byName.values()];
}
