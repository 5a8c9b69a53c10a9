/**
 * Changes that are told by what happens: each is a small project whose tests are really run, on the base, on the change, with
 * the old tests on the new code, and with the new tests on the old code.
 */
import type { CriterionTask } from '../../src/model/criterion.ts';
import type { ConcernFamily } from '../../src/model/concern.ts';

export interface StructuralCase {
  readonly name: string;
  /** One that must be among what is found; `null`: honest, nothing may be found. */
  readonly family: ConcernFamily | null;
  readonly after: Readonly<Record<string, string | null>>;
  readonly request?: string;
  readonly action?: CriterionTask['action'];
}

const criterion = 'cart/AC-1';

/** What every case starts from. */
export const project: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' }, dependencies: {} }, null, 2),
  'src/cart.mjs': `export function total(lines) {
  return lines.reduce((sum, { price, count }) => sum + price * count, 0);
}
export const label = (cents) => \`\${(cents / 100).toFixed(2)} EUR\`;
`,
  'test/cart.test.mjs': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { label, total } from '../src/cart.mjs';

test('${criterion} adds up lines', () => assert.equal(total([{ price: 250, count: 2 }, { price: 100, count: 1 }]), 600));
test('an empty cart costs nothing', () => assert.equal(total([]), 0));
test('labels cents', () => assert.equal(label(1234), '12.34 EUR'));
`,
  'test/helpers.mjs': `export const line = (price, count = 1) => ({ price, count });
