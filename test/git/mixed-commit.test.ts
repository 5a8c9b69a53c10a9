import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mixCommits } from '../../src/git/mixed-commit.ts';
import { prepareWorkingCopy } from '../../src/git/working-copy.ts';
import { importedCommit, makeCandidate, openBench, openWorkshop, snapshot, write } from './workshop.ts';

it('takes some files of a commit as another has them, those that it does not have are gone', async () => {
  const workshop = await openWorkshop({
    'a.txt': 'a\n',
    'src/b.txt': 'b\n',
    'tests/x.txt': 'x\n',
    'tests/ü\t.txt': 'u\n',
  });
  const { candidate, commit } = await makeCandidate(workshop, 'MW-1', {
    'a.txt': 'A\n',
    'tests/x.txt': 'X\n',
    'tests/new.txt': 'n\n',
  });
  const { gitDir } = candidate;
  const mixed = await mixCommits({
    gitDir,
    commit,
    from: workshop.base,
    paths: ['tests/x.txt', 'tests/new.txt', 'not/there'],
  });
  expect(
    await mixCommits({ gitDir, commit, from: workshop.base, paths: ['tests/x.txt', 'tests/new.txt', 'not/there'] }),
  ).toBe(mixed);
  const copy = await prepareWorkingCopy({
    directory: join(workshop.root, 'copy'),
    gitDir,
    commit: mixed,
    agentGit: null,
  });
  expect(Object.keys(snapshot(copy.tree))).toEqual([
    'a.txt',
    'src',
    'src/b.txt',
    'tests',
    'tests/x.txt',
    'tests/ü\t.txt',
  ]);
  expect(readFileSync(join(copy.tree, 'a.txt'), 'utf8')).toBe('A\n');
  expect(readFileSync(join(copy.tree, 'tests/x.txt'), 'utf8')).toBe('x\n');
});

it('puts a file back where a folder has taken its place, and a folder where a file has', async () => {
  const workshop = await openWorkshop({ 'a.txt': 'a\n', 'tests/x': 'x\n', 'tests/y/one.txt': '1\n' });
  const bench = await openBench(workshop, 'MW-1');
  rmSync(join(bench.copy.tree, 'tests'), { recursive: true });
  write(bench.copy.tree, { 'tests/x/deep.txt': 'd\n', 'tests/y': 'y\n' });
  const commit = importedCommit(await bench.import());
  const { gitDir } = bench.candidate;
  const paths = ['tests/x', 'tests/x/deep.txt', 'tests/y', 'tests/y/one.txt'];
  const mixed = await mixCommits({ gitDir, commit, from: workshop.base, paths });
  const back = await prepareWorkingCopy({
    directory: join(workshop.root, 'back'),
    gitDir,
    commit: mixed,
    agentGit: null,
  });
  expect(Object.keys(snapshot(back.tree))).toEqual(['a.txt', 'tests', 'tests/x', 'tests/y', 'tests/y/one.txt']);
});
