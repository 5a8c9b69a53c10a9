import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedFiles } from '../../src/git/diff.ts';
import { isAncestor, parentsOf, readFileAt } from '../../src/git/history.ts';
import { isDotGit, judgeLink, judgePath } from '../../src/git/safe-names.ts';
import { prepareWorkingCopy } from '../../src/git/working-copy.ts';
import { git, importedCommit, openBench, openWorkshop, problemsOf, snapshot, write } from './workshop.ts';

describe('importing a tree', () => {
  it('takes content, modes, links and names exactly as they are', async () => {
    const workshop = await openWorkshop();
    const bench = await openBench(workshop, 'MW-1');
    const { tree } = bench.copy;
    write(tree, {
      'a.txt': 'changed\n',
      'bin.dat': Buffer.from([0, 1, 255, 13, 10]),
      'new\nline "quoted"\t.txt': 'odd\n',
      'ünï/日本 🎉': 'unicode\n',
      '-dash': 'dash\n',
      ':colon': 'colon\n',
      'run.sh': '#!/bin/sh\n',
      'ignored.log': 'x',
      '.gitignore': '*.log\n',
      'node_modules/m.js': 'mounted by us',
    });
    chmodSync(join(tree, 'run.sh'), 0o755);
    symlinkSync('../a.txt', join(tree, 'src/link'));
    unlinkSync(join(tree, 'src/b.txt'));
    const commit = importedCommit(await bench.import());
    expect(await parentsOf(bench.candidate.gitDir, commit)).toEqual([workshop.base]);
    const expected = snapshot(tree);
    for (const path of ['ignored.log', 'node_modules', 'node_modules/m.js']) delete expected[path];
    const check = await prepareWorkingCopy({
      directory: join(workshop.root, 'check'),
      gitDir: bench.candidate.gitDir,
      commit,
      agentGit: null,
    });
    expect(snapshot(check.tree)).toEqual(expected);
  });

  it('says that nothing changed, and gives the same commit for the same work', async () => {
    const workshop = await openWorkshop();
    const bench = await openBench(workshop, 'MW-1');
    expect(await bench.import()).toMatchObject({
      type: 'imported',
      commit: workshop.base,
      changed: false,
      empty: true,
    });
    write(bench.copy.tree, { 'a.txt': 'changed\n' });
    const first = await bench.import();
    expect(first).toMatchObject({ changed: true, empty: false });
    expect(await bench.import()).toEqual(first);
  });

  it('makes one commit on the base, however many attempts it took', async () => {
    const workshop = await openWorkshop();
    const one = await openBench(workshop, 'MW-1');
    write(one.copy.tree, { 'one.txt': '1\n' });
    const first = importedCommit(await one.import());
    const two = await openBench(workshop, 'MW-1', { head: first });
    write(two.copy.tree, { 'two.txt': '2\n' });
    const second = importedCommit(await two.import({ attempt: 'build-2' }));
    expect(await parentsOf(two.candidate.gitDir, second)).toEqual([workshop.base]);
    const span = { gitDir: two.candidate.gitDir, from: workshop.base, to: second };
    expect((await changedFiles(span)).map((file) => file.path)).toEqual(['one.txt', 'two.txt']);
    expect(await isAncestor(two.candidate.gitDir, first, second)).toBe(false);
    expect(git(two.candidate.gitDir, 'rev-parse', 'refs/attempts/build-1')).toBe(first);
  });

  it('takes a change that undoes earlier attempts for none: an empty commit is never made', async () => {
    const workshop = await openWorkshop();
    const one = await openBench(workshop, 'MW-1');
    write(one.copy.tree, { 'a.txt': 'changed\n' });
    const first = importedCommit(await one.import());
    const two = await openBench(workshop, 'MW-1', { head: first });
    write(two.copy.tree, { 'a.txt': 'a\n' });
    expect(await two.import({ attempt: 'build-2' })).toMatchObject({
      type: 'imported',
      commit: workshop.base,
      changed: true,
      empty: true,
    });
  });

  it('counts what the agent committed and what it left uncommitted alike', async () => {
    const workshop = await openWorkshop();
    const bench = await openBench(workshop, 'MW-1');
    const { tree } = bench.copy;
    write(tree, { 'committed.txt': '1\n' });
    git(tree, 'add', '-A');
    git(tree, 'commit', '-q', '-m', 'mine');
    git(tree, 'checkout', '-q', '--detach');
    write(tree, { 'loose.txt': '2\n' });
    const commit = importedCommit(await bench.import());
    expect(
      (await changedFiles({ gitDir: bench.candidate.gitDir, from: workshop.base, to: commit })).map(
        (file) => file.path,
      ),
    ).toEqual(['committed.txt', 'loose.txt']);
  });

  it('keeps line endings as .gitattributes says, like git add', async () => {
    const workshop = await openWorkshop({ '.gitattributes': '*.bat text eol=crlf\n', 'x.bat': 'one\n' });
    const bench = await openBench(workshop, 'MW-1');
    write(bench.copy.tree, { 'x.bat': 'one\r\ntwo\r\n' });
    const commit = importedCommit(await bench.import());
    expect((await readFileAt(bench.candidate.gitDir, commit, 'x.bat'))?.toString()).toBe('one\ntwo\n');
  });

  it('follows files that became folders and folders that became files or links', async () => {
    const workshop = await openWorkshop({ file: 'f', 'folder/x': 'x', 'moved/y': 'y', emptied: 'e' });
    const bench = await openBench(workshop, 'MW-1');
    const { tree } = bench.copy;
    unlinkSync(join(tree, 'file'));
    write(tree, { 'file/inner': 'i' });
    rmSync(join(tree, 'folder'), { recursive: true });
    writeFileSync(join(tree, 'folder'), 'a file');
    renameSync(join(tree, 'moved'), join(tree, 'elsewhere'));
    symlinkSync('elsewhere', join(tree, 'moved'));
    unlinkSync(join(tree, 'emptied'));
    mkdirSync(join(tree, 'emptied'));
    const commit = importedCommit(await bench.import());
    expect(git(bench.candidate.gitDir, 'ls-tree', '-r', '--format=%(objectmode) %(path)', commit).split('\n')).toEqual([
      '100644 elsewhere/y',
      '100644 file/inner',
      '100644 folder',
      '120000 moved',
    ]);
  });

  it.each<[string, (tree: string) => void, RegExp]>([
    [
      'a nested repository',
      (tree) => {
        git(tree, 'init', '-q', 'sub');
        write(tree, { 'sub/f': 'x' });
      },
      /"sub\/" is a repository of its own/,
    ],
    [
      'a repository in place of a file',
      (tree) => {
        unlinkSync(join(tree, 'a.txt'));
        git(tree, 'init', '-q', 'a.txt');
        git(join(tree, 'a.txt'), 'commit', '-q', '--allow-empty', '-m', 'x');
      },
      /"a.txt\/?" is a repository of its own/,
    ],
    ['.GIT', (tree) => write(tree, { '.GIT/config': 'x' }), /is a spelling of .git/],
    ['.git with a trailing dot', (tree) => write(tree, { 'src/.git./config': 'x' }), /is a spelling of .git/],
    ['GIT~1', (tree) => write(tree, { 'GIT~1/config': 'x' }), /is a spelling of .git/],
    [
      '.git with a zero-width joiner',
      (tree) => write(tree, { '.g\u200dit/config': 'x' }),
      /".g\\u200dit\/config" is a spelling of .git/,
    ],
    [
      'a pipe in place of a file',
      (tree) => {
        unlinkSync(join(tree, 'a.txt'));
        execFileSync('mkfifo', [join(tree, 'a.txt')]);
      },
      /"a.txt" is a device, a pipe or a socket/,
    ],
    ['an absolute link', (tree) => symlinkSync('/etc/passwd', join(tree, 'src/l')), /absolute/],
    ['a link out of the tree', (tree) => symlinkSync('../../x', join(tree, 'src/l')), /leaves the working copy/],
    [
      'a link out of the tree through another link',
      (tree) => {
        write(tree, { 'p/q/x': 'x' });
        symlinkSync('../..', join(tree, 'p/q/top'));
        symlinkSync('p/q/top/../../x', join(tree, 'l'));
      },
      /climbs after it has descended/,
    ],
    ['a link into .git', (tree) => symlinkSync('../.git/config', join(tree, 'src/l')), /link into a repository/],
    ['a link as .gitattributes', (tree) => symlinkSync('a.txt', join(tree, '.gitattributes')), /must be a file/],
    ['names that differ in case only', (tree) => write(tree, { 'A.txt': 'x' }), /"A.txt" differs from "a.txt" in case/],
    ['a folder that differs in case only', (tree) => write(tree, { 'SRC/c.txt': 'x' }), /differs from "src" in case/],
    [
      'a name that is not UTF-8',
      (tree) => writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x66, 0xff])]), 'x'),
      /not UTF-8/,
    ],
    ['a very long path', (tree) => write(tree, { [`${'d'.repeat(200)}/`.repeat(6) + 'x']: 'x' }), /longer than/],
    [
      'a hard link from elsewhere',
      (tree) => {
        writeFileSync(join(tree, '../outside'), 'secret');
        linkSync(join(tree, '../outside'), join(tree, 'inside'));
      },
      /hard link/,
    ],
    ['a protected file, changed', (tree) => write(tree, { 'tests/t.txt': 'x' }), /"tests\/t.txt" is protected/],
    ['a protected file, deleted', (tree) => unlinkSync(join(tree, 'tests/t.txt')), /"tests\/t.txt" is protected/],
    [
      'a protected file, made executable',
      (tree) => chmodSync(join(tree, 'tests/t.txt'), 0o755),
      /"tests\/t.txt" is protected/,
    ],
    [
      'a protected folder, swapped for a link to its copy',
      (tree) => {
        renameSync(join(tree, 'tests'), join(tree, 'tests2'));
        symlinkSync('tests2', join(tree, 'tests'));
      },
      /"tests\/t.txt" is protected and was replaced/,
    ],
    [
      'too many files',
      (tree) => write(tree, Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, 'x']))),
      /at most 20 are taken/,
    ],
    ['too many bytes', (tree) => write(tree, { big: 'x'.repeat(20_000) }), /20000 bytes; at most 10000/],
  ])('refuses %s', async (_, act, expected) => {
    const workshop = await openWorkshop({ 'a.txt': 'a\n', 'src/b.txt': 'b\n', 'tests/t.txt': 't\n' });
    const bench = await openBench(workshop, 'MW-1');
    act(bench.copy.tree);
    const outcome = await bench.import({
      limits: { maxFiles: 20, maxBytes: 10_000 },
      isProtected: (path) => path.startsWith('tests/'),
    });
    expect(problemsOf(outcome)).toMatch(expected);
    expect(existsSync(join(bench.candidate.gitDir, 'refs/attempts'))).toBe(false);
  });

  it('does not take pipes, sockets or a .git beside its files, and does not mind them', async () => {
    const workshop = await openWorkshop();
    const bench = await openBench(workshop, 'MW-1');
    execFileSync('mkfifo', [join(bench.copy.tree, 'src/pipe')]);
    git(bench.copy.tree, 'init', '-q', 'src');
    write(bench.copy.tree, { 'src/new.txt': 'x' });
    const commit = importedCommit(await bench.import());
    expect(await changedFiles({ gitDir: bench.candidate.gitDir, from: workshop.base, to: commit })).toEqual([
      { path: 'src/new.txt', change: 'added' },
    ]);
  });

  it('runs no filter of a nested repository, where git add does', async () => {
    const workshop = await openWorkshop();
    const bench = await openBench(workshop, 'MW-1');
    const { tree } = bench.copy;
    const ran = join(workshop.root, 'ran');
    const sub = join(tree, 'sub');
    git(tree, 'init', '-q', 'sub');
    write(sub, { '.gitattributes': '* filter=evil\n', f: 'x' });
    git(sub, 'add', '-A');
    git(sub, 'commit', '-q', '-m', 'x');
    git(sub, 'config', 'filter.evil.clean', `sh -c 'touch ${ran}; cat'`);
    git(tree, 'add', '-A');
    write(sub, { f: 'y' });
    rmSync(ran, { force: true });
    expect((await bench.import()).type).toBe('unsafe');
    expect(existsSync(ran)).toBe(false);
    git(tree, 'add', '-A');
    expect(existsSync(ran)).toBe(true);
  });

  it('will not import a copy that was prepared for another commit', async () => {
    const workshop = await openWorkshop();
    const bench = await openBench(workshop, 'MW-1');
    await expect(bench.import({ head: '0'.repeat(40) })).rejects.toThrow('was not prepared for');
  });
});

