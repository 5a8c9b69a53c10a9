/** Reading where lines and commits come from, in repositories that others have shaped. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readMessages } from '../../src/git/messages.ts';
import { readNote } from '../../src/git/notes.ts';
import { originOfLine } from '../../src/insight/trace-origin.ts';
import { readBuilt } from '../../src/insight/read-built.ts';
import { git, temporaryFolder } from './workshop.ts';

const trailers = (id: string) => `Implements: ${id}@0123456789abcdef\nMillwright-Item: MW-1`;

function repository() {
  const folder = temporaryFolder();
  git(folder, 'init', '-q', '-b', 'main');
  const put = (path: string, text: string, message: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '-m', message);
    return git(folder, 'rev-parse', 'HEAD');
  };
  const gitDir = join(folder, '.git');
  const built = async () => (await readBuilt(gitDir, [git(folder, 'rev-parse', 'HEAD')], null)).built;
  return { folder, gitDir, put, built };
}

it('takes no file for a commit, whatever it is called', async () => {
  const { folder, put, built } = repository();
  const commit = put('a.txt', 'a\n', `Add\n\n${trailers('a/AC-1')}`);
  git(folder, 'revert', '--no-edit', 'HEAD');
  expect((await built()).criteria).toEqual({});
  put(`\u0001${commit}`, 'x', `More\n\n${trailers('a/AC-2')}`);
  const { criteria, files } = await built();
  expect(Object.keys(criteria)).toEqual(['a/AC-2']);
  expect(Object.keys(files)).toEqual(['a.txt', `\u0001${commit}`]);
});

it('takes no part of an author for a message', async () => {
  const { folder, gitDir, put } = repository();
  git(folder, 'config', 'user.name', 'Pat');
  put('a.txt', 'a\n', 'First');
  git(
    folder,
    'commit',
    '-q',
    '--allow-empty',
    '--author',
    'Pat\u00012026-01-01\u0001Else <pat@localhost>',
    '-m',
    'Second',
  );
  const head = git(folder, 'rev-parse', 'HEAD');
  expect((await readMessages(gitDir, [head])).get(head)).toMatchObject({
    subject: 'Second',
    text: expect.stringMatching(/^Second/) as string,
  });
});

it('follows a line in a file with any name', async () => {
  const { folder, gitDir, put } = repository();
  const path = 'src/ä "b".txt';
  put(path, 'some words of code\nand a second line\n', `Add\n\n${trailers('a/AC-1')}`);
  put(path, '  some words of code\n  and a second line\n', 'Indent');
  const origin = await originOfLine(gitDir, { commit: git(folder, 'rev-parse', 'HEAD'), path, line: 2 });
  expect(origin).toMatchObject({ place: { path, line: 2 }, hops: [{ how: 'reformatted' }] });
});

it('is kept from nothing by the configuration of the repository, and runs nothing that it names', async () => {
  const { folder, gitDir, put, built } = repository();
  const ran = join(folder, 'ran');
  put('a.txt', 'some words of code\n', `Add\n\n${trailers('a/AC-1')}`);
  put('a.txt', '  some words of code\n', 'Indent');
  const head = git(folder, 'rev-parse', 'HEAD');
  git(folder, 'notes', '--ref=millwright', 'add', '-m', 'a note', head);
  git(folder, 'config', 'diff.other.textconv', `touch ${ran};cat`);
  mkdirSync(join(gitDir, 'info'), { recursive: true });
  writeFileSync(join(gitDir, 'info/attributes'), '* diff=other\n');
  git(folder, 'config', 'diff.orderFile', 'nowhere');
  git(folder, 'config', 'i18n.logOutputEncoding', 'UTF-16');
  git(folder, 'config', 'log.showRoot', 'false');
  expect(Object.keys((await built()).files)).toEqual(['a.txt']);
  const origin = await originOfLine(gitDir, { commit: head, path: 'a.txt', line: 1 });
  expect(origin?.trailers.items).toEqual(['MW-1']);
  expect(await readNote(gitDir, head)).toBe('a note\n');
  expect(existsSync(ran)).toBe(false);
});

it('reads no note that is too large', async () => {
  const { folder, gitDir, put } = repository();
  const head = put('a.txt', 'a\n', 'First');
  const file = join(folder, 'note');
  writeFileSync(file, 'x'.repeat(5 * 1024 * 1024));
  git(folder, 'notes', '--ref=millwright', 'add', '-F', file, head);
  expect(await readNote(gitDir, head)).toBeNull();
});

it('knows what reverts, reverts of reverts, reverts of merges and of removals leave built', async () => {
  const { folder, put, built } = repository();
  const isBuilt = async (id: string) => ((await built()).criteria[id]?.hash ?? null) !== null;
  put('a.txt', 'a\n', `Add\n\n${trailers('a/AC-1')}`);
  git(folder, 'revert', '--no-edit', 'HEAD');
  expect(await isBuilt('a/AC-1')).toBe(false);
  git(folder, 'revert', '--no-edit', 'HEAD');
  expect(await isBuilt('a/AC-1')).toBe(true);

  git(folder, 'rm', '-q', 'a.txt');
  git(folder, 'commit', '-q', '-m', 'Remove\n\nRemoves: a/AC-1\nMillwright-Item: MW-2');
  expect(await isBuilt('a/AC-1')).toBe(false);
  git(folder, 'revert', '--no-edit', 'HEAD');
  expect(await isBuilt('a/AC-1')).toBe(true);

  git(folder, 'checkout', '-q', '-b', 'side');
  put('b.txt', 'b\n', `Add\n\n${trailers('a/AC-2')}`);
  git(folder, 'checkout', '-q', 'main');
  git(folder, 'merge', '-q', '--no-ff', '--no-edit', 'side');
  expect(await isBuilt('a/AC-2')).toBe(true);
  git(folder, 'revert', '-m', '1', '--no-edit', 'HEAD');
  expect(await isBuilt('a/AC-2')).toBe(false);
  expect(await isBuilt('a/AC-1')).toBe(true);
});
