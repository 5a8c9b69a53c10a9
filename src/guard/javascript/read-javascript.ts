import { parser } from '@lezer/javascript';
import type { SourceFacts } from '../source-facts.ts';
import { argumentsOf, createSource, pathOf, textOf, walk, type Source } from '../syntax.ts';
import { readMarks, type Place } from './read-marks.ts';
import { listDeclarations, numberOf, propertyOf, readTests } from './read-tests.ts';
import { readAround } from './around-tests.ts';
import { hashedAnswers, readSpecialCases } from './special-cases.ts';

const dialects: Readonly<Record<string, string>> = { ts: 'ts', mts: 'ts', cts: 'ts', tsx: 'ts jsx' };

/** What a JavaScript or TypeScript text says. `extension`: of its file, without the dot. */
export function readJavascript(text: string, extension: string, place: Place): SourceFacts {
  const tree = parser.configure({ dialect: dialects[extension] ?? 'jsx' }).parse(text);
  const source = createSource(text, tree);
  return {
    tests: place.isTest ? readTests(source) : [],
    marks: [...readMarks(source, place), ...(place.isTest ? [] : hashedAnswers(source))],
    specialCases: place.isTest ? [] : readSpecialCases(source),
    around: place.isTest ? readAround(source) : [],
    timeoutMs: place.isTest ? fileTimeout(source) : null,
  };
}

function fileTimeout(source: Source): number | null {
  let found: number | null = null;
  const tests = listDeclarations(source).filter(({ type }) => type === 'test');
  const isInTest = (at: number) => tests.some(({ call }) => call.from <= at && at < call.to);
  for (const node of walk(source)) {
    if (node.name !== 'CallExpression') continue;
    const path = pathOf(source, node);
    const [given] = argumentsOf(node);
    if (given === undefined) continue;
    const value =
      path === 'vi.setConfig()'
        ? (propertyOf(source, given, 'testTimeout') ?? null)
        : ['jest.setTimeout()', 'test.setTimeout()', 'this.timeout()'].includes(path) && !isInTest(node.from)
          ? given
          : null;
    if (value !== null) found = Math.max(found ?? 0, numberOf(source, value) || Number.POSITIVE_INFINITY);
    if (path === 'test.slow()' || textOf(source, node) === 'test.slow()') found = Math.max(found ?? 0, 90_000);
  }
  return found;
}
