import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReportFile } from './report-file.ts';

function recorded(name: string): string {
  return readFileSync(new URL(`fixtures/named/${name}`, import.meta.url), 'utf8');
}

/** One line a test, in the order of the alphabet, without the file; a word instead when the format is not known. */
function list(text: string): readonly string[] {
  const report = readReportFile(text);
  return report.type === 'unknown' ? ['unknown'] : report.tests.map(({ name, status }) => `${status} ${name}`).sort();
}

function filesOf(text: string): readonly (string | null)[] {
  const report = readReportFile(text);
  return report.type === 'unknown' ? [] : [...new Set(report.tests.map(({ file }) => file))].sort(byText);
}

function byText(a: string | null, b: string | null): number {
  return (a ?? '').localeCompare(b ?? '');
}

const months = [
  'failed invoice-download > an open month > invoice-download/AC-2 is refused',
  'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
  'passed login/AC-12 with a # hash',
  'skipped invoice-download > an open month > invoice-download/AC-3 is announced',
  'skipped invoice-download > an open month > invoice-download/AC-4 is logged',
];
const login = [
  'passed login > an open month > login/AC-2 is refused',
  'passed login > sends a ZIP (login/AC-1)',
  'passed login/AC-12 with a # hash',
  'skipped login > an open month > login/AC-3 is announced',
  'skipped login > an open month > login/AC-4 is logged',
];
const both = [...months, ...login].sort();
const payments = [
  'failed invoice-download > an open month > invoice-download/AC-2 is refused',
  'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
  'passed login/AC-12 with steps',
  'passed login/AC-6 is flaky',
  'skipped invoice-download > an open month > invoice-download/AC-3 is announced',
  'skipped invoice-download > an open month > invoice-download/AC-4 is logged',
  'skipped login/AC-5 fails as it should',
];
const root = '/home/dev/sums';

test.each([
  ['vitest.json', 'vitest-json', both, [`${root}/vt/login.test.mjs`, `${root}/vt/months.test.mjs`]],
  ['vitest-junit.xml', 'junit', both, ['login.test.mjs', 'months.test.mjs']],
  ['jest.json', 'jest-json', both, [`${root}/jt/b.test.js`, `${root}/jt/months.test.js`]],
  ['bun-junit.xml', 'junit', both, ['b.test.js', 'months.test.js']],
  ['playwright.json', 'playwright-json', payments, ['pay.spec.mjs']],
  ['playwright-junit.xml', 'junit', payments, ['pay.spec.mjs']],
  [
    'deno-junit.xml',
    'junit',
    [
      'failed an open month > invoice-download/AC-2 is refused',
      'passed an open month > outer > login/AC-1 inner',
      'passed invoice-download/AC-1 sends a ZIP',
      'passed login/AC-12 prints',
      'skipped an open month > invoice-download/AC-3 is announced',
      'skipped invoice-download/AC-4 is logged',
    ],
    ['./months_test.ts'],
  ],
  [
    'node-junit.xml',
    'junit',
    [
      'failed invoice-download > an open month > invoice-download/AC-2 is refused',
      'failed login/AC-1 outer > second step',
      'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
      'passed login/AC-1 outer > first step',
      'passed test > login/AC-12 with a # hash > and \\ slash',
      'passed test > many parts: (1.5ms) in the name',
      'skipped invoice-download > an open month > invoice-download/AC-3 is announced',
      'skipped invoice-download > an open month > invoice-download/AC-4 is logged',
    ],
    [`${root}/spec.test.mjs`],
  ],
  [
    'mocha-xunit.xml',
    'junit',
    [
      'failed Mocha Tests > invoice-download an open month > invoice-download/AC-2 is refused',
      'failed Mocha Tests > login > "before all" hook: broken for "login/AC-1"',
      'passed Mocha Tests > invoice-download > sends a ZIP (invoice-download/AC-1)',
      'passed Mocha Tests > invoice-download an open month > is slow',
      'passed Mocha Tests > login/AC-12 with a # hash',
      'skipped Mocha Tests > invoice-download an open month > invoice-download/AC-3 is announced',
      'skipped Mocha Tests > invoice-download an open month > invoice-download/AC-4 is logged',
    ],
    [`${root}/mo/sums.js`],
  ],
  [
    'pytest-junit.xml',
    'junit',
    [
      'failed pytest > test_a > test_login__AC_7',
      'failed pytest > test_a > test_login__AC_8',
      'failed pytest > test_a.TestOpenMonth > test_invoice_download__AC_2_is_refused',
      'passed pytest > test_a > test_invoice_download__AC_1',
      'passed pytest > test_a > test_login[login/AC-12]',
      'passed pytest > test_a > test_login[login/AC-1]',
      'passed pytest > test_a > test_login[with space - and FAILED]',
      'passed pytest > test_a > test_login__AC_6',
      'skipped pytest > test_a > test_login__AC_5',
      'skipped pytest > test_a.TestOpenMonth > test_invoice_download__AC_3',
    ],
    [null],
  ],
  [
    'sample-pytest.json',
    'pytest-json',
    [
      'failed TestOpenMonth > test_invoice_download__AC_2',
      'failed test_login__AC_7',
      'passed test_invoice_download__AC_1',
      'skipped test_invoice_download__AC_3',
      'skipped test_login__AC_5',
    ],
    ['test_a.py'],
  ],
  [
    'sample-go-events.json',
    'go-json',
    [
      'failed TestDownload/invoice-download/AC-2',
      'passed TestDownload',
      'passed TestDownload/invoice-download/AC-1_sends_a_ZIP',
      'skipped TestDownload/invoice-download/AC-3',
    ],
    [null],
  ],
  [
    'mocha-tap.txt',
    'tap',
    [
      'failed invoice-download an open month invoice-download/AC-2 is refused',
      'failed login "before all" hook: broken for "login/AC-1"',
      'passed invoice-download an open month is slow',
      'passed invoice-download sends a ZIP (invoice-download/AC-1)',
      'passed login/AC-12 with a  hash',
      'skipped invoice-download an open month invoice-download/AC-3 is announced',
      'skipped invoice-download an open month invoice-download/AC-4 is logged',
    ],
    [null],
  ],
] as const)('knows the format of the recorded report %s and reads it', (name, format, expected, files) => {
  expect(readReportFile(recorded(name))).toMatchObject({ type: 'read', format });
  expect(list(recorded(name))).toEqual(expected);
  expect(filesOf(recorded(name))).toEqual(files);
});

