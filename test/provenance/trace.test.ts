/** Lines of random pasts are traced to the commits that their words come from. `MW_TEST_PASTS=200` traces more of them. */
import { expect, test } from 'vitest';
import { makeKnownPast } from './known-past.ts';
import { scorePast, type Score } from './score.ts';

const edits = 20;
const pasts = Number(process.env['MW_TEST_PASTS'] ?? 4);

test(
  'after 20 edits, at least 99 % of what is said of lines is right, and at least 97 % of what the factory wrote is found',
  async () => {
    const scores: Score[] = [];
    for (let seed = 1; seed <= pasts; seed += 1) scores.push(await scorePast(seed, edits));
    const sum = (of: 'ours' | 'said' | 'right' | 'found') => scores.reduce((total, score) => total + score[of], 0);
    const wrong = scores.flatMap((score) => score.wrong).join('\n');
    expect(sum('ours'), 'enough to say anything').toBeGreaterThan(50 * pasts);
    expect(sum('right') / sum('said'), wrong).toBeGreaterThanOrEqual(0.99);
    expect(sum('found') / sum('ours'), wrong).toBeGreaterThanOrEqual(0.97);
  },
  Math.max(60_000, pasts * 10_000),
);

test('the pasts hold every kind of edit, lines of people and lines of the factory', () => {
  const made = Array.from({ length: 8 }, (_, seed) => makeKnownPast(seed + 1, edits));
  const done = new Set(made.flatMap((past) => past.edits.flatMap((edit) => edit.split(', '))));
  expect([...done].sort()).toEqual(
    [
      'rename',
      'move',
      'reformat',
      'breakLines',
      'joinLines',
      'insert',
      'remove',
      'editWords',
      'merge',
      'regenerate',
    ].sort(),
  );
  for (const { files, ours } of made) {
    const lines = [...files.values()].flat();
    expect(lines.some(({ from }) => from.every((commit) => ours.has(commit)))).toBe(true);
    expect(lines.some(({ from }) => from.every((commit) => !ours.has(commit)))).toBe(true);
  }
});
