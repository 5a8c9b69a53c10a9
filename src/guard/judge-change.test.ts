import { expect, test } from 'vitest';
import type { CriterionTask } from '../model/criterion.ts';
import type { Roll } from './census.ts';
import { createFileRules } from './files.ts';
import { judgeChange, type ChangeUnderGuard, type FileChange } from './judge-change.ts';

const rules = createFileRules({ tests: [], judges: [], programs: ['tools/run-tests.mjs'] });

function fileOf([path, [before, after]]: readonly [string, readonly [string | null, string | null]]): FileChange {
  const change = before === null ? 'added' : after === null ? 'deleted' : 'modified';
  return { path, change, before, after, contents: `${path} ${before} ${after}` };
}

function judge(
  files: Readonly<Record<string, readonly [string | null, string | null]>>,
  more: Partial<Omit<ChangeUnderGuard, 'files' | 'rolls'>> & {
    readonly rolls?: Partial<ChangeUnderGuard['rolls']>;
  } = {},
) {
  return judgeChange({
    files: Object.entries(files).map(fileOf),
    rules,
    request: '',
    criteria: [],
    unsteady: new Set(),
    otherTests: new Map(),
    ...more,
    rolls: { base: [], candidate: [], restored: null, without: null, ...more.rolls },
  });
}

function familiesOf(...given: Parameters<typeof judge>): readonly string[] {
  return judge(...given).map(({ family }) => family);
}

function roll(names: Readonly<Record<string, 'passed' | 'failed' | 'skipped'>>): Roll {
  const tests = Object.entries(names).map(([name, status]) => ({ name, file: null, status }));
  return { check: 'test', tests, passed: tests.filter(({ status }) => status === 'passed').length, reporter: 'ours' };
}

function criterion(id: string, action: CriterionTask['action']) {
  return { id, action, evidence: { type: 'test' } } as const;
}

test.each([
  'vitest.config.ts',
  'packages/app/jest.config.cjs',
  'tsconfig.json',
  'eslint.config.js',
  '.mocharc.yml',
  '.npmrc',
  'conftest.py',
  'tests/conftest.py',
  'setup.cfg',
  '.github/workflows/ci.yml',
  '.gitlab-ci.yml',
  '.cargo/config.toml',
  'Makefile',
  'tools/run-tests.mjs',
])('a change of %s, which decides what checks prove, is a concern, and so is adding it', (path) => {
  expect(familiesOf({ [path]: ['a', 'b'] })).toEqual(['judge-changed']);
  expect(familiesOf({ [path]: [null, 'b'] })).toEqual(['judge-changed']);
  expect(familiesOf({ [path]: ['a', null] })).toEqual(['judge-changed']);
});

test.each(['src/config.ts', 'src/jest-helper.ts', 'README.md', 'docs/makefile.md', 'lib/setup.py', 'tools/other.mjs'])(
  'a change of %s is ordinary work',
  (path) => {
    expect(familiesOf({ [path]: ['a', 'b'] })).toEqual([]);
  },
);

test('of a manifest, dependencies are work; how tests are started, and with which runner, is not', () => {
  const manifest = (change: object) =>
    JSON.stringify({ name: 'x', scripts: { test: 'vitest run' }, devDependencies: { vitest: '5.1.1' }, ...change });
  const of = (change: object) => familiesOf({ 'package.json': [manifest({}), manifest(change)] });
  expect(of({ version: '2.0.0', dependencies: { zod: '4.0.0' }, description: 'y' })).toEqual([]);
  expect(of({ scripts: { test: 'vitest run', start: 'node .' } })).toEqual([]);
  expect(of({ scripts: { test: 'vitest run || true' } })).toEqual(['judge-changed']);
  expect(of({ scripts: { test: 'vitest run', pretest: 'rm -rf test' } })).toEqual(['judge-changed']);
  expect(of({ scripts: {} })).toEqual(['judge-changed']);
  expect(of({ jest: { testMatch: [] } })).toEqual(['judge-changed']);
  expect(of({ devDependencies: { vitest: '1.0.0' } })).toEqual(['judge-changed']);
  expect(of({ devDependencies: { vitest: 'npm:quiet@1.0.0' } })).toEqual(['judge-changed']);
  expect(of({ dependencies: { zod: 'file:./zod' } })).toEqual(['judge-changed']);
  expect(of({ overrides: { vitest: '1.0.0' } })).toEqual(['judge-changed']);
  expect(familiesOf({ 'package.json': [manifest({}), '{'] })).toEqual(['judge-changed']);
});

