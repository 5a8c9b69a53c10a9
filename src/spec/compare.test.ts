import { describe, expect, test } from 'vitest';
import { nothingBuilt, type Built } from './built.ts';
import { comparePlan, isToDo, type Wanted } from './compare.ts';

const wanted = (id: string, hash: string, unready: string | null = null): Wanted => ({
  id,
  hash,
  text: id,
  evidence: { type: 'test' },
  spec: id.split('/')[0] ?? '',
  requirement: 'R',
  line: 1,
  unready,
});
const built = (criteria: Readonly<Record<string, string | null>>): Built => ({
  ...nothingBuilt,
  criteria: Object.fromEntries(
    Object.entries(criteria).map(([id, hash]) => [id, { hash, commit: 'c', order: 1, at: '' }]),
  ),
});

describe('a plan', () => {
  const known = built({ 'a/AC-1': 'x', 'a/AC-2': 'x', 'a/AC-3': null, 'a/AC-10': 'x', 'b/AC-9': 'x' });
  const drift = { criterion: 'a/AC-1', file: 'f', lines: null, commit: 'h' };
  const rows = comparePlan(
    [wanted('a/AC-1', 'x'), wanted('a/AC-2', 'y'), wanted('a/AC-3', 'x'), wanted('a/AC-4', 'x', 'line 3: vague')],
    known,
    [],
    [drift],
  );

  test('names what is new, what has changed, what was edited by hand, and what is not asked for any more, by number', () => {
    expect(rows.map(({ id, action }) => `${id} ${action}`)).toEqual([
      'a/AC-1 drift',
      'a/AC-2 change',
      'a/AC-3 add',
      'a/AC-4 add',
      'a/AC-10 remove',
      'b/AC-9 remove',
    ]);
  });

  test('has nothing to do about drift, and about what is not ready', () => {
    expect(rows.filter(isToDo).map(({ id }) => id)).toEqual(['a/AC-2', 'a/AC-3', 'a/AC-10', 'b/AC-9']);
  });
});

test('work under way with the same text is not planned again; with another text it is', () => {
  const under = (hash: string, action: 'implement' | 'remove' = 'implement') =>
    comparePlan([wanted('a/AC-1', 'x')], nothingBuilt, [{ id: 'a/AC-1', item: 'MW-1', hash, action }], []);
  expect(under('x')).toMatchObject([{ item: 'MW-1', pinned: null }]);
  expect(under('x').filter(isToDo)).toEqual([]);
  expect(under('y').filter(isToDo)).toMatchObject([{ item: 'MW-1', pinned: 'y' }]);
  expect(under('x', 'remove').filter(isToDo)).toHaveLength(1);
});
