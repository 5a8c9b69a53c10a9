import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runGit } from '../../src/git/git.ts';
import { GitFailed } from '../../src/git/git-call.ts';
import { startThroughShell } from '../../src/git/short-git.ts';
import { openStarter, type Starter } from '../../src/git/starter.ts';
import { commit, git, openWorkshop } from './workshop.ts';

function open(): Starter {
  const starter = openStarter();
  if (starter === null) throw new Error('this machine cannot start programs through a shell');
  onTestFinished(() => starter.close());
  return starter;
}

const quick = { env: {}, input: undefined, maxBytes: 1_000_000, onStart: () => undefined };

describe('the starter', () => {
  it('gives a program its arguments, its whole environment and its input, whatever they hold', async () => {
    const word = `it's "$HOME" \n \`id\` ü \\ ; & | > <`;
    const script = 'printf "%s|" "$1" "$WORD"; env | sort | grep -v -e ^PWD= -e ^_=; cat';
    const { status, stdout, stderr } = await open().run({
      ...quick,
      argv: ['/bin/sh', '-c', script, 'sh', word],
      env: { WORD: word, PATH: '/usr/bin:/bin' },
      input: 'input\0bytes',
    });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    expect(stdout.toString().startsWith(`${word}|${word}|`)).toBe(true);
    expect(stdout.toString().endsWith('input\0bytes')).toBe(true);
    expect(stdout.toString()).not.toContain('BASH');
  });

  it('keeps runs apart, and never shows one what another wrote', async () => {
    const starter = open();
    for (let round = 0; round < 3; round += 1) {
      const ends = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          starter.run({
            ...quick,
            argv: ['/bin/sh', '-c', 'cat; echo "$0" >&2; exit $0', String(index)],
            input: 'x'.repeat((20 - index) * (round === 1 ? 1_000 : 1)),
          }),
        ),
      );
      for (const [index, end] of ends.entries()) {
        expect([end.status, end.stdout.length, end.stderr.toString()]).toEqual([
          index,
          (20 - index) * (round === 1 ? 1_000 : 1),
          `${index}\n`,
        ]);
      }
    }
    expect((await starter.run({ ...quick, argv: ['/bin/cat'] })).stdout.length).toBe(0);
  });

  it('ends a program when told to, and goes on', async () => {
    const starter = open();
    const end = await starter.run({ ...quick, argv: ['/bin/sleep', '60'], onStart: (kill) => kill() });
    expect(end.status).toBe(137);
    expect((await starter.run({ ...quick, argv: ['/bin/echo', 'on'] })).stdout.toString()).toBe('on\n');
  });

  it.each(['1', '2'])('ends a program that prints too much on %s, and hands out no more than a bound', async (to) => {
    const starter = open();
    const print = (size: number, then = '') => ({
      ...quick,
      argv: ['/bin/sh', '-c', `head -c ${size} /dev/zero >&${to}; ${then}`],
      env: { PATH: '/usr/bin:/bin' },
      maxBytes: 100_000,
    });
    const size = ({ stdout, stderr }: { stdout: Buffer; stderr: Buffer }) => stdout.length + stderr.length;
    const fits = await starter.run(print(100_000));
    expect([fits.status, fits.tooLong, size(fits)]).toEqual([0, false, 100_000]);
    const goesOn = await starter.run(print(100_001, 'exec sleep 60'));
    expect([goesOn.status, goesOn.tooLong, size(goesOn)]).toEqual([137, true, 100_000]);
    const endsItself = await starter.run(print(100_001));
    expect([endsItself.status, endsItself.tooLong, size(endsItself)]).toEqual([0, true, 100_000]);
  });

  it('leaves no zombies behind, and no shell after it was closed', async () => {
    const starter = openStarter();
    if (starter === null) throw new Error('no starter');
    const shell = async () =>
      (
        await starter.run({ ...quick, argv: ['/bin/sh', '-c', 'ps -o ppid= -p $PPID'], env: { PATH: '/usr/bin:/bin' } })
      ).stdout
        .toString()
        .trim();
    const pid = await shell();
    for (let count = 0; count < 30; count += 1) await starter.run({ ...quick, argv: ['/bin/true'] });
    await pause(50);
    await shell();
    const children = execFileSync('ps', ['-o', 'stat=', '--ppid', pid], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.startsWith('Z'));
    expect(children.length).toBeLessThan(3);
    await starter.close();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect((await starter.run({ ...quick, argv: ['/bin/true'] }).catch(() => ({ status: null }))).status).toBeNull();
  });
});

describe('git through the starter', () => {
  it('answers and fails like git that was started directly, also when the shell was killed', async () => {
    const { trusted, base } = await openWorkshop();
    const { gitDir } = trusted;
    const end = startThroughShell();
    onTestFinished(end);
    expect((await runGit(['rev-parse', 'refs/heads/main'], { gitDir })).stdout.toString().trim()).toBe(base);
    expect((await runGit(['cat-file', '--batch-check'], { gitDir, input: `${base}\n` })).stdout.toString()).toContain(
      'commit',
    );
    expect((await runGit(['rev-parse', '--verify', '--quiet', 'nothing'], { gitDir, accept: [0, 1] })).exitCode).toBe(
      1,
    );
    await expect(runGit(['rev-parse', '--verify', 'nothing'], { gitDir })).rejects.toThrow(GitFailed);
    await expect(
      runGit(['cat-file', 'commit', base], { gitDir, signal: AbortSignal.abort(new Error('over')) }),
    ).rejects.toThrow('over');
    const shell = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
    for (const [, pid] of shell.matchAll(/^ *([0-9]+) \/bin\/sh -s$/gm)) process.kill(Number(pid), 'SIGKILL');
    const ask = async () =>
      (await runGit(['rev-parse', 'refs/heads/main'], { gitDir }).catch(() => null))?.stdout.toString().trim();
    await expect.poll(ask).toBe(base);
  });

  it('stops at too much output, and says so', async () => {
    const { user, trusted } = await openWorkshop();
    const blob = commit(user, { 'big.txt': 'x'.repeat(1_000_000) }) && git(user, 'rev-parse', 'main:big.txt');
    onTestFinished(startThroughShell());
    const reading = runGit(['cat-file', '--batch'], { gitDir: join(user, '.git'), input: `${blob}\n`.repeat(300) });
    await expect(reading).rejects.toThrow(
      /cat-file --batch: output-too-long: it printed more than its output may be: 256 MiB/,
    );
    await expect(reading).rejects.toMatchObject({ reason: 'output-too-long' });
    expect((await runGit(['rev-parse', 'refs/heads/main'], { gitDir: trusted.gitDir })).stdout.length).toBe(41);
  });

  it('holds the time limit of git', async () => {
    const { trusted } = await openWorkshop();
    const { gitDir } = trusted;
    onTestFinished(startThroughShell());
    const slow = ['-c', 'alias.slow=!sleep 60', 'slow'];
    const begun = performance.now();
    await expect(runGit(slow, { gitDir, timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timeout' });
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
