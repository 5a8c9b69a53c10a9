import { dropParents } from '../named-tests/drop-parents.ts';
import { joinNames, longestPath } from '../named-tests/join-names.ts';
import type { NamedTest, TestStatus } from '../named-tests/named-test.ts';
import type { XmlElement } from './xml.ts';

const sourceFile = /^[^\s:]+\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|cs|php|swift)$/;
const didNotRun = /^(?:skipped|disabled|ignored|notrun|pending|suppressed|todo)$/i;

/**
 * The test cases of a JUnit report, suites within suites included; `null` when the root is none. Runners differ in what
 * they repeat: a suite, class or file that the rest of the name begins with is left out.
 */
export function readJunit(root: XmlElement): readonly NamedTest[] | null {
  if (root.name !== 'testsuites' && root.name !== 'testsuite') return null;
  const tests: NamedTest[] = [];
  collectCases(root, [], null, tests);
  // deno lists a test beside its steps.
  return dropParents(tests, ' > ', ({ file }) => file ?? '');
}

/** As deep as the reader of XML lets elements nest. */
function collectCases(suite: XmlElement, path: readonly string[], file: string | null, tests: NamedTest[]): void {
  // The outermost name is that of the runner or of its configuration.
  const name = suite.name === 'testsuites' ? '' : (suite.attributes.get('name') ?? '');
  const fits = name !== '' && joinNames(path, name).length <= longestPath;
  const inside = fits ? [...path, name] : path;
  const here = suite.attributes.get('file') ?? suite.attributes.get('filepath') ?? file;
  for (const child of suite.children) {
    if (child.name === 'testsuite') collectCases(child, inside, here, tests);
    else if (child.name === 'testcase') tests.push(readCase(child, inside, here));
  }
}

function readCase(element: XmlElement, suites: readonly string[], suiteFile: string | null): NamedTest {
  const name = (element.attributes.get('name') ?? '').trim().replaceAll(' › ', ' > ');
  const group = (element.attributes.get('classname') ?? '').trim();
  const named = [...suites, group].find((part) => sourceFile.test(part)) ?? null;
  const file = element.attributes.get('file') ?? suiteFile ?? named;
  // With suites inside suites the class only joins their names.
  const groups = [...suites, suites.length > 1 ? '' : group].filter((part) => part !== file && part !== named);
  const kept = groups.filter(
    (part, index) => ![...groups.slice(index + 1), name].some((later) => repeats(later, part)),
  );
  return { name: joinNames(kept, name), file, status: readStatus(element) };
}

function repeats(later: string, part: string): boolean {
  return later === part || later.startsWith(`${part} `);
}

function readStatus({ children, attributes }: XmlElement): TestStatus {
  const said = attributes.get('status') ?? '';
  if (children.some(({ name }) => name === 'failure' || name === 'error') || /^(?:failed|error)$/i.test(said)) {
    return 'failed';
  }
  const skipped = children.some(({ name }) => name === 'skipped' || name === 'disabled');
  return skipped || isExpectedToFail(children) || didNotRun.test(said) || didNotRun.test(attributes.get('result') ?? '')
    ? 'skipped'
    : 'passed';
}

/** playwright says so in a property. */
function isExpectedToFail(children: readonly XmlElement[]): boolean {
  const properties = children.filter(({ name }) => name === 'properties').flatMap((element) => element.children);
  return properties.some(({ attributes }) => attributes.get('name') === 'fail');
}
