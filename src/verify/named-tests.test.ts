import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readNamedTests } from './named-tests.ts';

function recorded(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8');
}

/** One line a test, in the order of the alphabet: runners list groups and files in orders of their own. */
function list(output: string): readonly string[] {
  return readNamedTests(output)
    .map(({ name, status, file }) => `${status} ${name}${file === null ? '' : ` in ${file.replace('./', '')}`}`)
    .sort();
}

const months = (file = '') =>
  [
    'failed invoice-download > an open month > invoice-download/AC-2 is refused',
    'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
    'passed login/AC-12 with a # hash',
    'skipped invoice-download > an open month > invoice-download/AC-3 is announced',
    'skipped invoice-download > an open month > invoice-download/AC-4 is logged',
  ].map((line) => `${line}${file}`);

const login = (file: string) =>
  [
    'passed login > an open month > login/AC-2 is refused',
    'passed login > sends a ZIP (login/AC-1)',
    'passed login/AC-12 with a # hash',
    'skipped login > an open month > login/AC-3 is announced',
    'skipped login > an open month > login/AC-4 is logged',
  ].map((line) => `${line}${file}`);

const both = (first: string, second: string) => [...months(` in ${first}`), ...login(` in ${second}`)].sort();

test.each([
  ['vitest-verbose', both('months.test.mjs', 'login.test.mjs')],
  ['vitest-tree', both('months.test.mjs', 'login.test.mjs')],
  ['vitest-verbose-project-color', both('months.test.mjs', 'login.test.mjs')],
  ['vitest-tree-project-color', both('months.test.mjs', 'login.test.mjs')],
  ['jest-verbose', both('months.test.js', 'b.test.js')],
  ['bun', both('months.test.js', 'b.test.js')],
  ['bun-color', both('months.test.js', 'b.test.js')],
])('reads suites, files and verdicts of the recorded output %s', (name, expected) => {
  expect(list(recorded(`named/${name}`))).toEqual(expected);
});

test.each(['vitest-tap', 'vitest-tap-flat'])('reads the files in the recorded output %s as groups', (name) => {
  const inside = [...login('').map(withGroup('login.test.mjs')), ...months().map(withGroup('months.test.mjs'))];
  expect(list(recorded(`named/${name}`))).toEqual(inside.sort());
});

function withGroup(group: string): (line: string) => string {
  return (line) => line.replace(' ', ` ${group} > `);
}

const nested = [
  'failed invoice-download > an open month > invoice-download/AC-2 is refused',
  'failed login/AC-1 outer > second step',
  'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
  'passed login/AC-1 outer > first step',
  'passed login/AC-12 with a # hash > and \\ slash',
  'passed many parts: (1.5ms) in the name',
  'skipped invoice-download > an open month > invoice-download/AC-3 is announced',
  'skipped invoice-download > an open month > invoice-download/AC-4 is logged',
];