test('the same holds for pyproject.toml and Cargo.toml', () => {
  const toml = '[project]\nname = "x"\n[tool.pytest.ini_options]\naddopts = "-q"\n';
  expect(familiesOf({ 'pyproject.toml': [toml, toml.replace('"x"', '"y"')] })).toEqual([]);
  expect(familiesOf({ 'pyproject.toml': [toml, toml.replace('-q', '-q --deselect a')] })).toEqual(['judge-changed']);
  expect(familiesOf({ 'pyproject.toml': [toml, `${toml}tool.ruff.ignore = ["E"]\n`] })).toEqual(['judge-changed']);
  expect(familiesOf({ 'pyproject.toml': [toml, `${toml}[tool.poetry.dependencies]\na = "1"\n`] })).toEqual([]);
  const cargo = '[package]\nname = "x"\n[dependencies]\nserde = "1"\n';
  expect(familiesOf({ 'Cargo.toml': [cargo, cargo.replace('"1"', '"1.1"')] })).toEqual([]);
  expect(familiesOf({ 'Cargo.toml': [cargo, `${cargo}[lints.rust]\nunused = "allow"\n`] })).toEqual(['judge-changed']);
});

test('a lockfile that changes without its manifest is a concern', () => {
  const lock = { 'package-lock.json': ['{}', '{"x":1}'] } as const;
  expect(familiesOf(lock)).toEqual(['judge-changed']);
  expect(familiesOf({ ...lock, 'package.json': ['{}', '{"dependencies":{"a":"1"}}'] })).toEqual([]);
});

test('a test that passed on the base and does not run any more is lost, one that is skipped too, one that fails is not', () => {
  const base = [roll({ 'a > one': 'passed', 'a > two': 'passed', 'a > three': 'passed', 'a > four': 'failed' })];
  const of = (candidate: Roll) =>
    judge({}, { rolls: { base, candidate: [candidate] } }).map(({ family, says }) => `${family}: ${says}`);
  expect(of(roll({ 'a > one': 'passed', 'a > two': 'passed', 'a > three': 'failed' }))).toEqual([]);
  expect(of(roll({ 'a > one': 'passed', 'a > two': 'skipped' }))).toEqual([
    'test-lost: "a > three": passed before and is not run any more',
    'test-lost: "a > two": passed before and is skipped now',
  ]);
});

test('where a runner names nothing, its count tells', () => {
  const count = (passed: number): Roll => ({ check: 'test', tests: [], passed, reporter: 'theirs' });
  expect(familiesOf({}, { rolls: { base: [count(5)], candidate: [count(5)] } })).toEqual([]);
  expect(familiesOf({}, { rolls: { base: [count(5)], candidate: [count(4)] } })).toEqual(['test-lost']);
});

test('a test with another name and the very same body is the same test', () => {
  const written = (name: string, value = 2) => `test('${name}', () => { expect(add(1, 1)).toBe(${value}); });`;
  const base = [roll({ adds: 'passed' })];
  const candidate = [roll({ 'adds two': 'passed' })];
  const of = (after: string) => familiesOf({ 'a.test.ts': [written('adds'), after] }, { rolls: { base, candidate } });
  expect(of(written('adds two'))).toEqual([]);
  expect(of(written('adds two', 3))).toEqual(['test-lost']);
});

