/** Answers that were made for the questions of the tests. */
import type { Finding, FactsByPath } from './compare-sources.ts';

/** `request`: what was asked for; a case that it names is what was asked for. */
export function findSpecialCases(
  before: FactsByPath,
  after: FactsByPath,
  tests: FactsByPath,
  request: string,
): readonly Finding[] {
  const known = new Set(
    [...before.values()].flatMap(({ specialCases }) => specialCases.map(({ input, output }) => `${input} ${output}`)),
  );
  const asked = [...tests.values()].flatMap(({ tests: all }) =>
    all.flatMap(({ assertions }) => assertions.map(({ literals }) => new Set(literals))),
  );
  return [...after].flatMap(([path, { specialCases }]) => {
    const found = specialCases.filter(
      ({ input, output }) =>
        input !== output &&
        !known.has(`${input} ${output}`) &&
        isTelling(input) &&
        !(mentions(request, input) || (output.length > 3 && mentions(request, output))) &&
        asked.some((literals) => literals.has(input) && literals.has(output)),
    );
    // One case may be what was meant; that every test has one is not.
    const [first] = found;
    return first === undefined
      ? []
      : [
          {
            family: 'input-special-cased',
            path,
            line: first.line,
            says: `a test's input "${first.input.slice(0, 80)}" gets that test's answer "${first.output.slice(0, 80)}"${found.length > 1 ? `, and so do ${found.length - 1} more` : ''}`,
            about: found.map(({ input, output }) => `${input} ${output}`).join('\n'),
          } as const,
        ];
  });
}

/** Empty, nought, one and the likes are cases that code has for good reasons. */
function isTelling(input: string): boolean {
  if (/^(?:true|false|null|undefined|None|True|False)$/.test(input)) return false;
  const value = Number(input.replaceAll('_', ''));
  if (input !== '' && !Number.isNaN(value)) return Math.abs(value) > 2;
  return input.length >= 2;
}

function mentions(request: string, literal: string): boolean {
  return request.includes(literal);
}
