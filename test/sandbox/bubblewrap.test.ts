import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createBubblewrapSandbox } from '../../src/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { compileFilter } from '../../src/sandbox/bubblewrap/seccomp.ts';
import { probeNames, probeSandbox } from '../../src/sandbox/probe.ts';
import { readSessionOutput, runSession } from '../../src/sandbox/session.ts';
import { makePlace, rungs, shell, wallsOf, type Place } from './support.ts';

async function outputOf(place: Place, script: string, walls: Parameters<typeof shell>[3] = {}): Promise<string> {
  await runSession(shell(place, 'bubblewrap', script, walls));
  const { stdout, stderr } = await readSessionOutput(place.session);
  return `${stdout}${stderr}`;
}

it('is offered on this machine', async () => {
  const missing = await makePlace().sandboxes.bubblewrap.missing();
  expect(missing, `${missing?.what}; next: ${missing?.next}`).toBeNull();
});

describe('the probes', () => {
  it('all hold behind bubblewrap', async () => {
    const probes = await makePlace().sandboxes.bubblewrap.probe();
    expect(probes.filter(({ held }) => !held)).toEqual([]);
    expect(probes.map(({ name }) => name)).toEqual(probeNames);
  });

  it('bite: the same attempts succeed without walls', async () => {
    const place = makePlace();
    const probes = await probeSandbox(place.sandboxes.clone, join(place.folder, 'scratch'), probeNames);
    const held = probes.filter((probe) => probe.held).map(({ name }) => name);
    // The clone rung keeps these promises itself; their red controls are below.
    expect(held.toSorted()).toEqual(['descriptors', 'egress-allowed', 'environment', 'kill-leaves-nothing']);
  });

  it('bite: an inherited variable and an inherited descriptor are found', () => {
    const place = makePlace();
    const inside = fileURLToPath(new URL('../../src/sandbox/probe-inside.ts', import.meta.url));
    const targets = {
      secretFile: '/none',
      secret: 'x',
      outsideFolder: '/none',
      expectedNames: [],
      victim: { pid: 2 ** 22, word: 'no-such-word' },
      tcpPort: 1,
      udpPort: 9,
      socketPath: '/none',
      abstractName: 'none',
      scratchFolder: '/none',
      tooManyBytes: 1,
      allowedPort: 1,
      deniedPort: 1,
    };
    writeFileSync(join(place.folder, 'secret'), '');
    const script = `exec 9<"${place.folder}/secret"; exec "$@"`;
    const { stdout } = spawnSync('/bin/sh', ['-c', script, 'sh', process.execPath, inside], {
      env: { INHERITED: '1' },
      input: JSON.stringify(targets),
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toMatchObject({ environment: { reached: true }, descriptors: { reached: true } });
  });

  it('hold on the clone rung for what it promises', async () => {
    const probes = await makePlace().sandboxes.clone.probe();
    expect(probes.map(({ name, held }) => `${name} ${held}`)).toEqual(['environment true', 'kill-leaves-nothing true']);
  });
});

describe('the walls', () => {
  it('show the system, made-up users, and nothing of the host’s etc', async () => {
    const output = await outputOf(makePlace(), 'ls /; ls /etc; cat /etc/passwd; hostname; id -un');
    const words = output.split(/\s+/);
    expect(words).toContain('usr');
    for (const secret of ['shadow', 'hostname', 'machine-id', 'ssh', 'root', 'boot', 'sys', 'opt'])
      expect(words).not.toContain(secret);
    expect(words.slice(-3)).toEqual(['agent', 'agent', '']);
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('agent:x:1000');
  });

  it('let nothing be written but the working copy, scratch and home', async () => {
    const place = makePlace();
    const output = await outputOf(
      place,
      'for f in /x /usr/x /etc/x /dev/x /run/x /var/x /home/x "$HOME/x" /tmp/x /dev/shm/x x; do ( : >$f ) 2>/dev/null && echo "$f"; done; true',
    );
    expect(output.trim().split('\n')).toEqual(['/home/agent/x', '/tmp/x', '/dev/shm/x', 'x']);
    expect(existsSync(join(place.work, 'x'))).toBe(true);
  });

  it('put an inner folder on top of an outer one, whichever is read-only, in any order', async () => {
    const place = makePlace();
    for (const path of ['work/guarded/open', 'shown/inner']) mkdirSync(join(place.folder, path), { recursive: true });
    const walls = {
      writable: [join(place.work, 'guarded/open'), join(place.folder, 'shown/inner'), place.work],
      readOnly: [join(place.folder, 'shown'), join(place.work, 'guarded')],
    };
    const output = await outputOf(
      place,
      'for f in a guarded/a guarded/open/a ../shown/a ../shown/inner/a; do ( : >$f ) 2>/dev/null && echo "$f"; done; true',
      { walls },
    );
    expect(output.trim().split('\n')).toEqual(['a', 'guarded/open/a', '../shown/inner/a']);
  });

  it('show a prepared folder at a place inside the working copy, read-only', async () => {
    const place = makePlace();
    const source = join(place.folder, 'environment');
    mkdirSync(source);
    writeFileSync(join(source, 'library'), 'prepared');
    const walls = { overlays: [{ source, target: join(place.work, 'node_modules') }] };
    expect(
      await outputOf(place, 'cat node_modules/library; ( : > node_modules/x ) 2>/dev/null || echo " read-only"', {
        walls,
      }),
    ).toBe('prepared read-only\n');
  });

  it('never mount through a link that an agent left behind', () => {
    const place = makePlace();
    symlinkSync('/etc', join(place.work, 'link'));
    const target = join(place.work, 'link/node_modules');
    const enclose = () =>
      place.sandboxes.bubblewrap.enclose(['true'], wallsOf(place, { overlays: [{ source: place.work, target }] }));
    expect(enclose).toThrowError(
      expect.objectContaining({
        code: 'sandbox-path-refused',
        message: expect.stringContaining(join(place.work, 'link')),
      }),
    );
  });

  it.each(rungs)('name a path that does not exist, on the %s rung', (rung) => {
    const place = makePlace();
    const enclose = () => place.sandboxes[rung].enclose(['true'], wallsOf(place, { readOnly: ['/no/such/path'] }));
    expect(enclose).toThrowError(
      expect.objectContaining({
        name: 'UserError',
        code: 'sandbox-path-missing',
        message: expect.stringContaining('/no/such/path'),
      }),
    );
  });

  it.each(['/', '/etc', '/proc/self', '/dev/null', '/run', 'relative', '/usr/../etc'])('refuse to show %s', (path) => {
    const place = makePlace();
    const enclose = () => place.sandboxes.bubblewrap.enclose(['true'], wallsOf(place, { readOnly: [path] }));
    expect(enclose).toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/^sandbox-path-(refused|missing)$/) }),
    );
  });

  it('take no preloaded library and no PATH of the program out to where they are built', async () => {
    const place = makePlace();
    const fake = join(place.work, 'bwrap');
    writeFileSync(fake, `#!/bin/sh\ntouch ${place.work}/outside\n`);
    chmodSync(fake, 0o755);
    await outputOf(place, 'true', { walls: { env: { PATH: place.work, LD_PRELOAD: join(place.work, 'evil.so') } } });
    expect(existsSync(join(place.work, 'outside'))).toBe(false);
  });

  it('keep the environment out of every argument list', () => {
    const place = makePlace();
    const { argv, env } = place.sandboxes.bubblewrap.enclose(['true'], wallsOf(place, { env: { KEY: 'very-secret' } }));
    expect(JSON.stringify({ argv, env })).not.toContain('very-secret');
  });

  it('give the program its own NODE_OPTIONS, and the relay none', async () => {
    const place = makePlace();
    const socket = join(place.folder, 'egress.sock');
    const walls = { egressSocket: socket, env: { NODE_OPTIONS: '--require=/no/such/file' } };
    expect(await outputOf(place, 'echo "$NODE_OPTIONS"', { walls, egress: { socket, allow: [] } })).toBe(
      '--require=/no/such/file\n',
    );
  });
});