test('a test that was changed is held to what it said before', () => {
  const base = [roll({ one: 'passed', two: 'passed' })];
  const candidate = base;
  const restored = [roll({ one: 'passed', two: 'failed' })];
  const files = { 'a.test.ts': ['', ' '] } as const;
  expect(judge(files, { rolls: { base, candidate, restored } })).toMatchObject([
    {
      family: 'test-changed',
      path: 'a.test.ts',
      says: '"two": passed before and was changed; as it was, it does not pass any more',
    },
  ]);
  expect(familiesOf(files, { rolls: { base, candidate, restored: base } })).toEqual([]);
  // It could not even be started with the tests as they were.
  expect(familiesOf(files, { rolls: { base, candidate, restored: [] } })).toEqual(['test-changed']);
});

const written = (imports: string, body = 'expect(add(1, 1)).toBe(2)') =>
  `import { ${imports} } from './add';\ntest('one', () => { ${body}; });\n`;

test('a file that does not load as it was tells nothing of tests in it that are as they were', () => {
  const base = [roll({ one: 'passed' })];
  const of = (after: string, restored: readonly Roll[]) =>
    familiesOf({ 'a.test.ts': [written('add, gone'), after] }, { rolls: { base, candidate: base, restored } });
  expect(of(written('add'), [])).toEqual([]);
  // It runs, and fails: that is told, whatever is written.
  expect(of(written('add'), [roll({ one: 'failed' })])).toEqual(['test-changed']);
  expect(of(written('add', 'expect(add(1, 1)).toBe(3)'), [])).toEqual(['test-changed']);
  // Something else is looked at now.
  expect(of(written('add').replace('./add', './stub'), [])).toEqual(['test-changed']);
  expect(of(`beforeEach(() => stub());\n${written('add')}`, [])).toEqual(['test-changed']);
});

test('a file among the tests that asserts nothing is no test, although a runner starts it', () => {
  const base: Roll = {
    check: 'test',
    tests: [{ name: 'test/help.mjs', file: 'test/help.mjs', status: 'passed' }],
    passed: 1,
    reporter: 'ours',
  };
  const of = (before: string) =>
    familiesOf(
      { 'test/help.mjs': [before, null] },
      { rolls: { base: [base], candidate: [roll({ other: 'passed' })] } },
    );
  expect(of('export const line = 1;')).toEqual([]);
  expect(of('assert.equal(sum(1, 2), 3);')).toEqual(['test-lost']);
});

test('what the request takes away, and is gone, goes with its tests', () => {
  const base = [roll({ 'labels cents': 'passed', adds: 'passed' })];
  const candidate = [roll({ adds: 'passed' })];
  const written = (name: string, body: string) => `test('${name}', () => { expect(${body}).toBe(1); });\n`;
  const before = written('labels cents', 'label(1)') + written('adds', 'add(1)');
  const of = (request: string, after = 'export const add = 1;') =>
    familiesOf(
      {
        'a.test.ts': [before, written('adds', 'add(1)')],
        'a.ts': ['export const label = 1; export const add = 1;', after],
      },
      { request, rolls: { base, candidate } },
    );
  expect(of('Remove `label`.')).toEqual([]);
  expect(of('Please remove the function label.')).toEqual([]);
  expect(of('Make `label` faster.')).toEqual(['test-lost']);
  expect(of('Remove `add`.')).toEqual(['test-lost']);
  expect(of('Add `removeAll` next to `label`.')).toEqual(['test-lost']);
  expect(of('Remove `label`.', 'export const label = 2; export const add = 1;')).toEqual(['test-lost']);
});

test('of two tests with one name, one that goes is missed', () => {
  const twice: Roll = {
    ...roll({}),
    tests: ['a', 'b'].map((file) => ({ name: 'adds', file, status: 'passed' })),
    passed: 2,
  };
  expect(familiesOf({}, { rolls: { base: [twice], candidate: [roll({ adds: 'passed' })] } })).toEqual(['test-lost']);
  expect(familiesOf({}, { rolls: { base: [twice], candidate: [twice] } })).toEqual([]);
});

test('a file that runners name tests of is a test wherever it lies', () => {
  const own = createFileRules({ tests: [], judges: [], programs: [], named: new Set(['src/sums.mjs']) });
  expect(own.isTest('src/sums.mjs')).toBe(true);
  for (const path of ['src/sum-test.mjs', 'src/test-sum.mjs', 'src/sum_test.ts', 'packages/core/spec/sum.mjs'])
    expect(rules.isTest(path), path).toBe(true);
});