test.each([
  ['node-spec', ['failed subtracts', 'passed adds', 'skipped divides', 'skipped multiplies']],
  ['node-tap', ['failed subtracts', 'passed adds', 'skipped divides', 'skipped multiplies']],
  ['named/node-spec', nested],
  ['named/node-tap', nested],
  [
    'named/mocha-spec',
    [
      ...months(),
      'failed login > "before all" hook: broken for "login/AC-1"',
      'passed invoice-download > an open month > is slow',
    ].sort(),
  ],
  [
    'named/playwright-list',
    [
      'failed invoice-download > an open month > invoice-download/AC-2 is refused in pay.spec.mjs',
      'failed login/AC-5 fails as it should in pay.spec.mjs',
      'passed invoice-download > sends a ZIP (invoice-download/AC-1) in pay.spec.mjs',
      'passed login/AC-12 with steps in pay.spec.mjs',
      'passed login/AC-6 is flaky in pay.spec.mjs',
      'skipped invoice-download > an open month > invoice-download/AC-3 is announced in pay.spec.mjs',
      'skipped invoice-download > an open month > invoice-download/AC-4 is logged in pay.spec.mjs',
    ],
  ],
  [
    'named/deno',
    [
      'failed an open month > invoice-download/AC-2 is refused in months_test.ts',
      'passed an open month > outer > login/AC-1 inner in months_test.ts',
      'passed invoice-download/AC-1 sends a ZIP in months_test.ts',
      'passed login/AC-12 prints in months_test.ts',
      'skipped an open month > invoice-download/AC-3 is announced in months_test.ts',
      'skipped invoice-download/AC-4 is logged in months_test.ts',
    ],
  ],
  [
    'named/cargo',
    [
      'failed invoice_download::invoice_download__AC_2_is_refused in src/lib.rs',
      'passed invoice_download::invoice_download__AC_1 in src/lib.rs',
      'passed invoice_download::login__AC_5 in src/lib.rs',
      'passed src/lib.rs - doc (line 15)',
      'skipped invoice_download::invoice_download__AC_3 in src/lib.rs',
    ],
  ],
  ['cargo-failed', ['failed tests::subtracts', 'passed tests::adds', 'skipped tests::divides'].map(inLib)],
  [
    'named/unittest-verbose',
    [
      'failed test_b.TestBroken.setUpClass',
      'failed test_b.TestInvoices.test_invoice_download__AC_2',
      'failed test_b.TestInvoices.test_login__AC_6',
      'failed test_b.TestInvoices.test_login__AC_7',
      'failed test_b.TestInvoices.test_login__AC_9 > (i=1)',
      'passed test_b.TestInvoices.test_documented > login/AC-4: has words of its own',
      'passed test_b.TestInvoices.test_invoice_download__AC_1',
      'passed test_b.TestInvoices.test_login__AC_8',
      'skipped test_b.TestInvoices.test_invoice_download__AC_3',
      'skipped test_b.TestInvoices.test_login__AC_5',
    ],
  ],
  [
    'named/sample-go-verbose',
    [
      'failed TestDownload/an_open_month/invoice-download/AC-2_is_refused',
      'passed TestDownload/invoice-download/AC-1_sends_a_ZIP',
      'passed Test_login__AC_1',
      'skipped TestDownload/invoice-download/AC-3',
      'skipped TestOff_login__AC_4/only',
    ],
  ],
  [
    'named/sample-rspec',
    [
      'failed invoice-download > an open month > invoice-download/AC-2 is refused',
      'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
      'passed login > login/AC-12 with a # hash',
      'skipped invoice-download > an open month > invoice-download/AC-3 is announced',
    ],
  ],
  [
    'named/sample-tap14',
    [
      'failed invoice-download > an open month > invoice-download/AC-2 is refused',
      'passed invoice-download > sends a ZIP (invoice-download/AC-1)',
      'skipped invoice-download/AC-3',
      'skipped invoice-download/AC-4',
    ],
  ],
  [
    'named/sample-pytest-xdist',
    [
      'failed TestOpenMonth > test_invoice_download__AC_2',
      'passed test_invoice_download__AC_1',
      'skipped test_invoice_download__AC_3',
    ].map(inPython),
  ],
  ['named/pytest-prints', ['passed test_a', 'passed test_b'].map(inPython)],
])('reads the recorded output %s', (name, expected) => {
  expect(list(recorded(name))).toEqual(expected);
});

function inLib(line: string): string {
  return `${line} in src/lib.rs`;
}

function inPython(line: string): string {
  return `${line} in test_a.py`;
}

test.each(['pytest-verbose', 'pytest-verbose-color'])(
  'a test of %s whose teardown breaks passed and failed',
  (name) => {
    expect(list(recorded(`named/${name}`))).toEqual(
      [
        'failed TestOpenMonth > test_invoice_download__AC_2_is_refused',
        'failed test_login__AC_7',
        'failed test_login__AC_8',
        'passed test_invoice_download__AC_1',
        'passed test_login[login/AC-12]',
        'passed test_login[login/AC-1]',
        'passed test_login[with space - and FAILED]',
        'passed test_login__AC_6',
        'passed test_login__AC_8',
        'skipped TestOpenMonth > test_invoice_download__AC_3',
        'skipped test_login__AC_5',
      ].map(inPython),
    );
  },
);

