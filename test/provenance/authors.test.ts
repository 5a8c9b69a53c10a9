/** What the patches of a file's own commits say of its lines, against what `git blame` says. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { blame } from '../../src/git/blame.ts';
import { readBlobIdsAt } from '../../src/git/history.ts';
import { openKnownPasts } from '../../src/git/known-past.ts';
import { replayAuthors } from '../../src/git/line-authors.ts';
import { pastOf } from '../../src/insight/built-reading.ts';
import { readBuilt, readDrift } from '../../src/insight/read-built.ts';
import { withPast, type PastRepository } from './past-repository.ts';

const edits = 20;

async function compare({ gitDir, tip }: PastRepository) {
  const { built } = await readBuilt(gitDir, [tip], null);
  const blobs = await readBlobIdsAt(gitDir, tip, Object.keys(built.files));
  const files = Object.entries(built.files).flatMap(([path, { formerly, generated, byHand }]) => {
    const blob = blobs.get(path);
    const ours = generated.map((commit) => ({ commit, order: built.work[commit]?.order ?? 0 }));
    const commits = [...ours, ...byHand];
    return blob === undefined ? [] : [{ path, formerly, blob, commits }];
  });
  const replayed = await replayAuthors(gitDir, files);
  const count = { files: files.length, replayed: replayed.size, lines: 0, same: 0 };
  for (const { path, commits } of files) {
    const said = replayed.get(path);
    if (said === undefined) continue;
    for (const { line, commit } of (await blame({ gitDir, commit: tip, path })) ?? []) {
      count.lines += 1;
      if ((said[line - 1] ?? '') === (commits.some((each) => each.commit === commit) ? commit : '')) count.same += 1;
    }
  }
  return count;
}

test('patches say of lines what blame says, for all files but those that a merge made', async () => {
  const sum = { files: 0, replayed: 0, lines: 0, same: 0 };
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const count = await withPast(seed, edits, compare);
    for (const key of ['files', 'replayed', 'lines', 'same'] as const) sum[key] += count[key];
  }
  expect(sum.replayed / sum.files).toBeGreaterThan(0.5);
  expect(sum.same / sum.lines).toBe(1);
});

test('a known past says of a line what blame says, or nothing', async () => {
  const sum = { lines: 0, known: 0, wrong: [] as string[] };
  for (const seed of [1, 2, 3]) {
    await withPast(seed, edits, async ({ gitDir, tip }) => {
      const reading = await readBuilt(gitDir, [tip], null);
      const pasts = openKnownPasts(gitDir, (path) => pastOf(reading, path));
      for (const path of Object.keys(reading.built.files)) {
        for (const line of (await blame({ gitDir, commit: tip, path })) ?? []) {
          if (line.line % 3 !== 0) continue;
          sum.lines += 1;
          const known = await pasts.blame(tip, path, line.line);
          if (known !== null) sum.known += 1;
          if (known !== null && !isDeepStrictEqual(known, line)) sum.wrong.push(`${seed} ${path}:${line.line}`);
        }
      }
    });
  }
  expect(sum.wrong).toEqual([]);
  expect(sum.known / sum.lines).toBeGreaterThan(0.5);
});

test('drift is the same whether it was read at once or went on from an earlier reading', async () => {
  await withPast(7, edits, async ({ gitDir, tip, numbers }) => {
    const nobody = () => false;
    const whole = await readDrift(gitDir, await readBuilt(gitDir, [tip], null), nobody);
    expect(whole.drifts.length).toBeGreaterThan(0);
    const [middle = ''] = [...numbers].flatMap(([commit, number]) => (number === 16 ? [commit] : []));
    const { reading } = await readDrift(gitDir, await readBuilt(gitDir, [middle], null), nobody);
    const later = await readDrift(gitDir, await readBuilt(gitDir, [tip], reading), nobody);
    const sorted = (drifts: readonly object[]) => drifts.map((drift) => JSON.stringify(drift)).sort();
    expect(sorted(later.drifts)).toEqual(sorted(whole.drifts));
    const again = await readDrift(gitDir, later.reading, nobody);
    expect(again.reading, 'nothing is read twice').toBe(later.reading);
  });
});