describe('safe names', () => {
  it('knows .git in every spelling, and leaves its neighbours alone', () => {
    for (const name of [
      '.git',
      '.GIT',
      '.Git',
      '.git.',
      '.git ',
      '.git. .',
      'git~1',
      'GIT~1',
      '.g\u200cit',
      '\ufeff.git',
      '.git::$INDEX_ALLOCATION',
    ])
      expect([name, isDotGit(name)]).toEqual([name, true]);
    for (const name of ['.github', '.gitignore', 'git', 'a.git', '.gitt', 'git~2', '..git'])
      expect([name, isDotGit(name)]).toEqual([name, false]);
    expect(judgePath('a\\.git\\config')).toMatch(/spelling/);
    expect(judgePath('.github/workflows/ci.yml')).toBeNull();
  });

  it('lets no accepted link lead out of the tree, whatever the tree looks like', () => {
    const name = fc.constantFrom('a', 'b', '..', '.', '');
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 }),
        fc.array(name, { maxLength: 6 }),
        (path, target) => {
          if (judgeLink(path.join('/'), target.join('/')) !== null) return;
          let depth = path.length - 1;
          for (const part of target) {
            if (part === '..') depth -= 1;
            expect(depth).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
    expect(judgeLink('src/l', '../a.txt')).toBeNull();
    expect(judgeLink('l', 'src/deep')).toBeNull();
  });
});
