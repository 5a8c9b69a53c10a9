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
  /** Names of tests that are written as before, in a file whose surroundings only lost something. */
  readonly untouched: ReadonlySet<string>;
  /** Whether a file of tests that names none of its own asserts anything. */
  readonly isScript: (path: string) => boolean;
  /** Paths of tests that the change alters or removes, and what they are and were. */
  readonly changedTests: readonly string[];
  readonly contents: string;
  /** Whether a test is about something that the request has taken away, and that is gone. */
  readonly isTakenAway: (test: TestFacts) => boolean;
  /** Whether the work was asked to change the test of that name. */
  readonly isExcused: (test: string) => boolean;
}

export function takeCensus(input: CensusInput): readonly Finding[] {
  return input.base.flatMap((base) => [...findLost(base, input), ...findChanged(base, input)]);
}

function findLost(
  base: Roll,
  { candidate, written, changedTests, contents, isExcused, isScript, isTakenAway }: CensusInput,
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
  const passes = indexByLast([...statuses].flatMap(([name, status]) => (status === 'passed' ? [name] : [])));
  const followersOf = renamedTests(written);
  const writtenBefore = indexTests(written.before);
  // Two files may have tests of one name: that there are fewer of them tells.
  const [had, has] = [countPassed(base), countPassed(now)];
  const lost = passed.filter(({ name, file }) => {
    const status = statuses.get(name);
    const isWhole = status === 'passed' && (has.get(name) ?? 0) >= (had.get(name) ?? 0);
    // A test that fails is the check's own finding.
    if (isWhole || status === 'failed' || isExcused(name)) return false;
    if (file === name && !isScript(name)) return false;
    if (writtenBefore(name).some(isTakenAway)) return false;
    const isFollowed = (follower: string) => passes(follower).some((each) => endsWith(each, follower));
    return status !== undefined || !followersOf(name).some(isFollowed);
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

/** New tests that ask at least what a test asked that is gone: with the same body, or with all of its cases. */
function renamedTests({ before, after }: CensusInput['written']): (name: string) => readonly string[] {
  const kept = new Set(after.map(({ name }) => name));
  const had = new Set(before.map(({ name }) => name));
  const goneAt = indexTests(before.filter(({ name, assertions }) => !kept.has(name) && assertions.length > 0));
  const come = after.filter(({ name }) => !had.has(name));
  const byBody = Map.groupBy(come, ({ body }) => body);
  const byLast = Map.groupBy(come, ({ name }) => lastOf(name));
  const byCase = new Map<string, TestFacts[]>();
  for (const each of come)
    for (const literal of new Set(each.cases))
      byCase.set(literal, [...(byCase.get(literal) ?? []), each].slice(-maxFollowers));
  /** Those that may ask as much: with the same body, a case in common, or the same name. */
  const near = (each: TestFacts) => [
    ...(byBody.get(each.body) ?? []),
    ...(byCase.get(each.assertions.flatMap(({ literals }) => literals)[0] ?? '') ?? []),
    ...(byLast.get(lastOf(each.name)) ?? []),
  ];
  return (name) =>
    goneAt(name).flatMap((each) =>
      near(each)
        .filter((other) => asksAsMuch(each, other))
        .map((other) => other.name),
    );
}

/** Tests that hold one literal, such as 1, at most. */
const maxFollowers = 50;

/** Tests as they are written, by the name that a runner gives them. */
function indexTests(tests: readonly TestFacts[]): (name: string) => readonly TestFacts[] {
  const byLast = Map.groupBy(tests, ({ name }) => lastOf(name));
  return (name) => (byLast.get(lastOf(name)) ?? []).filter((each) => endsWith(name, each.name));
}

function indexByLast(names: readonly string[]): (name: string) => readonly string[] {
  const byLast = Map.groupBy(names, lastOf);
  return (name) => byLast.get(lastOf(name)) ?? [];
}

function countPassed({ tests }: Roll): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name, status } of tests) if (status === 'passed') counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function lastOf(name: string): string {
  return name.split(/ > |::/).at(-1) ?? name;
}

/** Whether a test asks at least what another did, of all of its cases. */
export function asksAsMuch(gone: TestFacts, come: TestFacts): boolean {
  if (gone.body === come.body) return true;
  if (come.skipped !== null) return false;
  const asked = gone.assertions.flatMap(({ literals }) => literals);
  const told = new Set(come.cases);
  const strength = ({ assertions }: TestFacts) => assertions.reduce((all, each) => all + each.strength, 0);
  const isNamesake = lastOf(gone.name) === lastOf(come.name);
  const hasCases = asked.length > 0 ? asked.every((literal) => told.has(literal)) : isNamesake;
  return hasCases && strength(come) >= strength(gone);
}

/** Runners put files and groups before what a test is called. */
function endsWith(name: string, written: string): boolean {
  return name === written || name.endsWith(written) || lastOf(name) === lastOf(written);
}

function findChanged(
  base: Roll,
  { restored, candidate, written, untouched, changedTests, contents, isExcused, isScript, isTakenAway }: CensusInput,
): readonly Finding[] {
  if (restored === null) return [];
  const now = restored.find(({ check }) => check === base.check);
  const about = `${base.check} ${contents}`;
  const passed = passedTests(base);
  if (passed.length === 0) {
    if (now !== undefined && now.passed >= base.passed) return [];
    const says = `with its tests as they were, ${base.check} has ${now?.passed ?? 0} passing tests and had ${base.passed}`;
    return [{ family: 'test-changed', path: changedTests[0] ?? '', line: null, says, about }];
  }
  const later = candidate.find(({ check }) => check === base.check);
  const passesNow = new Set(later === undefined ? [] : passedTests(later).map(({ name }) => name));
  const passing = new Set(now === undefined ? [] : passedTests(now).map(({ name }) => name));
  const writtenBefore = indexTests(written.before);
  const untouchedAt = indexByLast([...untouched]);
  const [had, has] = [countPassed(base), now === undefined ? new Map<string, number>() : countPassed(now)];
  // A file that does not load as it was tells nothing of tests in it that are as they were, and pass.
  const seen = new Set(now?.tests.map(({ name }) => name));
  const isAsBefore = (name: string) =>
    !seen.has(name) && passesNow.has(name) && untouchedAt(name).some((each) => endsWith(name, each));
  const broken = passed.filter(
    ({ name, file }) =>
      !(passing.has(name) && (has.get(name) ?? 0) >= (had.get(name) ?? 0)) &&
      !isExcused(name) &&
      !writtenBefore(name).some(isTakenAway) &&
      !isAsBefore(name) &&
      (file !== name || isScript(name)),
  );
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
