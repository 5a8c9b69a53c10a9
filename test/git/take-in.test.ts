import { appendFileSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAncestor, listFilesAt, readFileAt, readFilesAt } from '../../src/git/history.ts';
import { landCandidate } from '../../src/git/landing.ts';
import { readRef } from '../../src/git/refs.ts';
import { takeIn } from '../../src/git/take-in.ts';
import { openTrustedRepository, readAcceptedTip } from '../../src/git/trusted-repository.ts';
import { defaultBranch, locateUserRepository } from '../../src/git/user-repository.ts';
import { deliver } from '../../src/git/delivery.ts';
import { type Workshop, commit, git, makeCandidate, openWorkshop, temporaryFolder } from './workshop.ts';

async function land(workshop: Workshop, item: string, files: Record<string, string>): Promise<string> {
  const made = await makeCandidate(workshop, item, files);
  expect(await landCandidate({ trusted: workshop.trusted, ...made, base: workshop.base, target: 'main' })).toEqual({
    type: 'landed',
  });
  return made.commit;
}

describe('taking in', () => {
  it('takes the user’s commits, then has nothing to do', async () => {
    const workshop = await openWorkshop();
    const { trusted, user, base } = workshop;
    expect(await readAcceptedTip(trusted, 'main')).toBe(base);
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'up-to-date', tip: base });
    const next = commit(user, { 'c.txt': 'c\n' });
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'taken-in', tip: next });
    expect((await readFileAt(trusted.gitDir, next, 'c.txt'))?.toString()).toBe('c\n');
    expect(await readFileAt(trusted.gitDir, next, 'nothing')).toBeNull();
    expect([...(await readFilesAt(trusted.gitDir, next, ['no', 'a.txt', 'src', 'src/b.txt'])).keys()]).toEqual([
      'a.txt',
      'src/b.txt',
    ]);
    expect(await listFilesAt(trusted.gitDir, next, 'src')).toEqual(['src/b.txt']);
  });

  it('does not take a delivery that is under way for history that the user rewrote', async () => {
    const workshop = await openWorkshop();
    const { trusted } = workshop;
    const landed = await land(workshop, 'MW-1', { 'b.txt': 'b\n' });
    const [, taken] = await Promise.all([
      deliver({ trusted, target: 'main', commit: landed, mode: 'fast-forward' }),
      takeIn({ trusted, target: 'main' }),
    ]);
    expect(taken).toEqual({ type: 'up-to-date', tip: landed });
    expect(await readAcceptedTip(trusted, 'main')).toBe(landed);
  });

  it('leaves other branches and stashes of the user where they are', async () => {
    const { trusted, user } = await openWorkshop();
    git(user, 'checkout', '-q', '-b', 'private');
    const secret = commit(user, { 'secret.txt': 'secret\n' });
    git(user, 'checkout', '-q', 'main');
    commit(user, { 'c.txt': 'c\n' });
    await takeIn({ trusted, target: 'main' });
    expect(git(user, 'show', `${secret}:secret.txt`)).toBe('secret');
    expect(await readFileAt(trusted.gitDir, secret, 'secret.txt')).toBeNull();
  });

  it('finds packed branches, linked worktrees, bare repositories', async () => {
    const { root, trusted, user, base } = await openWorkshop();
    git(user, 'pack-refs', '--all');
    const next = commit(user, { 'c.txt': 'c\n' });
    git(user, 'pack-refs', '--all');
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'taken-in', tip: next });
    git(user, 'worktree', 'add', '-q', join(root, 'linked'), '-b', 'side', base);
    const linked = await openTrustedRepository({
      directory: join(root, 'p2/trusted.git'),
      userRepository: join(root, 'linked'),
    });
    expect(await takeIn({ trusted: linked, target: 'main' })).toEqual({ type: 'taken-in', tip: next });
    git(root, 'clone', '-q', '--bare', user, 'bare.git');
    const bare = await openTrustedRepository({
      directory: join(root, 'p3/trusted.git'),
      userRepository: join(root, 'bare.git'),
    });
    expect(await takeIn({ trusted: bare, target: 'main' })).toEqual({ type: 'taken-in', tip: next });
  });

  it('takes in a shallow clone and works on it', async () => {
    const { root, user } = await openWorkshop();
    commit(user, { 'c.txt': 'c\n' });
    git(root, 'clone', '-q', '--depth', '1', `file://${user}`, 'shallow');
    const trusted = await openTrustedRepository({
      directory: join(root, 'p2/trusted.git'),
      userRepository: join(root, 'shallow'),
    });
    const taken = await takeIn({ trusted, target: 'main' });
    if (taken.type !== 'taken-in') throw new Error(taken.type);
    const workshop = { root: join(root, 'p2'), user: join(root, 'shallow'), trusted: { ...trusted }, base: taken.tip };
    const made = await makeCandidate(workshop, 'MW-1', { 'd.txt': 'd\n' });
    expect(await landCandidate({ trusted, ...made, base: taken.tip, target: 'main' })).toEqual({ type: 'landed' });
    expect(await deliver({ trusted, target: 'main', commit: made.commit, mode: 'fast-forward' })).toEqual({
      type: 'delivered',
      branch: 'main',
    });
    expect(git(workshop.user, 'log', '--format=%s')).toBe('work\nchange');
    git(workshop.user, 'fsck');
  });

  it('says what is missing: no commit, no such branch, no repository', async () => {
    const root = temporaryFolder();
    const user = join(root, 'user');
    mkdirSync(user);
    git(user, 'init', '-q', '-b', 'main');
    const trusted = await openTrustedRepository({ directory: join(root, 'p/trusted.git'), userRepository: user });
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'no-commits' });
    commit(user, { a: 'a' });
    expect(await takeIn({ trusted, target: 'develop' })).toEqual({ type: 'no-branch', branches: ['main'] });
    renameSync(user, join(root, 'moved'));
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'gone' });
    await expect(
      takeIn({ trusted: { ...trusted, userPath: join(root, 'moved') }, target: '../../x' }),
    ).rejects.toMatchObject({ code: 'bad-branch-name' });
  });

  it('merges when both sides have moved, and says which files when it cannot', async () => {
    const workshop = await openWorkshop();
    const { trusted, user } = workshop;
    const landed = await land(workshop, 'MW-1', { 'a.txt': 'ours\n' });
    const theirs = commit(user, { 'c.txt': 'c\n' });
    const merged = await takeIn({ trusted, target: 'main' });
    if (merged.type !== 'merged') throw new Error(merged.type);
    expect(await isAncestor(trusted.gitDir, landed, merged.tip)).toBe(true);
    expect(await isAncestor(trusted.gitDir, theirs, merged.tip)).toBe(true);
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'up-to-date', tip: merged.tip });
    commit(user, { 'a.txt': 'theirs\n' });
    expect(await takeIn({ trusted, target: 'main' })).toEqual({
      type: 'diverged',
      cause: 'conflict',
      files: ['a.txt'],
    });
    expect(await readAcceptedTip(trusted, 'main')).toBe(merged.tip);
  });

  it('follows history that the user rewrote after delivery, and keeps what it replaced', async () => {
    const workshop = await openWorkshop();
    const { trusted, user, base } = workshop;
    const landed = await land(workshop, 'MW-1', { 'a.txt': 'ours\n' });
    await deliver({ trusted, target: 'main', commit: landed, mode: 'fast-forward' });
    git(user, 'reset', '-q', '--hard', base);
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'taken-in', tip: base });
    expect(await readRef(trusted.gitDir, `refs/replaced/${landed}`)).toBe(landed);
  });

  it('asks the user when commits vanish while other landed work was not yet delivered', async () => {
    const workshop = await openWorkshop();
    const { trusted, user, base } = workshop;
    commit(user, { 'c.txt': 'c\n' });
    const taken = await takeIn({ trusted, target: 'main' });
    if (taken.type !== 'taken-in') throw new Error(taken.type);
    const made = await makeCandidate(workshop, 'MW-1', { 'd.txt': 'd\n' }, taken.tip);
    await landCandidate({ trusted, ...made, base: taken.tip, target: 'main' });
    git(user, 'reset', '-q', '--hard', base);
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'diverged', cause: 'rewritten', files: [] });
  });

  it('refuses a trusted repository whose configuration somebody extended', async () => {
    const { trusted, user } = await openWorkshop();
    const reopen = () => openTrustedRepository({ directory: trusted.gitDir, userRepository: user });
    await expect(reopen()).resolves.toMatchObject({ objectFormat: 'sha1' });
    appendFileSync(join(trusted.gitDir, 'config'), '[filter "x"]\n\tclean = touch /tmp/x\n');
    await expect(reopen()).rejects.toMatchObject({ code: 'foreign-git-config' });
  });

  it('works with repositories that use SHA-256', async () => {
    const root = temporaryFolder();
    const user = join(root, 'user');
    mkdirSync(user);
    git(user, 'init', '-q', '-b', 'main', '--object-format=sha256');
    const base = commit(user, { a: 'a' });
    const trusted = await openTrustedRepository({ directory: join(root, 'project/trusted.git'), userRepository: user });
    expect(await takeIn({ trusted, target: 'main' })).toEqual({ type: 'taken-in', tip: base });
    const made = await makeCandidate({ root, user, trusted, base }, 'MW-1', { b: 'b' });
    await landCandidate({ trusted, ...made, base, target: 'main' });
    expect(await deliver({ trusted, target: 'main', commit: made.commit, mode: 'fast-forward' })).toEqual({
      type: 'delivered',
      branch: 'main',
    });
  });

  it('names the branch that work should land on', async () => {
    const { user } = await openWorkshop();
    const located = await locateUserRepository(user);
    if (located === null) throw new Error('not found');
    git(user, 'checkout', '-q', '-b', 'develop');
    expect(await defaultBranch(located)).toBe('develop');
    git(user, 'checkout', '-q', '--detach');
    expect(await defaultBranch(located)).toBe('main');
    expect(await locateUserRepository(join(user, 'src'))).toBeNull();
  });
});
