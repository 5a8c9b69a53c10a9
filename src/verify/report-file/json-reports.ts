/** Reports in JSON. A state that is not known proves nothing: it counts as skipped. */
import { fieldOf, listIn, textIn, textsIn } from '../json-value.ts';
import { joinNames } from '../named-tests/join-names.ts';
import type { NamedTest, TestStatus } from '../named-tests/named-test.ts';

const meaning: Readonly<Record<string, TestStatus>> = {
  passed: 'passed',
  xpassed: 'passed',
  failed: 'failed',
  error: 'failed',
};

function toStatus(word: string | null): TestStatus {
  return word !== null && Object.hasOwn(meaning, word) ? (meaning[word] ?? 'skipped') : 'skipped';
}

/** The Common Test Report Format, ctrf.io. */
export function readCtrf(report: unknown): readonly NamedTest[] {
  return listIn(fieldOf(report, 'results'), 'tests').map((test) => {
    // Reporters write one text, or a list.
    const suites = [textIn(test, 'suite') ?? '', ...textsIn(test, 'suite')];
    return {
      name: joinNames(suites, textIn(test, 'name') ?? ''),
      file: textIn(test, 'filePath'),
      status: toStatus(textIn(test, 'status')),
    };
  });
}

/** jest --json, and vitest, which writes the same shape. */
export function readJestJson(report: unknown): readonly NamedTest[] {
  return listIn(report, 'testResults').flatMap((file) =>
    listIn(file, 'assertionResults').map((test) => ({
      name: joinNames(textsIn(test, 'ancestorTitles'), textIn(test, 'title') ?? ''),
      file: textIn(file, 'name'),
      status: toStatus(textIn(test, 'status')),
    })),
  );
}

/** pytest-json-report. */
export function readPytestJson(report: unknown): readonly NamedTest[] {
  return listIn(report, 'tests').map((test) => {
    const [file = null, ...names] = (textIn(test, 'nodeid') ?? '').split('::');
    return { name: joinNames(names, ''), file, status: toStatus(textIn(test, 'outcome')) };
  });
}

interface Suite {
  readonly suite: unknown;
  readonly path: readonly string[];
}

/** Suites nest a handful of levels; deeper ones are no report of playwright. */
const deepest = 64;

/** playwright, reporter json: one test for each project. What is expected to fail proves nothing. */
export function readPlaywrightJson(report: unknown): readonly NamedTest[] {
  const tests: NamedTest[] = [];
  const waiting: Suite[] = listIn(report, 'suites').map((suite) => ({ suite, path: [] }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { suite, path } = next;
    const file = textIn(suite, 'file');
    for (const spec of listIn(suite, 'specs')) {
      const name = joinNames(path, textIn(spec, 'title') ?? '');
      for (const test of listIn(spec, 'tests')) tests.push({ name, file, status: readPlaywrightStatus(test) });
    }
    if (path.length === deepest) continue;
    for (const inner of listIn(suite, 'suites'))
      waiting.push({ suite: inner, path: [...path, textIn(inner, 'title') ?? ''] });
  }
  return tests;
}

function readPlaywrightStatus(test: unknown): TestStatus {
  const status = textIn(test, 'status');
  if (status === 'unexpected') return 'failed';
  const ran = status === 'expected' || status === 'flaky';
  return ran && textIn(test, 'expectedStatus') === 'passed' ? 'passed' : 'skipped';
}