test('a todo is skipped in CTRF, where it is a state called other', () => {
  const report = readReportFile(recorded('jest-ctrf.json'));
  expect(report).toMatchObject({ type: 'read', format: 'ctrf' });
  expect(list(recorded('jest-ctrf.json')).filter((line) => line.includes('AC-4'))).toEqual([
    'skipped b.test.js > login > an open month > login an open month login/AC-4 is logged',
    'skipped months.test.js > invoice-download > an open month > invoice-download an open month invoice-download/AC-4 is logged',
  ]);
});

const suite = (cases: string) => `<testsuites><testsuite name="s">${cases}</testsuite></testsuites>`;

test.each([
  ['a case with an error', suite('<testcase name="a"><error/></testcase>'), ['failed s > a']],
  ['a case that did not run', suite('<testcase name="a" status="notrun"/>'), ['skipped s > a']],
  ['a case that is skipped by its result', suite('<testcase name="a" result="skipped"/>'), ['skipped s > a']],
  ['a case that failed and was skipped', suite('<testcase name="a"><skipped/><failure/></testcase>'), ['failed s > a']],
  ['a flaky case', suite('<testcase name="a"><flakyFailure/></testcase>'), ['passed s > a']],
  [
    'a suite whose name the name of a test begins with, but for a digit',
    '<testsuite name="login/AC-1"><testcase name="login/AC-12 works"/></testsuite>',
    ['passed login/AC-1 > login/AC-12 works'],
  ],
  ['a report without tests', '<testsuites/>', []],
  ['a report behind a mark of its encoding', '\uFEFF<testsuite><testcase name="a"/></testsuite>', ['passed a']],
  [
    'JSON with a status that nobody knows',
    '{"testResults":[{"assertionResults":[{"title":"a","status":"?"}]}]}',
    ['skipped a'],
  ],
  [
    'CTRF with a list of suites',
    '{"results":{"tests":[{"name":"a","suite":["b","c"],"status":"passed"}]}}',
    ['passed b > c > a'],
  ],
])('reads %s', (_what, text, expected) => {
  expect(list(text)).toEqual(expected);
});

test.each([
  ['nothing', ''],
  ['prose', 'All tests passed.'],
  ['another XML', '<html><testcase name="a"/></html>'],
  ['JUnit that was cut off', '<testsuite><testcase name="a"/>'],
  ['JUnit with a document type', '<!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>'],
  ['JSON that was cut off', '{"testResults":[{"assertionResults":[{"title":"a","status":"passed"}'],
  ['other JSON', '{"name":"shop","version":"1.0.0"}'],
  ['a list of JSON', '[1,2]'],
  ['events of go that were cut off', '{"Action":"pass","Package":"p","Test":"a"}\n{"Action":"fa'],
  ['JSON nested without end', '{"suites":'.repeat(200_000)],
])('%s is unknown', (_what, text) => {
  expect(readReportFile(text)).toEqual({ type: 'unknown' });
});

test('JSON of any shape that looks like a report never throws', () => {
  const key = fc.constantFrom(
    'results',
    'tests',
    'suite',
    'testResults',
    'assertionResults',
    'suites',
    'specs',
    'config',
    'exitcode',
    'nodeid',
    'name',
    'status',
    'title',
    'ancestorTitles',
    'file',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, fc.constantFrom(null, 1, 'passed', 'a::b'), tie('list'), tie('object')),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (report) => {
      expect(['read', 'unknown']).toContain(readReportFile(JSON.stringify(report)).type);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [
    'a test id of a million parts',
    `{"exitcode":1,"tests":[{"nodeid":"${'a::'.repeat(1_000_000)}","outcome":"passed"}]}`,
  ],
  [
    'a test below a million groups',
    `{"testResults":[{"assertionResults":[{"title":"a","ancestorTitles":[${'"g",'.repeat(1_000_000)}"g"]}]}]}`,
  ],
  [
    'many tests in one group with a long name',
    `<testsuite name="${'g'.repeat(2_000_000)}">${'<testcase name="a"/>'.repeat(50_000)}</testsuite>`,
  ],
  [
    'many tests in one suite of playwright with a long name',
    `{"config":{},"suites":[{"suites":[{"title":"${'g'.repeat(2_000_000)}","specs":[${'{"tests":[{}]},'.repeat(50_000)}{}]}]}]}`,
  ],
])('of %s no more is kept than the report is long', (_what, text) => {
  const report = readReportFile(text);
  const tests = report.type === 'read' ? report.tests : [];
  expect(tests.length).toBeGreaterThan(0);
  expect(tests.reduce((sum, { name }) => sum + name.length, 0)).toBeLessThanOrEqual(2 * text.length);
});