describe('the filter of system calls', () => {
  /** Number on x64 and arm64, arguments, and the errors that mean refused. */
  const calls =
    process.arch === 'arm64'
      ? { ioUring: '425, 1, 0', keyctl: '219, 0, 0, 0', userfaultfd: '282, 1', socket: 198 }
      : { ioUring: '425, 1, 0', keyctl: '250, 0, 0, 0', userfaultfd: '323, 1', socket: 41 };
  const script = [
    calls.ioUring,
    calls.keyctl,
    calls.userfaultfd,
    `${calls.socket}, 40, 1, 0`,
    `${calls.socket}, 38, 5, 0`,
    `${calls.socket}, 1, 1, 0`,
    `${calls.socket}, 2, 1, 0`,
    `${calls.socket}, 16, 3, 0`,
  ]
    .map((call) => `$! = 0; syscall(${call}); print $! + 0, " ";`)
    .join(' ');
  const notImplemented = 38;
  const noFamily = 97;

  it('answers as a kernel without io_uring, key rings, userfaultfd and foreign sockets, and lets the usual ones pass', async () => {
    const output = await outputOf(makePlace(), `perl -e '${script}'`);
    expect(output.trim().split(' ').map(Number)).toEqual([
      notImplemented,
      notImplemented,
      notImplemented,
      noFamily,
      noFamily,
      0,
      0,
      0,
    ]);
  });

  it('bites: without it the same calls are answered otherwise', () => {
    const { stdout } = spawnSync('perl', ['-e', script], { encoding: 'utf8' });
    expect(stdout.trim().split(' ').slice(0, 2).map(Number)).not.toContain(notImplemented);
  });

  it('is a whole number of instructions that jump forward and stay inside, and is written for two machines', () => {
    for (const machine of ['x64', 'arm64'] as const) {
      const bytes = compileFilter(machine) ?? new Uint8Array();
      const lines = bytes.length / 8;
      expect(Number.isInteger(lines)).toBe(true);
      for (let at = 0; at < lines; at += 1) {
        const code = bytes[at * 8];
        if (code === 0x15 || code === 0x35)
          for (const jump of [bytes[at * 8 + 2] ?? 0, bytes[at * 8 + 3] ?? 0])
            expect(at + 1 + jump).toBeLessThan(lines);
      }
      expect(bytes[(lines - 1) * 8]).toBe(0x06);
    }
    expect(compileFilter('s390x')).toBeNull();
  });
});

