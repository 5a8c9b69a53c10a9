import { expect, test } from 'vitest';
import { foldHistory, nothingBuilt, type BuiltCommit } from './built.ts';
import { findDrift } from './find-drift.ts';

const work = (commit: string, id: string): BuiltCommit => ({
  commit,
  at: '',
  takesBack: [],
  trailers: {
    items: ['MW-1'],
    runs: [],
    attempts: [],
    implements: [{ id, hash: '0'.repeat(16) }],
    removes: [],
    reverts: null,
    revertsSince: null,
  },
  files: [{ path: 'a.ts', from: null, deleted: false }],
});
const byHand: BuiltCommit = {
  commit: 'hand',
  at: '',
  trailers: null,
  takesBack: [],
  files: [{ path: 'a.ts', from: null, deleted: false }],
};

function drift(commits: readonly BuiltCommit[], authors: readonly string[]) {
  const built = foldHistory(nothingBuilt, commits);
  const file = built.files['a.ts'];
  if (file === undefined) throw new Error('nothing was generated');
  return findDrift('a.ts', file, authors, built);
}

test('an edit belongs to the criterion of the nearest generated line', () => {
  expect(drift([work('one', 'a/AC-1'), work('two', 'a/AC-2'), byHand], ['one', 'hand', 'one', 'two'])).toEqual([
    { criterion: 'a/AC-1', file: 'a.ts', lines: { from: 2, to: 2 }, commit: 'hand' },
  ]);
});

test('an edit that took the place of every generated line belongs to all that was built there', () => {
  expect(drift([work('one', 'a/AC-1'), work('two', 'a/AC-2'), byHand], ['hand', 'hand'])).toEqual(
    ['a/AC-1', 'a/AC-2'].map((criterion) => ({ criterion, file: 'a.ts', lines: { from: 1, to: 2 }, commit: 'hand' })),
  );
});

test('an edit that was there when the criterion was built again is none', () => {
  expect(drift([work('one', 'a/AC-1'), byHand, work('two', 'a/AC-1')], ['hand', 'two'])).toEqual([]);
});
