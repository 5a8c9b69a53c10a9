import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deliver } from '../../src/git/delivery.ts';
import { landCandidate } from '../../src/git/landing.ts';
import { type Files, type Workshop, commit, git, makeCandidate, openWorkshop, write } from './workshop.ts';

async function openLanded(
  files: Files = { 'a.txt': 'landed\n', 'new.txt': 'new\n' },
): Promise<Workshop & { landed: string; readonly bring: (mode?: 'branch') => ReturnType<typeof deliver> }> {
  const workshop = await openWorkshop();
  const made = await makeCandidate(workshop, 'MW-1', files);
  await landCandidate({ trusted: workshop.trusted, ...made, base: workshop.base, target: 'main' });
  return {
    ...workshop,
    landed: made.commit,
    bring: (mode) =>
      deliver({ trusted: workshop.trusted, target: 'main', commit: made.commit, mode: mode ?? 'fast-forward' }),
  };
}

const tip = (folder: string, branch: string): string => git(folder, 'rev-parse', branch);
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

describe('delivery', () => {
  it('moves the branch and the files of a clean checkout, once', async () => {
    const { user, landed, bring } = await openLanded();
    write(user, { 'notes.txt': 'untracked, and in nobody’s way' });
    for (let i = 0; i < 2; i += 1) expect(await bring()).toEqual({ type: 'delivered', branch: 'main' });
    expect([tip(user, 'HEAD'), git(user, 'status', '--porcelain'), read(user, 'a.txt')]).toEqual([
      landed,
      '?? notes.txt',
      'landed\n',
    ]);
    expect(git(user, 'reflog', '-1', '--format=%gs')).toContain('millwright');
    git(user, 'fsck', '--strict');
  });

  it('moves only the branch when another one is checked out, or none', async () => {
    for (const away of [['-b', 'other'], ['--detach']]) {
      const { user, landed, base, bring } = await openLanded();
      git(user, 'checkout', '-q', ...away);
      expect(await bring()).toEqual({ type: 'delivered', branch: 'main' });
      expect([tip(user, 'main'), tip(user, 'HEAD'), read(user, 'a.txt')]).toEqual([landed, base, 'a\n']);
      expect(git(user, 'status', '--porcelain')).toBe('');
    }
  });

  it.each<[string, (user: string) => void, RegExp]>([
    ['a changed file', (user) => write(user, { 'src/b.txt': 'mine\n' }), /uncommitted changes/],
    [
      'a staged file',
      (user) => {
        write(user, { 'staged.txt': 'mine\n' });
        git(user, 'add', 'staged.txt');
      },
      /uncommitted changes/,
    ],
    ['an untracked file in the way', (user) => write(user, { 'new.txt': 'mine\n' }), /new.txt/],
    [
      'an ignored file in the way',
      (user) => {
        writeFileSync(join(user, '.git/info/exclude'), 'new.txt\n');
        write(user, { 'new.txt': 'mine\n' });
      },
      /new.txt/,
    ],
    [
      'a merge under way',
      (user) => {
        git(user, 'checkout', '-q', '-b', 'side');
        commit(user, { 'side.txt': 'x' });
        git(user, 'checkout', '-q', 'main');
        git(user, 'merge', '-q', '--no-ff', '--no-commit', 'side');
      },
      /a merge is under way/,
    ],
    ['an index that is locked', (user) => writeFileSync(join(user, '.git/index.lock'), ''), /index.lock/],
  ])('leaves a checkout with %s alone and keeps the work on a branch', async (_, act, why) => {
    const { user, landed, base, bring } = await openLanded();
    act(user);
    const before = [
      git(user, 'status', '--porcelain'),
      read(user, 'a.txt'),
      existsSync(join(user, 'new.txt')) && read(user, 'new.txt'),
    ];
    for (let i = 0; i < 2; i += 1) {
      expect(await bring()).toEqual({
        type: 'kept',
        branch: 'millwright/main',
        why: expect.stringMatching(why) as string,
      });
    }
    expect([
      git(user, 'status', '--porcelain'),
      read(user, 'a.txt'),
      existsSync(join(user, 'new.txt')) && read(user, 'new.txt'),
    ]).toEqual(before);
    expect([tip(user, 'main'), tip(user, 'millwright/main')]).toEqual([base, landed]);
  });

  it('does not touch a branch that is being rebased', async () => {
    const { user, base, bring } = await openLanded();
    const mine = commit(user, { 'c.txt': '1' });
    git(user, 'reset', '-q', '--hard', base);
    write(user, { '.git/rebase-merge/head-name': 'refs/heads/main\n' });
    git(user, 'checkout', '-q', '--detach', mine);
    expect(await bring()).toMatchObject({ type: 'kept', why: 'a rebase of main is under way' });
    expect(tip(user, 'main')).toBe(base);
  });

  it('keeps the work beside commits of the user’s own', async () => {
    const { user, landed, bring } = await openLanded();
    const mine = commit(user, { 'c.txt': 'mine' });
    expect(await bring()).toMatchObject({
      type: 'kept',
      branch: 'millwright/main',
      why: expect.stringContaining('commits that the landed work does not contain'),
    });
    expect([tip(user, 'main'), tip(user, 'millwright/main')]).toEqual([mine, landed]);
  });

  it('keeps to millwright/main when the mode says so', async () => {
    const { user, base, landed, bring } = await openLanded();
    expect(await bring('branch')).toEqual({ type: 'kept', branch: 'millwright/main', why: 'land.mode is branch' });
    expect([tip(user, 'main'), tip(user, 'millwright/main')]).toEqual([base, landed]);
  });

  it('never takes commits of the user off millwright/main', async () => {
    const { user, landed, bring } = await openLanded();
    git(user, 'branch', 'millwright/main');
    git(user, 'checkout', '-q', 'millwright/main');
    const mine = commit(user, { 'c.txt': 'mine' });
    const own = `millwright-main-${landed.slice(0, 12)}`;
    for (let i = 0; i < 2; i += 1) expect(await bring('branch')).toMatchObject({ type: 'kept', branch: own });
    expect([tip(user, 'millwright/main'), tip(user, own)]).toEqual([mine, landed]);
  });

  it('finds another name when the user has a branch called millwright', async () => {
    const { user, landed, bring } = await openLanded();
    git(user, 'branch', 'millwright');
    expect(await bring('branch')).toMatchObject({ type: 'kept', branch: `millwright-main-${landed.slice(0, 12)}` });
  });

  it('respects linked worktrees: their files move too, and their changes stay', async () => {
    for (const dirty of [false, true]) {
      const { root, user, landed, base, bring } = await openLanded();
      const linked = join(root, 'linked');
      git(user, 'checkout', '-q', '-b', 'other');
      git(user, 'worktree', 'add', '-q', linked, 'main');
      if (dirty) write(linked, { 'a.txt': 'mine\n' });
      expect(await bring()).toMatchObject({ type: dirty ? 'kept' : 'delivered' });
      expect([tip(user, 'main'), read(linked, 'a.txt')]).toEqual(dirty ? [base, 'mine\n'] : [landed, 'landed\n']);
    }
  });

  it('runs none of the user’s hooks, which a merge by hand does run', async () => {
    const { user, base, bring } = await openLanded();
    const ran = join(user, '.git/ran');
    for (const hook of ['post-merge', 'reference-transaction', 'post-checkout', 'post-index-change']) {
      writeFileSync(join(user, '.git/hooks', hook), `#!/bin/sh\necho ${hook} >> ${ran}\n`);
      chmodSync(join(user, '.git/hooks', hook), 0o755);
    }
    expect(await bring()).toMatchObject({ type: 'delivered' });
    expect(existsSync(ran)).toBe(false);
    git(user, 'reset', '-q', '--hard', base);
    git(user, 'merge', '-q', '--ff-only', 'ORIG_HEAD');
    expect(read(user, '.git/ran')).toContain('post-merge');
  });

  it('finishes a delivery that was killed between the files and the branch', async () => {
    const { user, landed, base, bring } = await openLanded();
    await bring();
    git(user, 'update-ref', 'refs/heads/main', base);
    expect(git(user, 'status', '--porcelain')).not.toBe('');
    expect(await bring()).toEqual({ type: 'delivered', branch: 'main' });
    expect([tip(user, 'main'), git(user, 'status', '--porcelain')]).toEqual([landed, '']);
  });

  it('tells the user when the repository is gone', async () => {
    const { trusted, landed } = await openLanded();
    const gone = deliver({
      trusted: { ...trusted, userPath: '/nonexistent/repository' },
      target: 'main',
      commit: landed,
      mode: 'fast-forward',
    });
    await expect(gone).rejects.toMatchObject({ code: 'repository-gone' });
  });
});
