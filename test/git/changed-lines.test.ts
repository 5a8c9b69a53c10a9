import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { changedLines } from '../../src/git/diff.ts';
import { importedCommit, openBench, openWorkshop, write } from './workshop.ts';

it('names lines that are new or altered, whatever they and their files look like', async () => {
  const workshop = await openWorkshop({
    'a.js': 'one\ntwo\nthree\nfour\n',
    'gone.js': 'x\n',
    'only-shorter.js': 'a\nb\nc\n',
    'ü "q"\t.js': 'one\n',
  });
  const bench = await openBench(workshop, 'MW-1');
  rmSync(join(bench.copy.tree, 'gone.js'));
  write(bench.copy.tree, {
    // Lines that look like those of a patch.
    'a.js': 'one\n+++ b/other.js\n@@ -1 +1,9 @@\nthree\nfour\nfive',
    'only-shorter.js': 'a\nc\n',
    'ü "q"\t.js': 'one\ntwo\n',
    'deep/new.js': 'a\nb\n',
    'odd.js': 'a\u0000\nb\n',
  });
  const commit = importedCommit(await bench.import());
  const lines = await changedLines({ gitDir: bench.candidate.gitDir, from: workshop.base, to: commit });
  expect(Object.fromEntries(lines)).toEqual({
    'a.js': [
      [2, 3],
      [6, 6],
    ],
    'deep/new.js': [[1, 2]],
    'odd.js': [[1, 2]],
    'ü "q"\t.js': [[2, 2]],
  });
});