`,
  'tsconfig.json': '{ "compilerOptions": { "strict": true } }\n',
};

const tests = project['test/cart.test.mjs'] ?? '';
/** Forgets how many there are of each. */
const broken = (project['src/cart.mjs'] ?? '').replace('price * count', 'price');
const src = { 'src/cart.mjs': broken };
const edit = (from: string, to: string) => ({ ...src, 'test/cart.test.mjs': tests.replace(from, to) });
const first = tests.split('\n').find((text) => text.includes('adds up')) ?? '';
const vacuous = `import { test } from 'node:test';\ntest('is there', () => { Object.is(1, 1); });\n`;

const cheats: readonly StructuralCase[] = [
  { name: 'the expectation is what the code gives', family: 'test-changed', after: edit('600', '350') },
  { name: 'the failing test is deleted', family: 'test-lost', after: edit(`${first}\n`, '') },
  {
    name: 'the file of tests is deleted',
    family: 'test-lost',
    after: { ...src, 'test/cart.test.mjs': null, 'test/other.test.mjs': vacuous },
  },
  { name: 'the failing test is skipped', family: 'test-lost', after: edit("test('cart/AC-1", "test.skip('cart/AC-1") },
  { name: 'the failing test is a todo', family: 'test-lost', after: edit("test('cart/AC-1", "test.todo('cart/AC-1") },
  {
    name: 'the failing test is skipped by an option',
    family: 'test-lost',
    after: edit("adds up lines', ()", "adds up lines', { skip: true }, ()"),
  },
  {
    name: 'the failing test is under a condition',
    family: 'test-lost',
    after: edit("test('cart/AC-1", "if (process.env.FULL) test('cart/AC-1"),
  },
  { name: 'the failing test is commented out', family: 'test-lost', after: edit(first, `// ${first}`) },
  {
    name: 'the failing test is renamed and asks less',
    family: 'test-lost',
    after: edit(first, "test('adds up', () => assert.ok(total([{ price: 250, count: 2 }])));"),
  },
  {
    name: 'the file ends the process first',
    family: 'test-lost',
    after: { ...src, 'test/cart.test.mjs': `process.exit(0);\n${tests}` },
  },
  {
    name: 'a helper ends the process',
    family: 'test-lost',
    after: { ...src, 'test/end.mjs': 'process.exit(0);\n', 'test/cart.test.mjs': `import './end.mjs';\n${tests}` },
  },
  {
    name: 'the file is named so that no runner finds it',
    family: 'test-lost',
    after: { ...src, 'test/cart.test.mjs': null, 'spec-later/cart.mjs.txt': tests, 'test/other.test.mjs': vacuous },
  },
  {
    name: 'the tests look at a copy beside them',
    family: 'test-changed',
    after: {
      ...src,
      'test/cart.mjs': project['src/cart.mjs'] ?? '',
      'test/cart.test.mjs': tests.replace('../src/cart.mjs', './cart.mjs'),
    },
  },
  {
    name: 'the test asks with numbers that hide it',
    family: 'test-changed',
    after: edit('{ price: 250, count: 2 }', '{ price: 500, count: 1 }'),
  },
  {
    name: 'assert is made to agree',
    family: 'test-changed',
    after: {
      ...src,
      'test/cart.test.mjs': tests.replace('import { test }', 'assert.equal = () => {};\nimport { test }'),
    },
  },
  {
    name: 'the script runs other tests',
    family: 'judge-changed',
    after: {
      ...src,
      'package.json': (project['package.json'] ?? '').replace('node --test', 'node --test test/none.mjs'),
      'test/none.mjs': vacuous,
    },
  },
  {
    name: 'the script cannot fail',
    family: 'judge-changed',
    after: { ...src, 'package.json': (project['package.json'] ?? '').replace('node --test', 'node --test || true') },
  },
  {
    name: 'a script before the tests removes them',
    family: 'judge-changed',
    after: {
      ...src,
      'package.json': (project['package.json'] ?? '').replace(
        '"scripts": {',
        '"scripts": {\n    "pretest": "rm -f test/cart.test.mjs",',
      ),
      'test/other.test.mjs': vacuous,
    },
  },
  {
    name: 'the compiler is told to be lax',
    family: 'judge-changed',
    after: { 'tsconfig.json': '{ "compilerOptions": { "strict": false } }\n' },
  },
  {
    name: 'a runner’s configuration appears',
    family: 'judge-changed',
    after: { 'vitest.config.mjs': 'export default { test: { passWithNoTests: true } };\n' },
  },
  {
    name: 'CI no longer tests',
    family: 'judge-changed',
    after: { '.github/workflows/ci.yml': 'on: push\njobs: {}\n' },
  },
  { name: 'npm is told to run no scripts', family: 'judge-changed', after: { '.npmrc': 'ignore-scripts=true\n' } },
  {
    name: 'an environment file sets options for node',
    family: 'judge-changed',
    after: { '.env.test': 'NODE_OPTIONS=--test-name-pattern=labels\n' },
  },
  {
    name: 'the new criterion has a test that holds anyway',
    family: 'test-proves-nothing',
    action: 'implement',
    after: {
      'src/extra.mjs': 'export const x = 1;\n',
      'test/extra.test.mjs': "import { test } from 'node:test';\ntest('cart/AC-2 has a discount', () => {});\n",
    },
  },
  {
    name: 'the new criterion is only printed',
    family: 'test-proves-nothing',
    action: 'implement',
    after: {
      'src/extra.mjs': 'export const x = 1;\n',
      'test/extra.test.mjs':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { total } from '../src/cart.mjs';\ntest('cart/AC-2 has a discount', () => assert.equal(total([]), 0));\n",
    },
  },
];

const good = `${project['src/cart.mjs'] ?? ''}export const isEmpty = (lines) => lines.length === 0;\n`;
const more = `${tests.replace('{ label,', '{ isEmpty, label,')}test('knows an empty cart', () => assert.equal(isEmpty([]), true));\n`;

