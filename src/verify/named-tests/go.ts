import { fieldOf, parseJson, textIn } from '../json-value.ts';
import { dropParents } from './drop-parents.ts';
import type { NamedTest, Reading } from './named-test.ts';
import { offerLines } from './named-test.ts';

const testLine = /^ *--- (PASS|FAIL|SKIP): (\S+) \(\d[\d.]*s\)$/;
const meaning = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped' } as const;

/**
 * go test -v and -json. Names are as go writes them: subtests behind `/`, spaces as `_`; the file is not said. Packages
 * are kept apart where events name them.
 */
export function readGoNames(lines: readonly string[]): Reading {
  const tests: NamedTest[] = [];
  const packages: string[] = [];
  const rest = offerLines(lines, (line) => {
    const [, word, name = ''] = testLine.exec(line) ?? [];
    const event = word === undefined ? readGoEvent(line) : { word, name, package: '' };
    if (event === null) return false;
    tests.push({ name: event.name, file: null, status: meaning[event.word as keyof typeof meaning] });
    packages.push(event.package);
    return true;
  });
  return { tests: dropParents(tests, '/', (_test, index) => packages[index] ?? ''), rest };
}

/** A test’s end; `null` for every other line. */
function readGoEvent(line: string): { readonly word: string; readonly name: string; readonly package: string } | null {
  if (!/^\{.*"Action":"(?:pass|fail|skip)"/.test(line)) return null;
  const event = parseJson(line);
  const word = textIn(event, 'Action')?.toUpperCase() ?? '';
  const name = textIn(event, 'Test');
  if (name === null || !Object.hasOwn(meaning, word) || fieldOf(event, 'Package') === undefined) return null;
  return { word, name, package: textIn(event, 'Package') ?? '' };
}
