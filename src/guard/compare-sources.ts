/** Two versions of the same texts: what the change brings that lets tests pass without saying anything. */
import { hasWord } from './asked-for.ts';
import { compareTests, usualTimeoutMs } from './compare-tests.ts';
import type { Finding, FactsByPath } from './finding.ts';
import type { Mark } from './source-facts.ts';

/** `isExcused`: whether the work was asked to change the test of that name. */
export function compareSources(
  before: FactsByPath,
  after: FactsByPath,
  isExcused: (test: string) => boolean,
  request: string,
): readonly Finding[] {
  return [
    ...compareMarks(before, after, request),
    ...compareTests(before, after, isExcused, request),
    ...compareFileLimits(before, after),
  ];
}

/** More of a mark than the whole change had before; what only moved is the same. */
function compareMarks(before: FactsByPath, after: FactsByPath, request: string): readonly Finding[] {
  const had = new Map<string, number>();
  for (const { marks } of before.values())
    for (const mark of marks) had.set(keyOf(mark), (had.get(keyOf(mark)) ?? 0) + 1);
  const findings: Finding[] = [];
  for (const [path, { marks }] of after) {
    const lifted = liftedFamilies(before.get(path)?.marks ?? [], marks);
    for (const mark of marks) {
      const left = had.get(keyOf(mark)) ?? 0;
      had.set(keyOf(mark), left - 1);
      if (left > 0 || (mark.inOldFiles === true && !before.has(path))) continue;
      const { family, line, says, text } = mark;
      if (lifted.has(family)) continue;
      // What is replaced by name was asked for by name.
      if (mark.target !== undefined && namesTarget(request, family, mark.target)) continue;
      // One more of the same is another thing to agree to.
      findings.push({ family, path, line, says, about: `${text} #${-left}` });
    }
  }
  return findings;
}

/** Families of which a mark for the whole file is gone, so that what came for single places is less than what was. */
function liftedFamilies(before: readonly Mark[], after: readonly Mark[]): ReadonlySet<Mark['family']> {
  const left = new Set(after.map(keyOf));
  const isWide = ({ text }: Mark) =>
    /\b(?:eslint|oxlint|tslint)[-:]disable(?!-)|@ts-nocheck|flake8: noqa|ruff: noqa|^# (?:pylint: disable|type: ignore|mypy:)/.test(
      text,
    );
  return new Set(before.flatMap((mark) => (isWide(mark) && !left.has(keyOf(mark)) ? [mark.family] : [])));
}

/** A variable of the environment has to be named as one: whoever wants a green CI has not asked to look for it. */
function namesTarget(request: string, family: Mark['family'], target: string): boolean {
  if (family !== 'grader-detected') return hasWord(request, target);
  return new RegExp(
    `\`${target}\`|\\benv(?:iron)?\\W+${target}\\b|\\bvariable \\W?${target}\\b|\\b${target}\\W? (?:environment )?variable\\b`,
  ).test(request);
}

function keyOf({ family, text }: Mark): string {
  return `${family} ${text}`;
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
