import type { NamedTest } from './named-test.ts';

/** Nobody nests deeper; bounds the work on hostile names. */
const deepest = 20;

/**
 * The tests without those that only hold others, for runners that list both: one whose name goes on in that of another
 * stays only when it failed and none of those did. Names are compared within a scope, such as a file.
 */
export function dropParents(
  tests: readonly NamedTest[],
  separator: string,
  scopeOf: (test: NamedTest, index: number) => string,
): readonly NamedTest[] {
  const parents = new Map<string, { failed: boolean }>();
  for (const [index, test] of tests.entries()) {
    const scope = scopeOf(test, index);
    let cut = test.name.lastIndexOf(separator);
    for (let depth = 0; cut > 0 && depth < deepest; depth += 1) {
      const key = `${scope} ${test.name.slice(0, cut)}`;
      const known = parents.get(key) ?? { failed: false };
      known.failed ||= test.status === 'failed';
      parents.set(key, known);
      cut = test.name.lastIndexOf(separator, cut - 1);
    }
  }
  return tests.filter((test, index) => {
    const inside = parents.get(`${scopeOf(test, index)} ${test.name}`);
    return inside === undefined || (test.status === 'failed' && !inside.failed);
  });
}
