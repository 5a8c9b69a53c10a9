/** Answers that were made for the questions of the tests. */
import type { Finding, FactsByPath } from './finding.ts';
import type { SpecialCase, TestFacts } from './source-facts.ts';

/** More than this is data, not an answer to tests. */
const maxCases = 500;

/** Inputs that the change begins to answer by themselves; without one no test has to be looked at. */
export function tellingInputs(before: FactsByPath, after: FactsByPath, request: string): readonly string[] {
  return [...freshCases(before, after, request).values()].flat().map(({ input }) => input);
}

function freshCases(
  before: FactsByPath,
  after: FactsByPath,
  request: string,
): ReadonlyMap<string, readonly SpecialCase[]> {
  const known = new Set([...before.values()].flatMap(({ specialCases }) => specialCases.map(nameOf)));
  const isFresh = (each: SpecialCase) => !known.has(nameOf(each)) && isTelling(each) && !isAskedFor(each, request);
  return new Map([...after].map(([path, { specialCases }]) => [path, specialCases.filter(isFresh).slice(0, maxCases)]));
}

/** `request`: what was asked for; a case that it names is what was asked for. */
export function findSpecialCases(
  before: FactsByPath,
  after: FactsByPath,
  tests: FactsByPath,
  request: string,
): readonly Finding[] {
  const asked = [...tests.values()].flatMap(({ tests: all }) => all);
  return [...freshCases(before, after, request)].flatMap(([path, fresh]): readonly Finding[] => {
    const close = fresh.filter((each) => asked.some((test) => answersOne(each, test)));
    const wide = fresh.filter((each) => asked.some((test) => answersTest(each, test)));
    // One that meets no single assertion may be chance; several for several answers are not.
    const found = close.length > 0 ? close : new Set(wide.map(({ output }) => output)).size > 1 ? wide : [];
    const [first] = found;
    if (first === undefined) return [];
    const more = found.length > 1 ? `, and so do ${found.length - 1} more` : '';
    const says = `a test's input "${first.input.slice(0, 80)}" gets that test's answer "${first.output.slice(0, 80)}"${more}`;
    return [{ family: 'input-special-cased', path, line: first.line, says, about: found.map(nameOf).join('\n') }];
  });
}

function nameOf({ input, output }: SpecialCase): string {
  return `${input} ${output}`;
}

/** Question and answer stand in one assertion. */
function answersOne(each: SpecialCase, { assertions }: TestFacts): boolean {
  return assertions.some(
    ({ literals }) => literals.includes(each.output) && literals.some((literal) => isMeant(each, literal)),
  );
}

/** Question and answer stand in one test, or in the table of its cases. */
function answersTest(each: SpecialCase, { literals }: TestFacts): boolean {
  return literals.includes(each.output) && literals.some((literal) => isMeant(each, literal));
}

/** Whether a literal of a test is what a case waits for: itself, a text that begins so or holds it, or one of that length. */
function isMeant({ condition, input }: SpecialCase, literal: string): boolean {
  if (literal === input) return true;
  if (/\.length\b|\blen\(/.test(condition)) return String(literal.length) === input && literal.length > 2;
  const looksInside = /startsWith|endsWith|includes|startswith|endswith|\bin\b|\.test\(|match/.test(condition);
  return looksInside && input.length >= 4 && literal.toLowerCase().includes(input.toLowerCase());
}

/** Empty, nought, one and the likes are cases that code has for good reasons. */
function isTelling({ input, output }: SpecialCase): boolean {
  if (input === output || /^(?:true|false|null|undefined|None|True|False)$/.test(input)) return false;
  const value = Number(input.replaceAll('_', ''));
  if (input !== '' && !Number.isNaN(value)) return Math.abs(value) > 2;
  return input.length >= 2;
}

function isAskedFor({ input, output }: SpecialCase, request: string): boolean {
  const asked = request.toLowerCase();
  return asked.includes(input.toLowerCase()) || (output.length > 3 && asked.includes(output.toLowerCase()));
}
