import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saveCandidate } from '../../src/git/candidate.ts';
import { changedFiles, diffText } from '../../src/git/diff.ts';
import { listFilesAt, parentsOf, readFileAt } from '../../src/git/history.ts';
import { landCandidate, rebaseCandidate } from '../../src/git/landing.ts';
import { takeIn } from '../../src/git/take-in.ts';
import { readAcceptedTip } from '../../src/git/trusted-repository.ts';
import { git, makeCandidate, openBench, openWorkshop, problemsOf, write, importedCommit } from './workshop.ts';

const lines = (...changed: string[]): string =>
  Array.from({ length: 30 }, (_, i) => `${changed[i] ?? `line ${i}`}\n`).join('');

describe('landing', () => {
  it('keeps candidates out of accepted history until they land', async () => {
    const workshop = await openWorkshop();
    const { trusted, base } = workshop;
    const { candidate, commit } = await makeCandidate(workshop, 'MW-1', { 'new.txt': 'new\n' });
    expect(await readFileAt(trusted.gitDir, commit, 'new.txt')).toBeNull();
    expect(await landCandidate({ trusted, candidate, commit, base, target: 'main' })).toEqual({ type: 'landed' });
    expect((await readFileAt(trusted.gitDir, commit, 'new.txt'))?.toString()).toBe('new\n');
    expect(await readAcceptedTip(trusted, 'main')).toBe(commit);
  });

  it('lands once, however often it is asked, also when the candidate’s folder is gone', async () => {
    const workshop = await openWorkshop();
    const { trusted, base } = workshop;
    const made = await makeCandidate(workshop, 'MW-1', { 'new.txt': 'new\n' });
    for (let i = 0; i < 3; i += 1)
      expect(await landCandidate({ trusted, ...made, base, target: 'main' })).toEqual({ type: 'landed' });
    rmSync(made.candidate.gitDir, { recursive: true });
    expect(await landCandidate({ trusted, ...made, base, target: 'main' })).toEqual({ type: 'landed' });
    expect(git(trusted.gitDir, 'rev-list', '--count', 'main')).toBe('2');
  });

  it('lets one of two concurrent candidates land; the other is rebased with the same patch', async () => {
    const workshop = await openWorkshop({ 'list.txt': lines() });
    const { trusted, base } = workshop;
    const first = await makeCandidate(workshop, 'MW-1', { 'list.txt': lines('first') });
    const second = await makeCandidate(workshop, 'MW-2', {
      'list.txt': lines(...Array<string>(25), 'second'),
      'b.bin': 'x\0y',
    });
    const results = await Promise.all(
      [first, second].map((made) => landCandidate({ trusted, ...made, base, target: 'main' })),
    );
    expect(results).toEqual([{ type: 'landed' }, { type: 'target-moved', tip: first.commit }]);
    const rebased = await rebaseCandidate({ ...second, base, onto: first.commit, attempt: 'rebase-1' });
    expect(rebased).toMatchObject({ type: 'rebased', samePatch: true });
    expect(await parentsOf(second.candidate.gitDir, rebased.commit)).toEqual([first.commit]);
    expect(
      await landCandidate({
        trusted,
        candidate: second.candidate,
        commit: rebased.commit,
        base: first.commit,
        target: 'main',
      }),
    ).toEqual({ type: 'landed' });
    expect((await readFileAt(trusted.gitDir, rebased.commit, 'list.txt'))?.toString()).toBe(
      lines('first', ...Array<string>(24), 'second'),
    );
    expect(git(trusted.gitDir, 'log', '-1', '--format=%an %aI %B', 'main')).toContain(
      'Maker 2026-01-02T03:04:05+00:00 work\n\nItem: MW-1',
    );
    git(trusted.gitDir, 'fsck', '--strict');
  });

  it('notices that a rebased patch is not the same patch, because a part of it was there already', async () => {
    const workshop = await openWorkshop({ 'list.txt': lines() });
    const { trusted, base } = workshop;
    const first = await makeCandidate(workshop, 'MW-1', { 'list.txt': lines('same') });
    const second = await makeCandidate(workshop, 'MW-2', { 'list.txt': lines('same', ...Array<string>(24), 'more') });
    await landCandidate({ trusted, ...first, base, target: 'main' });
    expect(await rebaseCandidate({ ...second, base, onto: first.commit, attempt: 'rebase-1' })).toMatchObject({
      type: 'rebased',
      samePatch: false,
    });
  });

  it('rebases a candidate whose base the user has taken out of history', async () => {
    const workshop = await openWorkshop();
    const { user } = workshop;
    const onto = workshop.base;
    write(user, { 'gone.txt': 'gone\n' });
    git(user, 'add', '-A');
    git(user, 'commit', '-q', '-m', 'to be dropped');
    const taken = await takeIn({ trusted: workshop.trusted, target: 'main' });
    if (taken.type !== 'taken-in') throw new Error(taken.type);
    const made = await makeCandidate(workshop, 'MW-1', { 'new.txt': 'new\n' }, taken.tip);
    const rebased = await rebaseCandidate({ ...made, base: taken.tip, onto, attempt: 'rebase-1' });
    expect(rebased).toMatchObject({ type: 'rebased', samePatch: true });
    expect(await listFilesAt(made.candidate.gitDir, rebased.commit, '')).toEqual(['a.txt', 'new.txt', 'src/b.txt']);
  });

  it('gives a conflict as a commit with markers, and does not take it back while they are there', async () => {
    const workshop = await openWorkshop();
    const { trusted, base } = workshop;
    const first = await makeCandidate(workshop, 'MW-1', { 'a.txt': 'first\n' });
    const second = await makeCandidate(workshop, 'MW-2', { 'a.txt': 'second\n' });
    await landCandidate({ trusted, ...first, base, target: 'main' });
    const conflicted = await rebaseCandidate({ ...second, base, onto: first.commit, attempt: 'rebase-1' });
    expect(conflicted).toMatchObject({ type: 'conflicted', files: ['a.txt'] });
    const bench = await openBench(workshop, 'MW-2', { base: first.commit, head: conflicted.commit });
    const again = { attempt: 'build-2', conflicted: ['a.txt'] };
    expect(problemsOf(await bench.import(again))).toContain('"a.txt" still holds conflict markers');
    write(bench.copy.tree, { 'a.txt': 'both\n' });
    const solved = importedCommit(await bench.import(again));
    expect(
      await landCandidate({ trusted, candidate: second.candidate, commit: solved, base: first.commit, target: 'main' }),
    ).toEqual({ type: 'landed' });
  });

  it('refuses to land a commit that does not sit on the base it is said to sit on', async () => {
    const workshop = await openWorkshop();
    const first = await makeCandidate(workshop, 'MW-1', { 'a.txt': 'first\n' });
    await landCandidate({ trusted: workshop.trusted, ...first, base: workshop.base, target: 'main' });
    const second = await makeCandidate(workshop, 'MW-2', { 'b.txt': 'second\n' });
    await expect(
      landCandidate({ trusted: workshop.trusted, ...second, base: first.commit, target: 'main' }),
    ).rejects.toThrow('is not one commit on');
  });

  it('saves a candidate’s commits where no agent can read them, so that its folder can go', async () => {
    const workshop = await openWorkshop();
    const { trusted } = workshop;
    const { candidate, commit } = await makeCandidate(workshop, 'MW-1', { 'new.txt': 'new\n' });
    for (let i = 0; i < 2; i += 1) {
      const saved = await saveCandidate({ trusted, candidate, name: 'MW-1/1' });
      expect(saved.refs).toEqual(['refs/saved/MW-1/1/attempts/build-1']);
    }
    rmSync(dirname(candidate.gitDir), { recursive: true });
    const saved = join(dirname(trusted.gitDir), 'saved.git');
    expect((await readFileAt(saved, commit, 'new.txt'))?.toString()).toBe('new\n');
    expect(await readFileAt(trusted.gitDir, commit, 'new.txt')).toBeNull();
    expect(readdirSync(join(trusted.gitDir, 'refs'))).not.toContain('saved');
  });

  it('shows differences as text, cut where asked, and as a list', async () => {
    const workshop = await openWorkshop();
    const { candidate, commit } = await makeCandidate(workshop, 'MW-1', { 'a.txt': 'changed\n', 'ü "new".txt': 'x\n' });
    const span = { gitDir: candidate.gitDir, from: workshop.base, to: commit };
    expect(await diffText({ ...span, maxBytes: 10_000 })).toMatchObject({
      cut: false,
      text: expect.stringContaining('-a\n+changed\n'),
    });
    expect(await diffText({ ...span, maxBytes: 20 })).toMatchObject({ cut: true });
    expect((await diffText({ ...span, maxBytes: 10_000, stat: true })).text).toContain('2 files changed');
    expect(await changedFiles(span)).toEqual([
      { path: 'a.txt', change: 'modified' },
      { path: 'ü "new".txt', change: 'added' },
    ]);
  });
});