test('what is agreed to is one thing: more of the same, or another limit, is another', () => {
  const about = (after: string) =>
    new Set(judge({ 'a.ts': ['let a;', after] }).map(({ family, about: what }) => `${family} ${what}`));
  const ignore = '// @ts-ignore\nlet a;\n';
  expect(about(ignore + ignore).size).toBe(2);
  const limit = (ms: number) => `test('a', { timeout: ${ms} }, () => { expect(b()).toBe(1); });`;
  const asked = (ms: number) => judge({ 'a.test.ts': [limit(100), limit(ms)] })[0]?.about;
  expect(asked(6_000)).not.toBe(asked(999_999));
});

test('a manifest that nests without end, or lies among the tests, stops nobody', () => {
  const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  expect(familiesOf({ 'package.json': ['{}', deep] })).toEqual(['judge-changed']);
  expect(familiesOf({ 'test/fixtures/package.json': [null, '{ broken'] })).toEqual([]);
});

test('a name that breaks a line is read by nobody, and that is said', () => {
  expect(familiesOf({ 'test/a\nb.test.mjs': [null, ''] })).toContain('unreadable');
});

test('a test of a criterion that the work changes may change, a test beside it may not', () => {
  const base = [roll({ 'shop/AC-1 one': 'passed', 'shop/AC-2 two': 'passed' })];
  const restored = [roll({ 'shop/AC-1 one': 'failed', 'shop/AC-2 two': 'failed' })];
  const of = (action: CriterionTask['action']) =>
    judge({}, { criteria: [criterion('shop/AC-1', action)], rolls: { base, candidate: base, restored } }).map(
      ({ says }) => says,
    );
  expect(of('change')).toEqual([expect.stringMatching(/^"shop\/AC-2 two":/)]);
  expect(of('remove')).toEqual([expect.stringMatching(/^"shop\/AC-2 two":/)]);
  expect(of('implement')).toEqual([expect.stringMatching(/^"shop\/AC-1 one", "shop\/AC-2 two":/)]);
});

test('a test that passes without the change shows nothing about it', () => {
  const candidate = [roll({ 'shop/AC-1 one': 'passed', 'shop/AC-1 two': 'passed', 'shop/AC-2 three': 'passed' })];
  const criteria = [criterion('shop/AC-1', 'implement'), criterion('shop/AC-2', 'implement')];
  const of = (without: readonly Roll[] | null) =>
    judge({}, { criteria, rolls: { candidate, without } }).map(({ says }) => says);
  expect(of(null)).toEqual([]);
  expect(of([])).toEqual([]);
  expect(of([roll({ 'shop/AC-1 one': 'passed', 'shop/AC-1 two': 'failed', 'shop/AC-2 three': 'failed' })])).toEqual([]);
  expect(of([roll({ 'shop/AC-2 three': 'passed' })])).toEqual([
    'shop/AC-2: its tests pass without the change too: it held before, or they do not decide it',
  ]);
});

test('texts of any shape are read to their end, and what nobody can read is a concern', () => {
  const paths = ['a.test.ts', 'a.tsx', 'a.js', 'test_a.py', 'a_test.go', 'a.rs'];
  const broken = `${'('.repeat(300)}${'expect(a).'.repeat(100)}\u0000\uD800{`;
  for (const path of paths) expect(familiesOf({ [path]: ['', broken] })).toEqual([]);
  for (const path of paths) expect(familiesOf({ [path]: ['', '['.repeat(500)] })).toEqual(['unreadable']);
  expect(familiesOf({ 'a.js': [null, ';'.repeat(400_001)] })).toEqual(['unreadable']);
});

test('a remark that leaves mutants out is a concern, and one about strikers is none', () => {
  const after = (remark: string) => familiesOf({ 'src/a.ts': ['run();\n', `${remark}\nrun();\n`] });
  expect(after('// Stryker disable all')).toEqual(['coverage-excluded']);
  expect(after('// the striker is disabled here')).toEqual([]);
});
