import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAncestorOnLine, readCommit, writeCommit } from '../../src/git/commits.ts';
import { copyLooseHistory } from '../../src/git/copy-loose.ts';
import { askGit } from '../../src/git/git.ts';
import { isAncestor } from '../../src/git/history.ts';
import { findObject, looseFile, readObject, readObjects, writeObject } from '../../src/git/objects.ts';
import { listContents, updateContents } from '../../src/git/tree-contents.ts';
import { compareTrees, findEntry } from '../../src/git/trees.ts';
import { createBareRepository } from '../../src/git/repository-files.ts';
import { commit, git, makeCandidate, openWorkshop, temporaryFolder } from './workshop.ts';

async function emptyRepository(objectFormat: 'sha1' | 'sha256'): Promise<string> {
  const directory = join(temporaryFolder(), 'repository.git');
  await createBareRepository({ directory, objectFormat });
  return directory;
}

describe('objects', () => {
  it.each(['sha1', 'sha256'] as const)('are written as git writes them, with %s', async (format) => {
    const gitDir = await emptyRepository(format);
    const id = await writeObject(gitDir, 'blob', Buffer.from('hello\n'));
    expect(id).toBe(await askGit(['hash-object', '--stdin'], { gitDir, input: 'hello\n' }));
    expect(await askGit(['cat-file', 'blob', id], { gitDir })).toBe('hello');
    expect(await writeObject(gitDir, 'blob', Buffer.from('hello\n'))).toBe(id);
  });

  it('are read where they lie: by themselves, in a pack, in a repository that is borrowed from', async () => {
    const workshop = await openWorkshop();
    const { candidate, commit: made } = await makeCandidate(workshop, 'MW-1', { 'c.txt': 'c\n' });
    const blob = (await findEntry(candidate.gitDir, made, 'c.txt'))?.id ?? '';
    const borrowed = (await findEntry(candidate.gitDir, made, 'a.txt'))?.id ?? '';
    expect((await readObject(candidate.gitDir, blob)).content.toString()).toBe('c\n');
    expect((await readObject(candidate.gitDir, borrowed)).content.toString()).toBe('a\n');
    git(workshop.user, 'gc', '-q');
    const packed = await readObjects(join(workshop.user, '.git'), [borrowed, workshop.base]);
    expect([packed.get(borrowed)?.type, packed.get(workshop.base)?.type]).toEqual(['blob', 'commit']);
    await expect(readObject(candidate.gitDir, '1'.repeat(40))).rejects.toThrow('has no object');
  });

  it('that are damaged are not taken for what their name says', async () => {
    const gitDir = await emptyRepository('sha1');
    const id = await writeObject(gitDir, 'blob', Buffer.from('right\n'));
    const other = await writeObject(gitDir, 'blob', Buffer.from('wrong\n'));
    const file = looseFile(gitDir, id);
    writeFileSync(`${file}.new`, readFileSync(looseFile(gitDir, other)));
    renameSync(`${file}.new`, file);
    expect(await findObject(gitDir, id)).toBeNull();
  });
});

describe('commits', () => {
  it('are written byte for byte as git commit-tree does', async () => {
    const { trusted, base } = await openWorkshop();
    const { tree } = await readCommit(trusted.gitDir, base);
    const person = { name: 'Ünal Maker', email: 'maker@localhost' };
    const date = '2026-01-02T03:04:05Z';
    const message = 'Größe\n\nItem: MW-1';
    const env = {
      GIT_AUTHOR_NAME: person.name,
      GIT_AUTHOR_EMAIL: person.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: person.name,
      GIT_COMMITTER_EMAIL: person.email,
      GIT_COMMITTER_DATE: date,
    };
    const expected = await askGit(['commit-tree', tree, '-p', base, '-F', '-'], {
      gitDir: trusted.gitDir,
      input: message,
      env,
    });
    expect(
      await writeCommit(trusted.gitDir, { tree, parents: [base], author: person, committer: person, date, message }),
    ).toBe(expected);
  });

  it('refuse names that would end their line', async () => {
    const { trusted, base } = await openWorkshop();
    const { tree } = await readCommit(trusted.gitDir, base);
    const good = { name: 'Maker', email: 'maker@localhost' };
    const forged = { name: 'Maker\nparent 123', email: 'maker@localhost' };
    await expect(
      writeCommit(trusted.gitDir, {
        tree,
        parents: [base],
        author: forged,
        committer: good,
        date: '2026-01-01',
        message: '',
      }),
    ).rejects.toThrow('not a name');
  });

  it('know who came before whom on a straight line, and leave the rest to git', async () => {
    const { user, base } = await openWorkshop();
    const gitDir = join(user, '.git');
    const second = commit(user, { 'c.txt': 'c\n' });
    git(user, 'checkout', '-q', '-b', 'side', base);
    const side = commit(user, { 'd.txt': 'd\n' });
    git(user, 'checkout', '-q', 'main');
    const third = commit(user, { 'e.txt': 'e\n' });
    expect(await isAncestorOnLine(gitDir, base, third)).toBe(true);
    expect(await isAncestorOnLine(gitDir, side, third)).toBe(false);
    expect(await isAncestorOnLine(gitDir, third, third)).toBe(true);
    expect(await isAncestorOnLine(gitDir, third, second)).toBe(false);
    git(user, 'merge', '-q', '--no-ff', '-m', 'merge', 'side');
    const merged = git(user, 'rev-parse', 'HEAD');
    expect(await isAncestorOnLine(gitDir, side, merged)).toBeNull();
    expect(await isAncestor(gitDir, side, merged)).toBe(true);
    expect(await isAncestor(gitDir, merged, side)).toBe(false);
  });
});

