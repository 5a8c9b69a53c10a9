import { describe, expect, test } from 'vitest';
import { leavesOf, lintWorkPlan, parseWorkPlan, predecessors } from './work-plan.ts';

const plan = `# Work: Export

## 1. Rows of a month can be read
Criteria: export/AC-1
Files: src/store/**, test/store.test.ts
Size: small
After: -

Begin at the reader that is there.

## 2. The command prints them
After: 1

### 2.1 The happy way
Criteria: export/AC-2
Size: medium

### 2.2 What goes wrong
Criteria: export/AC-3
Size: small
After: 2.1
`;
const ids = ['export/AC-1', 'export/AC-2', 'export/AC-3'];
const lint = (text: string) => lintWorkPlan(parseWorkPlan(text), ids).map(({ text: said }) => said);

test('parts without parts are the items, with fields, words and order', () => {
  const parts = parseWorkPlan(plan);
  expect(leavesOf(parts).map(({ number }) => number)).toEqual(['1', '2.1', '2.2']);
  expect(parts[0]).toMatchObject({
    title: 'Rows of a month can be read',
    files: ['src/store/**', 'test/store.test.ts'],
    size: 'small',
    body: 'Begin at the reader that is there.',
  });
  expect(leavesOf(parts).map((leaf) => predecessors(parts, leaf))).toEqual([[], ['1'], ['1', '2.1']]);
  expect(lint(plan)).toEqual([]);
});

describe('refused is', () => {
  const broken: readonly (readonly [string, string, RegExp])[] = [
    [
      'a criterion that nobody builds',
      plan.replace('Criteria: export/AC-3\n', 'Criteria: export/AC-2\n'),
      /no item is for export\/AC-3/,
    ],
    ['a criterion that two build', plan.replace('AC-3', 'AC-2'), /export\/AC-2 is at 2\.1 already/],
    ['a criterion of another spec', plan.replace('export/AC-3', 'login/AC-3'), /no criterion login\/AC-3/],
    ['a circle', plan.replace('After: -', 'After: 2'), /circle: 1 → 2\.1 → 1/],
    ['an item too large, which is to get parts', plan.replace('Size: medium', 'Size: large'), /2\.1 is too large/],
    ['an item without a size', plan.replace('Size: medium\n', ''), /2\.1 has no size/],
    ['a step after nothing', plan.replace('After: 2.1', 'After: 7'), /2\.2 comes after 7, which there is not/],
    ['one nested too deep', plan.replace('### 2.2 ', '### 2.2.1.1 '), /lies 4 deep/],
    ['a number twice', plan.replace('### 2.2 ', '### 2.1 '), /2\.1 stands twice/],
    [
      'a part with criteria of its own',
      plan.replace('After: 1\n', 'After: 1\nCriteria: export/AC-1\n'),
      /2 has parts and criteria/,
    ],
    ['one that says too much', `${plan}\n${'words '.repeat(4_000)}`, /has \d+ characters; 20000 are the most/],
    ['an empty plan', '# Work\n', /names no item/],
  ];
  test.each(broken)('%s', (_, text, said) => {
    expect(lint(text).join('\n')).toMatch(said);
  });
});

test('more than a hundred items are too many', () => {
  const many = Array.from(
    { length: 101 },
    (_, index) => `## ${index + 1}. x\nCriteria: export/AC-1\nSize: small\n`,
  ).join('\n');
  expect(lint(many).join('\n')).toContain('101 items');
});

test('a plan of any size and shape is judged at once', () => {
  const numbers = Array.from({ length: 9_999 }, (_, index) => `${Math.floor(index / 999) + 1}.${(index % 999) + 1}`);
  const chain = numbers.map((number, index) => `## ${number} x\nAfter: ${numbers[index + 1] ?? '-'}\n`).join('');
  const fan = `## 1. x\nAfter: ${'2,'.repeat(50_000)}\n${numbers.map((number) => `## ${number} x\n`).join('')}## 2. x\n`;
  for (const text of [chain, fan, '## 1 x\n'.repeat(140_000)]) expect(lint(text).length).toBeGreaterThan(0);
});
