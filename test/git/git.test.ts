import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { checkGit, runGit } from '../../src/git/git.ts';
import { GitFailed } from '../../src/git/git-call.ts';
import { commit, git, temporaryFolder } from './workshop.ts';

function repository(): string {
  const folder = temporaryFolder();
  git(folder, 'init', '-q', '-b', 'main');
  commit(folder, { 'a.txt': 'a\n' });
  return folder;
}

describe('running git', () => {
  it('answers with output and exit code, and throws with both for an exit code nobody expected', async () => {
    const gitDir = join(repository(), '.git');
    expect((await runGit(['cat-file', '-t', 'main'], { gitDir })).stdout.toString()).toBe('commit\n');
    expect((await runGit(['cat-file', '-e', 'nothing'], { gitDir, accept: [0, 128] })).exitCode).toBe(128);
    await expect(runGit(['cat-file', '-e', 'nothing'], { gitDir })).rejects.toMatchObject({
      name: 'GitFailed',
      reason: 'exit',
      exitCode: 128,
    });
  });

  it('sees no repository but the one it is given', async () => {
    const folder = repository();
    await expect(runGit(['rev-parse', 'HEAD'])).rejects.toBeInstanceOf(GitFailed);
    expect(git(folder, 'rev-parse', 'HEAD')).toMatch(/^[0-9a-f]{40}$/);
  });

  it('runs no hook, where plain git runs it', async () => {
    const folder = repository();
    const ran = join(folder, 'ran');
    writeFileSync(join(folder, '.git/hooks/reference-transaction'), `#!/bin/sh\necho ran >> ${ran}\n`, { mode: 0o755 });
    await runGit(['update-ref', 'refs/heads/one', 'main'], { gitDir: join(folder, '.git') });
    expect(existsSync(ran)).toBe(false);
    git(folder, 'update-ref', 'refs/heads/two', 'main');
    expect(existsSync(ran)).toBe(true);
  });

  it('stops at too much output, or cuts it when asked to', async () => {
    const folder = repository();
    commit(folder, { 'big.txt': 'x'.repeat(100_000) });
    const options = { gitDir: join(folder, '.git'), maxBytes: 1_000 };
    await expect(runGit(['cat-file', 'blob', 'main:big.txt'], options)).rejects.toMatchObject({
      reason: 'output-too-long',
    });
    const cut = await runGit(['cat-file', 'blob', 'main:big.txt'], { ...options, whenTooLong: 'cut' });
    expect([cut.stdout.length, cut.cut]).toEqual([1_000, true]);
  });

  it('ends at its deadline and at an abort, although git waits for input', async () => {
    const gitDir = join(repository(), '.git');
    const silence = (): Readable => new Readable({ read: () => undefined });
    await expect(runGit(['cat-file', '--batch'], { gitDir, input: silence(), timeoutMs: 50 })).rejects.toMatchObject({
      reason: 'timeout',
    });
    const controller = new AbortController();
    const running = runGit(['cat-file', '--batch'], { gitDir, input: silence(), signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
  });

  it('knows whether the installed git will do', async () => {
    expect(await checkGit()).toMatchObject({ type: 'usable' });
  });
});