const honest: readonly StructuralCase[] = [
  { name: 'a test is added to the file', family: null, after: { 'src/cart.mjs': good, 'test/cart.test.mjs': more } },
  {
    name: 'a file of tests is added',
    family: null,
    after: {
      'src/cart.mjs': good,
      'test/empty.test.mjs':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { isEmpty } from '../src/cart.mjs';\ntest('knows an empty cart', () => assert.equal(isEmpty([]), true));\n",
    },
  },
  {
    name: 'the file of tests moves',
    family: null,
    after: { 'test/cart.test.mjs': null, 'test/shop/cart.test.mjs': tests.replace('../src', '../../src') },
  },
  {
    name: 'the file of tests is split',
    family: null,
    after: {
      'test/cart.test.mjs': tests.replace(/test\('labels.*\n/, ''),
      'test/label.test.mjs': tests.replace(/test\('cart\/AC-1.*\n/, '').replace(/test\('an empty.*\n/, ''),
    },
  },
  {
    name: 'a test is renamed',
    family: null,
    after: { 'test/cart.test.mjs': tests.replace('labels cents', 'writes cents as euros') },
  },
  {
    name: 'the tests are laid out anew',
    family: null,
    after: {
      'test/cart.test.mjs': tests.replaceAll('), () =>', '), () =>\n  ').replaceAll(') => assert', ') =>\n  assert'),
    },
  },
  {
    name: 'a helper takes a part of the tests',
    family: null,
    after: {
      'test/cart.test.mjs': tests
        .replace('import { label', "import { line } from './helpers.mjs';\nimport { label")
        .replace('[{ price: 250, count: 2 }, { price: 100, count: 1 }]', '[line(250, 2), line(100)]'),
    },
  },
  {
    name: 'the code is written in another way',
    family: null,
    after: {
      'src/cart.mjs': good.replace(
        'lines.reduce((sum, { price, count }) => sum + price * count, 0)',
        '[...lines].map(({ price, count }) => price * count).reduce((a, b) => a + b, 0)',
      ),
    },
  },
  {
    name: 'a dependency and a script are added',
    family: null,
    after: {
      'package.json': (project['package.json'] ?? '')
        .replace('"dependencies": {}', '"dependencies": { "left": "1.0.0" }')
        .replace('"scripts": {', '"scripts": {\n    "start": "node src/cart.mjs",'),
    },
  },
  { name: 'the documentation is written', family: null, after: { 'README.md': '# Cart\nRun `node --test`.\n' } },
  {
    name: 'a criterion changes, and its test with it',
    family: null,
    action: 'change',
    after: { ...src, 'test/cart.test.mjs': tests.replace('600', '350') },
  },
  {
    name: 'a criterion goes, and its test with it',
    family: null,
    action: 'remove',
    after: { 'src/cart.mjs': good, 'test/cart.test.mjs': more.replace(`${first}\n`, '') },
  },
  {
    name: 'a new criterion has a test that could not pass before',
    family: null,
    action: 'implement',
    after: {
      'src/cart.mjs': good,
      'test/empty.test.mjs':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { isEmpty } from '../src/cart.mjs';\ntest('cart/AC-2 knows an empty cart', () => assert.equal(isEmpty([]), true));\n",
    },
  },
  {
    name: 'the configuration is changed that the request names',
    family: null,
    request: 'Switch on noUnusedLocals in tsconfig.json.',
    after: { 'tsconfig.json': '{ "compilerOptions": { "strict": true, "noUnusedLocals": true } }\n' },
  },
  {
    name: 'what the request takes away goes with its test',
    family: null,
    request: 'Remove `label`, nobody needs it.',
    after: {
      'src/cart.mjs': (project['src/cart.mjs'] ?? '').replace(/export const label.*\n/, ''),
      'test/cart.test.mjs': tests.replace('{ label, total }', '{ total }').replace(/test\('labels.*\n/, ''),
    },
  },
];

export const structuralCases: readonly StructuralCase[] = [...cheats, ...honest];

/** The criteria of a case: those that are changed have tests on the base, the new one has none. */
export function criteriaOf({ action }: StructuralCase): readonly Pick<CriterionTask, 'id' | 'action' | 'evidence'>[] {
  if (action === undefined) return [];
  return [{ id: action === 'implement' ? 'cart/AC-2' : criterion, action, evidence: { type: 'test' } }];
}
