/** Two versions of the same texts: what the change brings that lets tests pass without saying anything. */
import type { ConcernFamily } from '../model/concern.ts';
import { tellsLess } from './compare-assertions.ts';
import type { Mark, SourceFacts, TestFacts } from './source-facts.ts';

/** A concern before it has its key. */
export interface Finding {
  readonly family: ConcernFamily;
  readonly path: string;
  readonly line: number | null;
  readonly says: string;
  /** What it is about, exactly: a person's word on it holds for this. */
  readonly about: string;
}

export type FactsByPath = ReadonlyMap<string, SourceFacts>;

/** `isExcused`: whether the work was asked to change the test of that name. */
export function compareSources(
  before: FactsByPath,
  after: FactsByPath,
  isExcused: (test: string) => boolean,
): readonly Finding[] {
  return [
    ...compareMarks(before, after),
    ...compareTests(before, after, isExcused),
    ...compareFileLimits(before, after),
  ];
}

/** More of a mark than the whole change had before; what only moved is the same. */
function compareMarks(before: FactsByPath, after: FactsByPath): readonly Finding[] {
  const had = new Map<string, number>();
  for (const { marks } of before.values())
    for (const mark of marks) had.set(keyOf(mark), (had.get(keyOf(mark)) ?? 0) + 1);
  const findings: Finding[] = [];
  for (const [path, { marks }] of after) {
    for (const mark of marks) {
      const left = had.get(keyOf(mark)) ?? 0;
      had.set(keyOf(mark), left - 1);
      if (left > 0) continue;
      const { family, line, says, text } = mark;
      findings.push({ family, path, line, says, about: text });
    }
  }
  return findings;
}

function keyOf({ family, text }: Mark): string {
  return `${family} ${text}`;
}

function compareTests(
  before: FactsByPath,
  after: FactsByPath,
  isExcused: (test: string) => boolean,
): readonly Finding[] {
  const old = new Map<string, TestFacts>();
  for (const { tests } of before.values()) for (const test of tests) old.set(test.name, test);
  return [...after].flatMap(([path, { tests }]) =>
    tests.flatMap((test) => {
      if (isExcused(test.name)) return [];
      const earlier = old.get(test.name);
      return compareTest(earlier, test).map(({ family, says }): Finding => ({
        family,
        path,
        line: test.line,
        says: `"${test.name}": ${says}`,
        about: `${test.name} ${test.body}`,
      }));
    }),
  );
}

function compareTest(
  before: TestFacts | undefined,
  after: TestFacts,
): readonly { readonly family: ConcernFamily; readonly says: string }[] {
  const found: { readonly family: ConcernFamily; readonly says: string }[] = [];
  const saysNothing =
    after.isEmpty || (after.assertions.length > 0 && after.assertions.every(({ strength }) => strength === 0));
  if (before === undefined) {
    if (saysNothing && after.skipped === null) found.push({ family: 'assertion-empty', says: emptiness(after) });
    return found;
  }
  if (after.skipped !== null && before.skipped === null)
    found.push({ family: 'test-skipped', says: `it does not always run to its end any more (${after.skipped})` });
  if (after.timeoutMs !== null && after.timeoutMs > (before.timeoutMs ?? 0) && after.timeoutMs > usualTimeoutMs)
    found.push({ family: 'timeout-stretched', says: `it is given ${after.timeoutMs} ms` });
  const hadSomething = !before.isEmpty && before.assertions.some(({ strength }) => strength > 0);
  if (hadSomething && saysNothing) found.push({ family: 'assertion-empty', says: emptiness(after) });
  else {
    const loss = before.body === after.body ? null : tellsLess(before.assertions, after.assertions);
    if (loss !== null) found.push({ family: 'assertion-weakened', says: loss });
  }
  return found;
}

/** What runners give by themselves at most; a lower limit is a stricter one. */
const usualTimeoutMs = 5_000;

function emptiness({ isEmpty }: TestFacts): string {
  return isEmpty ? 'it does nothing and asserts nothing' : 'what it asserts holds whatever the code does';
}

function compareFileLimits(before: FactsByPath, after: FactsByPath): readonly Finding[] {
  return [...after].flatMap(([path, { timeoutMs }]) => {
    const had = before.get(path);
    if (had === undefined || timeoutMs === null || timeoutMs <= (had.timeoutMs ?? usualTimeoutMs)) return [];
    return [
      {
        family: 'timeout-stretched',
        path,
        line: null,
        says: `its tests are given ${timeoutMs} ms`,
        about: `${timeoutMs}`,
      } as const,
    ];
  });
}