describe('trees', () => {
  const before = {
    'a.txt': 'a\n',
    'dir/b.txt': 'b\n',
    'dir/deep/c.txt': 'c\n',
    'gone/d.txt': 'd\n',
    turns: 'a file\n',
    'constructor/x': 'x\n',
  };

  async function change(): Promise<{ gitDir: string; from: string; to: string }> {
    const { user, base } = await openWorkshop(before);
    git(user, 'rm', '-rq', 'gone', 'turns');
    const to = commit(user, {
      'dir/deep/c.txt': 'changed\n',
      'turns/into/folder.txt': 'f\n',
      'ü/new.txt': 'n\n',
      toString: 'a name of old\n',
    });
    return { gitDir: join(user, '.git'), from: base, to };
  }

  it('are compared as git diff-tree compares them', async () => {
    const { gitDir, from, to } = await change();
    const trees = await Promise.all([from, to].map(async (id) => (await readCommit(gitDir, id)).tree));
    const changes = await compareTrees(gitDir, trees[0] ?? '', trees[1] ?? '', 'files-only');
    const listed = git(join(gitDir, '..'), 'diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to);
    const paths = changes.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8'));
    expect(paths.toSorted()).toEqual(
      listed
        .split('\0')
        .filter((path) => path !== '')
        .toSorted(),
    );
  });

  it('give the contents of a commit from those of another, as a fresh listing would', async () => {
    const { gitDir, from, to } = await change();
    for (const [a, b] of [
      [from, to],
      [to, from],
      [to, to],
    ] as const) {
      const updated = await updateContents(gitDir, await listContents(gitDir, a), b);
      const fresh = await listContents(gitDir, b);
      const sorted = (contents: typeof fresh) =>
        Object.entries(contents.folders)
          .map(([path, { id, names }]) => [path, id, new Set(names)] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(updated)).toEqual(sorted(fresh));
      const order = Object.keys(updated.folders);
      expect(
        order.every((path, index) => path === '' || order.indexOf(path.split('/').slice(0, -1).join('/')) < index),
      ).toBe(true);
    }
  });

  it('are searched by path', async () => {
    const { gitDir, from, to } = await change();
    expect((await findEntry(gitDir, from, 'dir/deep/c.txt'))?.mode).toBe('100644');
    expect((await findEntry(gitDir, to, 'ü/new.txt'))?.mode).toBe('100644');
    expect(await findEntry(gitDir, to, 'gone/d.txt')).toBeNull();
    expect(await findEntry(gitDir, from, 'a.txt/b')).toBeNull();
  });
});

describe('copying a few commits', () => {
  it('brings over exactly what is new, and nothing that is unreachable', async () => {
    const { user, base } = await openWorkshop();
    const to = join(temporaryFolder(), 'copy.git');
    git(user, 'clone', '-q', '--bare', '--no-local', user, to);
    const secret = commit(user, { 'secret.txt': 's\n' });
    git(user, 'reset', '-q', '--hard', base);
    const next = commit(user, { 'dir/c.txt': 'c\n', 'a.txt': 'changed\n' });
    const last = commit(user, { 'dir/d.txt': 'd\n' });
    expect(await copyLooseHistory({ from: join(user, '.git'), to, commit: last, known: base })).toBe(true);
    expect(git(to, 'rev-list', last).split('\n')).toEqual([last, next, base]);
    expect(git(to, 'fsck', '--strict', last)).not.toContain('missing');
    expect(git(to, 'cat-file', '--batch-all-objects', '--batch-check')).not.toContain(secret);
  });

  it('leaves packed history, merges and shared repositories to git', async () => {
    const { user, base } = await openWorkshop();
    const to = join(temporaryFolder(), 'copy.git');
    git(user, 'clone', '-q', '--bare', '--no-local', user, to);
    const next = commit(user, { 'c.txt': 'c\n' });
    git(to, 'config', 'core.sharedRepository', 'group');
    expect(await copyLooseHistory({ from: join(user, '.git'), to, commit: next, known: base })).toBe(false);
    git(to, 'config', '--unset', 'core.sharedRepository');
    git(user, 'gc', '-q');
    expect(await copyLooseHistory({ from: join(user, '.git'), to, commit: next, known: base })).toBe(false);
  });
});
