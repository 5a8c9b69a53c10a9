import type { Assertion } from './source-facts.ts';

/**
 * Why the assertions of a test tell less than they did, in words; `null` when they do not. What is rewritten may tell as
 * much with fewer words; what is only added never tells less.
 */
export function tellsLess(before: readonly Assertion[], after: readonly Assertion[]): string | null {
  const come = subtract(after, before);
  const whole = come.filter(({ strength }) => strength > 3);
  const gone = subtract(before, after).filter((each) => !whole.some((other) => covers(other, each)));
  if (gone.length === 0) return null;
  const looser = findLooser(gone, come);
  if (looser !== null) return looser;
  const [had, has] = [sum(gone), sum(come)];
  if (has >= had) {
    const hollow = come.find(({ strength }) => strength === 0);
    return hollow === undefined ? null : `"${shorten(hollow.text)}" holds whatever the code does`;
  }
  const lost = gone.find((each) => !come.some(({ subject }) => subject === each.subject)) ?? gone[0];
  return `it asserts less than before: "${shorten(lost?.text ?? '')}" is gone or tells less`;
}

/** What was asked of the parts is asked of the whole. */
function covers(whole: Assertion, part: Assertion): boolean {
  return part.subject.startsWith(`${whole.subject}.`) || part.subject.startsWith(`${whole.subject}[`);
}

/** The same thing looked at in the same way, and more is let through. */
function findLooser(gone: readonly Assertion[], come: readonly Assertion[]): string | null {
  for (const old of gone) {
    const now = come.find(
      ({ subject, matcher, bound }) => bound !== null && subject === old.subject && matcher === old.matcher,
    );
    if (old.bound === null || now?.bound === undefined || now.bound === null) continue;
    const grew = now.bound.value > old.bound.value;
    if (now.bound.value !== old.bound.value && (old.bound.looserWhen === 1) === grew)
      return `the bound of "${shorten(now.text)}" was ${old.bound.value}`;
  }
  return null;
}

/** Those that are not in the other list, each counted. */
function subtract(all: readonly Assertion[], others: readonly Assertion[]): readonly Assertion[] {
  const left = new Map<string, number>();
  // What is swallowed now is not what it was.
  const key = ({ text, strength }: Assertion) => `${strength === 0 ? 0 : 1} ${text}`;
  for (const each of others) left.set(key(each), (left.get(key(each)) ?? 0) + 1);
  return all.filter((each) => {
    const count = left.get(key(each)) ?? 0;
    left.set(key(each), count - 1);
    return count <= 0;
  });
}

/** Two bounds of one thing are a range, which tells less than a value. */
function sum(assertions: readonly Assertion[]): number {
  const bounds = Map.groupBy(
    assertions.filter(({ bound }) => bound !== null),
    ({ subject }) => subject,
  );
  const plain = assertions.filter(({ bound }) => bound === null);
  const add = (all: readonly Assertion[]) => all.reduce((total, { strength }) => total + strength, 0);
  return (
    add(plain) +
    [...bounds.values()].reduce((total, all) => total + Math.max(...all.map(({ strength }) => strength)), 0)
  );
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}…`;
}