describe('what is missing', () => {
  /** A program that answers `--version` only. */
  function fakeBwrap(place: Place, script: string): string {
    const path = join(place.folder, 'fake-bwrap');
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('is the package, with the line that installs it', async () => {
    const place = makePlace();
    const missing = await createBubblewrapSandbox({ scratch: place.folder, program: null }).missing();
    expect(missing?.what).toBe('bubblewrap (bwrap) is not installed');
    expect(missing?.next).toMatch(/bubblewrap/);
  });

  it('is a newer version, where it is too old', async () => {
    const place = makePlace();
    const missing = await createBubblewrapSandbox({
      scratch: place.folder,
      program: fakeBwrap(place, 'echo bubblewrap 0.6.2'),
    }).missing();
    expect(missing?.what).toBe('bubblewrap 0.6 is too old: 0.8 is needed');
  });

  it('is what the kernel refuses, in the words of bubblewrap, where it cannot start', async () => {
    const place = makePlace();
    const program = fakeBwrap(
      place,
      '[ "$1" = --version ] && echo bubblewrap 0.11.0 && exit 0; echo "bwrap: no permissions" >&2; exit 1',
    );
    const missing = await createBubblewrapSandbox({ scratch: place.folder, program }).missing();
    expect(missing?.what).toContain('bwrap: no permissions');
    expect(missing?.next).not.toBe('');
  });

  it('refuses to enclose, rather than to run without walls', () => {
    const place = makePlace();
    const sandbox = createBubblewrapSandbox({ scratch: place.folder, program: null });
    expect(() => sandbox.enclose(['true'], wallsOf(place))).toThrowError(
      expect.objectContaining({ code: 'rung-missing' }),
    );
    expect(lstatSync(place.work).isDirectory()).toBe(true);
  });
});
