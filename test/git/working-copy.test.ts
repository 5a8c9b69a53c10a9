import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { settleDeletions, sweepDiscarded } from '../../src/git/discard.ts';
import { takeIn } from '../../src/git/take-in.ts';
import { discardWorkingCopy, prepareWorkingCopy, readPreparedCommit } from '../../src/git/working-copy.ts';
import {
  type Workshop,
  commit,
  git,
  importedCommit,
  makeCandidate,
  openBench,
  openWorkshop,
  snapshot,
  write,
} from './workshop.ts';

/** A user's repository with everything a name, a mode and a type can be. */
async function openOddWorkshop(): Promise<Workshop> {
  const workshop = await openWorkshop({
    'a.txt': 'a\n',
    'run.sh': '#!/bin/sh\n',
    'src/deep/er/c.txt': 'c\n',
    'tests/t.txt': 't\n',
    'blob.bin': Buffer.from([0, 255, 10, 13, 0]),
    'new\nline/quo"te\ttab.txt': 'odd\n',
    'über/日本.txt': 'unicode\n',
    ' leading and trailing /x ': 'spaces\n',
    '.gitignore': 'node_modules\n*.log\n',
  });
  chmodSync(join(workshop.user, 'run.sh'), 0o755);
  symlinkSync('src/deep', join(workshop.user, 'link'));
  const base = commit(workshop.user, {});
  await takeIn({ trusted: workshop.trusted, target: 'main' });
  return { ...workshop, base };
}

const prepare = (workshop: Workshop, directory: string, at = workshop.base, gitDir = workshop.trusted.gitDir) =>
  prepareWorkingCopy({ directory: join(workshop.root, directory), gitDir, commit: at, agentGit: null });

/** Everything we know an agent can leave behind. */
function vandalise(tree: string): void {
  write(tree, {
    'untracked.txt': 'x',
    'node_modules/m/index.js': 'x',
    'build.log': 'x',
    'src/deep/nested/.git/HEAD': 'ref: refs/heads/x\n',
  });
  git(tree, 'init', '-q', 'src');
  git(tree, 'init', '-q', 'own');
  write(tree, { 'own/f': 'x' });
  mkdirSync(join(tree, 'src/deep/empty'));
  execFileSync('mkfifo', [join(tree, 'src/deep/pipe')]);
  symlinkSync('/etc', join(tree, 'src/outside'));
  mkdirSync(join(tree, 'locked'));
  write(tree, { 'locked/in/x': 'x' });
  chmodSync(join(tree, 'locked/in'), 0o000);
  chmodSync(join(tree, 'locked'), 0o500);
  chmodSync(join(tree, 'über'), 0o500);
  chmodSync(join(tree, 'a.txt'), 0o600);
  unlinkSync(join(tree, 'run.sh'));
  mkdirSync(join(tree, 'run.sh'));
  linkSync(join(tree, 'blob.bin'), join(tree, 'src/second-name'));
  rmSync(join(tree, 'src/deep/er'), { recursive: true });
  writeFileSync(join(tree, 'src/deep/er'), 'a file now');
  renameSync(join(tree, 'tests'), join(tree, 'tests2'));
  symlinkSync('tests2', join(tree, 'tests'));
  unlinkSync(join(tree, 'link'));
  execFileSync('mkfifo', [join(tree, 'link')]);
}