test.each([
  'node-none',
  'vitest-none',
  'named/vitest-default-passed',
  'pytest-failed',
  'pytest-quiet',
  'pytest-none',
  'unittest-failed',
  'unittest-passed',
])('the recorded output %s names no test', (name) => {
  expect(readNamedTests(recorded(name))).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['a list', '  - login/AC-1\n  1) login/AC-2\n  ✓ login/AC-3'],
  ['a checklist of a build', '✓ login/AC-1\n ✓ login/AC-2 > done 3ms\n✔ 3 modules'],
  ['ok in prose', 'ok login/AC-1\nok 3 - that is it'],
  ['a table of contents', 'login\n  login/AC-1\n\nFinished in 1 second\n2 examples, 0 failures'],
  ['JSON of a program', '{"Action":"pass","Test":"login/AC-1"}'],
])('%s names no test', (_what, output) => {
  expect(readNamedTests(output)).toEqual([]);
});

test.each([
  [
    'a group whose hook failed',
    '▶ login/AC-1\n  ✔ a (1.1ms)\n✖ login/AC-1 (2.1ms)',
    ['failed login/AC-1', 'passed login/AC-1 > a'],
  ],
  ['a group of node 20', '▶ a\n  ✔ b (1.1ms)\n▶ a (2.1ms)\n\n✔ c (1.1ms)', ['passed a > b', 'passed c']],
  ['an expected failure', '✔ login/AC-1 (0.3ms) # EXPECTED FAILURE', ['skipped login/AC-1']],
  [
    'a closing list of failures, once',
    '✖ a (1ms)\nℹ tests 1\n\n✖ failing tests:\n\ntest at a.js:1:1\n✖ a (1ms)',
    ['failed a'],
  ],
  ['TAP of a skipped failure', '1..1\nnot ok 1 - login/AC-1 # TODO', ['skipped login/AC-1']],
  ['TAP with a hash in the name', '1..1\nok 1 - issue \\#3 # SKIP', ['skipped issue #3']],
  ['unittest before 3.11', 'test_x (test_b.T) ... ok', ['passed test_b.T.test_x']],
  [
    'a go test that failed beside its subtests',
    '--- FAIL: TestA (0.00s)\n    --- PASS: TestA/b (0.00s)',
    ['failed TestA', 'passed TestA/b'],
  ],
  [
    'jest with a project',
    'PASS unit src/a.test.ts (5.1 s)\n  ✓ b (2 ms)\n  ○ skipped 3 tests\n',
    ['passed b in src/a.test.ts'],
  ],
  ['cargo with prints', 'test a::b ... hello\nok\ntest a::c ... FAILED', ['failed a::c', 'passed a::b']],
  [
    'colons behind an id',
    '1..1\nok 1 - x\nrunning 1 test from ./a.ts\nlogin/AC-1 page: opens ... ok (1ms)',
    ['passed login/AC-1 page: opens in a.ts', 'passed x'],
  ],
  [
    'nothing of a message that shows an output of vitest',
    ' RUN  v5.1.1 /a\n\n × a.ts > b 1ms\n\n⎯⎯ Failed Tests 1 ⎯⎯\n\n ✓ a.ts > login/AC-1 1ms\n',
    ['failed b in a.ts'],
  ],
  [
    'nothing of what a test of deno prints',
    'running 1 test from ./a.ts\nb ...\n------- output -------\nlogin/AC-1 ... ok (1ms)\n----- output end -----\nb ... ok (1ms)',
    ['passed b in a.ts'],
  ],
  [
    'a workspace prefix',
    'packages/cart test: PASS src/a.test.js\npackages/cart test:   ✓ b',
    ['passed b in src/a.test.js'],
  ],
])('reads %s', (_what, output, expected) => {
  expect(list(output)).toEqual(expected);
  expect(list(output.replaceAll('\n', '\r\n'))).toEqual(expected);
});

test('a log line of a test does not become the group of the tests below it', () => {
  const output = '\n  login\nlogin/AC-9 on the console\n        far to the right\n    ✔ works\n\n  1 passing (4ms)\n';
  expect(list(output)).toEqual(['passed login > works']);
});

test('several runs in one output are read, each by its own rules', () => {
  const names = [
    'named/jest-verbose',
    'named/node-spec',
    'named/vitest-verbose',
    'named/cargo',
    'named/pytest-verbose',
  ];
  const all = names.map(recorded).join('\n');
  expect(list(all)).toEqual(names.flatMap((name) => list(recorded(name))).sort());
});
