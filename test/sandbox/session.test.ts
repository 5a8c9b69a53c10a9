import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectSession, killSession, readSessionOutput, runSession } from '../../src/sandbox/session.ts';
import { findMarked, readProc } from '../../src/sandbox/session/process-table.ts';
import { markerEntry } from '../../src/sandbox/session/trace.ts';
import { makePlace, rungs, shell, until, untilExists } from './support.ts';

/** Processes anywhere on this machine, inside or outside of a namespace, whose command line has this word. */
function countProcesses(word: string): number {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
  return pids.filter((pid) => readProc(`/proc/${pid}/cmdline`)?.split('\0').includes(word)).length;
}

/** How long to sleep, for a time that no other process sleeps. */
function uniqueSeconds(): string {
  return `9${Math.floor(Math.random() * 1e9)}`;
}

describe.each(rungs)('a session on the %s rung', (rung) => {
  it('reports the exit code, and keeps both streams in files', async () => {
    const place = makePlace();
    const end = await runSession(shell(place, rung, 'echo out; echo err >&2; exit 7'));
    expect(end).toMatchObject({ type: 'exited', exitCode: 7 });
    expect(await readSessionOutput(place.session)).toMatchObject({ stdout: 'out\n', stderr: 'err\n', cut: false });
  });

  it('keeps both streams byte by byte, and reads of a long one the end', async () => {
    const place = makePlace();
    await runSession(shell(place, rung, "printf '\\377\\000first\\n\\376last\\n'; printf '\\200' >&2"));
    const bytes = (name: string) => readFileSync(join(place.session, name)).toString('latin1');
    expect([bytes('stdout'), bytes('stderr')]).toEqual(['\u00ff\0first\n\u00felast\n', '\u0080']);
    expect(await readSessionOutput(place.session, 6)).toMatchObject({ stdout: '\ufffdlast\n', cut: true });
  });

  it('tells a program that is not there from one that cannot be run', async () => {
    const [absent, folder] = [makePlace(), makePlace()];
    const enclose = (place: typeof absent, command: string) =>
      place.sandboxes[rung].enclose([command], {
        workdir: place.work,
        writable: [place.work],
        readOnly: [],
        env: {},
        egressSocket: null,
        loopback: [],
      });
    expect(
      await runSession({ ...shell(absent, rung, ''), enclosed: enclose(absent, 'no-such-program') }),
    ).toMatchObject({ type: 'exited', exitCode: 127 });
    expect(await runSession({ ...shell(folder, rung, ''), enclosed: enclose(folder, folder.work) })).toMatchObject({
      type: 'exited',
      exitCode: 126,
    });
  });

  it('hands a megabyte to stdin unharmed', async () => {
    const place = makePlace();
    const stdin = 'ö'.repeat(524_288);
    await runSession(shell(place, rung, 'sha256sum', { stdin }));
    const { stdout } = await readSessionOutput(place.session);
    expect(stdout.split(' ')[0]).toBe(createHash('sha256').update(stdin).digest('hex'));
  });

  it('gives exactly the environment that was asked for, whatever it holds', async () => {
    const place = makePlace();
    const value = 'a\'b"c$d`e\\f\ng';
    await runSession(
      shell(place, rung, 'env -0', {
        walls: { env: { VALUE: value, HOME: '/h', TMPDIR: '/t', PATH: '/usr/bin:/bin' } },
      }),
    );
    const { stdout } = await readSessionOutput(place.session);
    const names = stdout
      .split('\0')
      .filter((entry) => entry !== '' && !/^(MW_SESSION|PWD|OLDPWD|SHLVL|_)=/.test(entry));
    expect(names.toSorted()).toEqual(['HOME=/h', 'PATH=/usr/bin:/bin', 'TMPDIR=/t', `VALUE=${value}`]);
  });

  it('hands on no descriptor with content but the three streams', async () => {
    const place = makePlace();
    await runSession(shell(place, rung, 'for fd in /proc/self/fd/*; do readlink "$fd"; done'));
    const links = (await readSessionOutput(place.session)).stdout.trim().split('\n');
    const others = links.filter(
      (link) => !/(stdin|stdout|stderr)$/.test(link) && link !== '/dev/null' && !link.startsWith('/proc/'),
    );
    expect(others).toEqual([]);
  });

  it('ends a silent session, and leaves a talking one alone', async () => {
    const [silent, talking] = [makePlace(), makePlace()];
    const ends = await Promise.all([
      runSession(shell(silent, rung, 'echo once; sleep 30', { idleMs: 400 })),
      runSession(shell(talking, rung, 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.1; done', { idleMs: 400 })),
    ]);
    expect(ends[0]).toMatchObject({ type: 'stalled' });
    expect(ends[0].type === 'stalled' && ends[0].silentMs).toBeGreaterThanOrEqual(400);
    expect(ends[1]).toMatchObject({ type: 'exited', exitCode: 0 });
    expect(await runSession(shell(silent, rung, 'exit 1'))).toEqual(ends[0]);
  });

  it('ends a session at its wall limit, and takes no exit code for the limit', async () => {
    const [long, short] = [makePlace(), makePlace()];
    const ends = await Promise.all([
      runSession(shell(long, rung, 'sleep 30', { wallMs: 300 })),
      runSession(shell(short, rung, 'exit 124', { wallMs: 10_000 })),
    ]);
    expect(ends[0]).toMatchObject({ type: 'timed-out' });
    expect(ends[1]).toMatchObject({ type: 'exited', exitCode: 124 });
  });

  it('ends a session whose folder grows past its size', async () => {
    const place = makePlace();
    const watch = { folders: [place.work], maxBytes: 4 * 1024 * 1024 };
    const end = await runSession(
      shell(place, rung, 'dd if=/dev/zero of=big bs=1M count=8 2>/dev/null; sleep 30', { watch }),
    );
    expect(end.type === 'too-large' && end.sizeBytes).toBeGreaterThan(watch.maxBytes);
  });

  it('ends a session whose output grows past its size', async () => {
    const place = makePlace();
    const end = await runSession(
      shell(place, rung, 'yes | head -c 3000000; sleep 30', { maxOutputBytes: 1_000_000, idleMs: 10_000 }),
    );
    expect(end).toMatchObject({ type: 'too-large', sizeBytes: 3_000_000 });
  });

  it('leaves nothing running when it is aborted, not even a daemon', async () => {
    const place = makePlace();
    const seconds = uniqueSeconds();
    const aborter = new AbortController();
    const script = `setsid sh -c 'trap "" TERM HUP; sleep ${seconds}; sleep ${seconds}' & sleep ${seconds} & touch ready; sleep ${seconds}`;
    const running = runSession(shell(place, rung, script, { signal: aborter.signal }));
    await untilExists(join(place.work, 'ready'));
    await until('three sleeps run', () => countProcesses(seconds) === 3);
    aborter.abort();
    expect(await running).toEqual({ type: 'aborted' });
    expect(countProcesses(seconds)).toBe(0);
    expect(inspectSession(place.session)).toBe('vanished');
  });

  it('leaves no daemon behind when the program ends by itself', async () => {
    const place = makePlace();
    const seconds = uniqueSeconds();
    const end = await runSession(shell(place, rung, `setsid sleep ${seconds} >/dev/null 2>&1 & exit 0`));
    expect(end).toMatchObject({ type: 'exited', exitCode: 0 });
    expect(countProcesses(seconds)).toBe(0);
  });

  it('starts nothing for a caller that has already given up', async () => {
    const place = makePlace();
    expect(await runSession(shell(place, rung, 'touch ran', { signal: AbortSignal.abort() }))).toEqual({
      type: 'aborted',
    });
    expect(inspectSession(place.session)).toBe('absent');
  });
});

describe('what is found in a session’s directory', () => {
  it('keeps an egress proxy that cannot start apart from a program that fails', async () => {
    const place = makePlace();
    const egress = { socket: join(place.folder, 'egress.sock'), allow: ['not an endpoint'] };
    expect(await runSession(shell(place, 'clone', 'touch ran', { egress }))).toEqual({
      type: 'walls-failed',
      exitCode: 125,
    });
    expect(readFileSync(join(place.session, 'egress.err'), 'utf8')).toContain('not an endpoint');
  });

  it('keeps walls that cannot stand apart from a program that fails', async () => {
    const place = makePlace();
    const elsewhere = join(place.folder, 'elsewhere');
    mkdirSync(elsewhere);
    const spec = shell(place, 'bubblewrap', 'exit 1', { walls: { workdir: elsewhere } });
    expect(await runSession(spec)).toMatchObject({ type: 'walls-failed' });
  });

  it('takes a receipt without its line end for none', async () => {
    const place = makePlace();
    mkdirSync(place.session);
    writeFileSync(join(place.session, 'claim'), '1 1 00000000-0000-0000-0000-000000000000 1.00\n');
    writeFileSync(join(place.session, 'receipt'), '0 yes 1.00 1.');
    expect(inspectSession(place.session)).toBe('vanished');
    writeFileSync(join(place.session, 'receipt'), '0 yes 1.00 1.50\n');
    expect(inspectSession(place.session)).toBe('finished');
    expect(await runSession(shell(place, 'clone', 'exit 9'))).toEqual({ type: 'exited', exitCode: 0, durationMs: 500 });
  });

  it('reads the end of a stream that is longer than wanted, and says so', async () => {
    const place = makePlace();
    await runSession(shell(place, 'clone', 'printf 0123456789'));
    expect(await readSessionOutput(place.session, 4)).toMatchObject({ stdout: '6789', stderr: '', cut: true });
  });

  it('finds the processes of a session by its marker, and only those', async () => {
    const place = makePlace();
    const running = runSession(shell(place, 'clone', 'touch ready; sleep 30'));
    await untilExists(join(place.work, 'ready'));
    expect(findMarked(markerEntry(place.session)).length).toBeGreaterThan(1);
    expect(findMarked(markerEntry(`${place.session}-other`))).toEqual([]);
    await killSession(place.session);
    expect(await running).toEqual({ type: 'vanished' });
  });
});