describe('a working copy', () => {
  it('holds exactly the commit: modes, links, binary content and odd names', async () => {
    const workshop = await openOddWorkshop();
    const copy = await prepare(workshop, 'copy');
    expect(copy.how).toBe('fresh');
    expect(snapshot(copy.tree)).toEqual(snapshot(workshop.user));
  });

  it('is the same again after an agent has done its worst to it, and is kept', async () => {
    const workshop = await openOddWorkshop();
    const fresh = snapshot((await prepare(workshop, 'fresh')).tree);
    const first = await prepare(workshop, 'copy');
    // File times have whole seconds for git; an agent that works needs longer.
    await setTimeout(1_000 - (Date.now() % 1_000) + 1);
    vandalise(first.tree);
    expect(lstatSync(join(first.tree, 'tests')).isSymbolicLink()).toBe(true);
    // What plain git would do leaves things behind: this is why we do it ourselves.
    const plain = await prepare(workshop, 'plain');
    mkdirSync(join(plain.tree, 'src/.git'));
    execFileSync('mkfifo', [join(plain.tree, 'src/pipe')]);
    git('/', `--git-dir=${workshop.trusted.gitDir}`, `--work-tree=${plain.tree}`, 'read-tree', workshop.base);
    git('/', `--git-dir=${workshop.trusted.gitDir}`, `--work-tree=${plain.tree}`, 'clean', '-q', '-ffdx');
    expect(existsSync(join(plain.tree, 'src/.git'))).toBe(true);
    expect(existsSync(join(plain.tree, 'src/pipe'))).toBe(true);

    const second = await prepare(workshop, 'copy');
    expect(second.how).toBe('kept');
    expect(snapshot(second.tree)).toEqual(fresh);
    expect(existsSync(join(second.tree, 'src/.git'))).toBe(false);
  });

  it('goes from the work of one item to that of another', async () => {
    const workshop = await openOddWorkshop();
    const one = await makeCandidate(workshop, 'MW-1', { 'one.txt': '1\n', 'src/deep/er/c.txt': 'changed\n' });
    const two = await makeCandidate(workshop, 'MW-2', { 'two/two.txt': '2\n' });
    const expected = snapshot((await prepare(workshop, 'fresh', two.commit, two.candidate.gitDir)).tree);
    await prepare(workshop, 'copy', one.commit, one.candidate.gitDir);
    const copy = await prepare(workshop, 'copy', two.commit, two.candidate.gitDir);
    expect([copy.how, snapshot(copy.tree)]).toEqual(['kept', expected]);
    expect(await readPreparedCommit(copy.directory)).toBe(two.commit);
  });

  it('is made anew after a crash, and when its top was replaced by a link', async () => {
    const workshop = await openOddWorkshop();
    const copy = await prepare(workshop, 'copy');
    rmSync(join(copy.directory, 'ready'));
    writeFileSync(join(copy.directory, 'index.lock'), '');
    expect((await prepare(workshop, 'copy')).how).toBe('fresh');
    renameSync(copy.tree, join(copy.directory, 'elsewhere'));
    symlinkSync(workshop.user, copy.tree);
    const before = snapshot(workshop.user);
    expect((await prepare(workshop, 'copy')).how).toBe('fresh');
    expect(snapshot(workshop.user)).toEqual(before);
    expect(lstatSync(copy.tree).isDirectory()).toBe(true);
  });

  it('empties a submodule’s folder', async () => {
    const workshop = await openWorkshop();
    git(workshop.user, 'update-index', '--add', '--cacheinfo', `160000,${workshop.base},sub`);
    git(workshop.user, 'commit', '-q', '-m', 'submodule');
    const taken = await takeIn({ trusted: workshop.trusted, target: 'main' });
    if (taken.type !== 'taken-in') throw new Error(taken.type);
    const copy = await prepare(workshop, 'copy', taken.tip);
    write(copy.tree, { 'sub/left.txt': 'x' });
    expect((await prepare(workshop, 'copy', taken.tip)).how).toBe('kept');
    expect(existsSync(join(copy.tree, 'sub/left.txt'))).toBe(false);
  });

  it('disappears at once when discarded, also when an earlier process did not finish', async () => {
    const workshop = await openWorkshop();
    const copy = await prepare(workshop, 'copies/one');
    chmodSync(join(copy.tree, 'src'), 0o500);
    await discardWorkingCopy(copy.directory);
    expect(existsSync(copy.directory)).toBe(false);
    mkdirSync(join(workshop.root, 'copies/two.discarded-1234'));
    await sweepDiscarded(join(workshop.root, 'copies'));
    await settleDeletions();
    expect(execFileSync('ls', [join(workshop.root, 'copies')], { encoding: 'utf8' })).toBe('');
  });
});

describe('the agent’s own .git', () => {
  it('shows earlier work as uncommitted changes, takes commits, and knows nobody else’s work', async () => {
    const workshop = await openWorkshop();
    const other = await makeCandidate(workshop, 'MW-2', { 'other.txt': 'secret\n' });
    const earlier = await makeCandidate(workshop, 'MW-1', { 'one.txt': '1\n', 'a.txt': 'changed\n' });
    const { copy } = await openBench(workshop, 'MW-1', { head: earlier.commit });
    write(copy.tree, { 'node_modules/x': 'mounted' });
    expect(
      git(copy.tree, 'status', '--porcelain')
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['M a.txt', '?? one.txt']);
    expect(git(copy.tree, 'log', '--format=%s')).toBe('change');
    git(copy.tree, 'add', '-A');
    git(copy.tree, 'commit', '-q', '-m', 'mine');
    expect(() => git(copy.tree, 'cat-file', '-e', other.commit)).toThrow(/./);
    git(copy.tree, 'cat-file', '-e', workshop.base);
  });

  it('is replaced completely, and nothing planted in it ever runs for us', async () => {
    const workshop = await openWorkshop({
      'a.txt': 'a\n',
      '.gitattributes': '*.txt filter=evil diff=evil merge=evil\n',
    });
    const bench = await openBench(workshop, 'MW-1');
    const { tree } = bench.copy;
    const ran = join(workshop.root, 'ran');
    for (const key of ['filter.evil.clean', 'filter.evil.smudge', 'core.fsmonitor', 'diff.external'])
      git(tree, 'config', key, `sh -c 'touch ${ran}; cat'`);
    write(tree, {
      '.git/hooks/post-index-change': `#!/bin/sh\ntouch ${ran}\n`,
      'a.txt': 'changed\n',
      'new.txt': 'new\n',
    });
    chmodSync(join(tree, '.git/hooks/post-index-change'), 0o755);
    const made = importedCommit(await bench.import());
    const again = await openBench(workshop, 'MW-1', { head: made });
    expect(again.copy.how).toBe('kept');
    expect(existsSync(ran)).toBe(false);
    expect(readFileSync(join(tree, '.git/config'), 'utf8')).not.toContain('evil');
    expect(existsSync(join(tree, '.git/hooks'))).toBe(false);
    // The trap was real: plain git falls into it.
    git(tree, 'config', 'filter.evil.clean', `sh -c 'touch ${ran}; cat'`);
    write(tree, { 'a.txt': 'again\n' });
    git(tree, 'add', '-A');
    expect(existsSync(ran)).toBe(true);
  });
});
