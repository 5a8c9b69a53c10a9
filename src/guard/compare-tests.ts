/** One test before and after: whether it still says as much, and always runs to its end. */
import type { ConcernFamily } from '../model/concern.ts';
import { namesDifference } from './asked-for.ts';
import { tellsLess } from './compare-assertions.ts';
import type { Finding, FactsByPath } from './finding.ts';
import type { TestFacts } from './source-facts.ts';

/** Tests by name, whichever file they are in. */
export function compareTests(
  before: FactsByPath,
  after: FactsByPath,
  isExcused: (test: string) => boolean,
  request: string,
): readonly Finding[] {
  const old = new Map<string, TestFacts>();
  for (const { tests } of before.values()) for (const test of tests) old.set(test.name, test);
  return [...after].flatMap(([path, { tests }]) =>
    tests.flatMap((test) => {
      if (isExcused(test.name)) return [];
      const earlier = old.get(test.name);
      return compareTest(earlier, test, request).map(({ family, says }): Finding => ({
        family,
        path,
        line: test.line,
        says: `"${test.name}": ${says}`,
        about: [test.name, test.body, test.skipped, test.timeoutMs, says].join(' '),
      }));
    }),
  );
}

function compareTest(
  before: TestFacts | undefined,
  after: TestFacts,
  request: string,
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
    if (isStoredAnew(before, after, request))
      found.push({ family: 'snapshot-refreshed', says: 'the answer that is stored in it was replaced' });
    const loss = before.body === after.body ? null : tellsLess(before.assertions, after.assertions);
    if (loss !== null) found.push({ family: 'assertion-weakened', says: loss });
  }
  return found;
}

/** An answer that the runner had written into the test says something else. */
function isStoredAnew(before: TestFacts, after: TestFacts, request: string): boolean {
  const stored = ({ assertions }: TestFacts) => assertions.filter(({ matcher }) => matcher.endsWith('InlineSnapshot'));
  return stored(before).some(({ text, subject }) => {
    const now = stored(after).find((each) => each.subject === subject);
    return now !== undefined && now.text !== text && !namesDifference(request, text, now.text);
  });
}

/** What runners give by themselves at most; a lower limit is a stricter one. */
export const usualTimeoutMs = 5_000;

function emptiness({ isEmpty }: TestFacts): string {
  return isEmpty ? 'it does nothing and asserts nothing' : 'what it asserts holds whatever the code does';
}
