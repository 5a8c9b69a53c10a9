import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blame } from '../../src/git/blame.ts';
import { refreshCommitGraph } from '../../src/git/commit-graph.ts';
import { openReadingRoom } from '../../src/git/reading-room.ts';
import { commit, git, temporaryFolder } from './workshop.ts';

const chain = 'objects/info/commit-graphs/commit-graph-chain';

async function makeUser() {
  const root = temporaryFolder();
  const user = join(root, 'a : b', 'user');
  mkdirSync(user, { recursive: true });
  git(user, 'init', '-q', '-b', 'main');
  commit(user, { 'a.txt': 'one\ntwo\n', 'b.txt': 'b\n' });
  const gitDir = join(user, '.git');
  return { user, gitDir, room: await openReadingRoom(join(root, 'home'), gitDir) };
}

const listAll = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort();

it('says the same of lines with a graph as without, and writes nothing into the repository', async () => {
  const { user, gitDir, room } = await makeUser();
  commit(user, { 'a.txt': 'one\n2\n' });
  const tip = commit(user, { 'b.txt': 'c\n' });
  const before = listAll(gitDir);
  const plain = await blame({ gitDir: room, commit: tip, path: 'a.txt' });
  expect(existsSync(join(room, chain))).toBe(false);
  await refreshCommitGraph(room, [tip]);
  expect(existsSync(join(room, chain))).toBe(true);
  expect(await blame({ gitDir: room, commit: tip, path: 'a.txt' })).toEqual(plain);
  expect(listAll(gitDir)).toEqual(before);
});

it('goes on after the history was rewritten and what it covered is gone', async () => {
  const { user, room } = await makeUser();
  await refreshCommitGraph(room, [commit(user, { 'a.txt': 'one\ntwo\nthree\n' })]);
  git(user, 'reset', '-q', '--hard', 'HEAD~1');
  git(user, '-c', 'gc.reflogExpire=now', '-c', 'gc.reflogExpireUnreachable=now', 'gc', '-q', '--prune=now');
  const tip = commit(user, { 'a.txt': 'one\nother\n' });
  const said = async () => (await blame({ gitDir: room, commit: tip, path: 'a.txt' }))?.map((line) => line.commit);
  const right = [git(user, 'rev-parse', 'HEAD~1'), tip];
  expect(await said(), 'with the old graph').toEqual(right);
  await refreshCommitGraph(room, [tip]);
  expect(await said(), 'with a new one').toEqual(right);
});

it('leaves the graph alone while somebody else writes it, unless that was long ago', async () => {
  const { user, room } = await makeUser();
  const tip = git(user, 'rev-parse', 'HEAD');
  const lock = join(room, `${chain}.lock`);
  mkdirSync(join(lock, '..'), { recursive: true });
  writeFileSync(lock, '');
  await refreshCommitGraph(room, [tip]);
  expect(existsSync(join(room, chain))).toBe(false);
  utimesSync(lock, 0, 0);
  await refreshCommitGraph(room, [tip]);
  expect(existsSync(join(room, chain))).toBe(true);
});
