/** Why bubblewrap cannot put up its walls on this machine, judged by putting them up. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Enclosed, Walls } from '../sandbox.ts';
import { readSessionOutput, runSession } from '../session.ts';
import { installLine, systemPath } from '../system-tool.ts';
import { compileFilter } from './seccomp.ts';

export interface Missing {
  readonly what: string;
  readonly next: string;
}

/** `--disable-userns` came with it. */
const oldest = [0, 8] as const;

/** The next thing to type when bubblewrap is not there. */
export function installNext(): string {
  return installLine('bubblewrap');
}

/** `null` when a session with the whole profile ran here. */
export async function findMissing(
  program: string | null,
  scratch: string,
  enclose: (command: readonly string[], walls: Walls) => Enclosed,
): Promise<Missing | null> {
  if (process.platform !== 'linux')
    return { what: `bubblewrap needs Linux, this is ${process.platform}`, next: 'run mw on Linux or in WSL2' };
  if (compileFilter(process.arch) === null)
    return {
      what: `the system-call filter is not written for ${process.arch}`,
      next: 'use a machine with x64 or arm64',
    };
  if (program === null || !existsSync(program))
    return { what: 'bubblewrap (bwrap) is not installed', next: installNext() };
  const version = await readVersion(program);
  if (version === null) return { what: `${program} does not tell its version`, next: installNext() };
  if (version[0] < oldest[0] || (version[0] === oldest[0] && version[1] < oldest[1])) {
    return {
      what: `bubblewrap ${version.join('.')} is too old: ${oldest.join('.')} is needed`,
      next: `${installNext()}, from a release of your system that has ${oldest.join('.')} or newer`,
    };
  }
  const trouble = await tryWalls(scratch, enclose);
  return trouble === null ? null : explainTrouble(trouble, program);
}

function readVersion(program: string): Promise<readonly [number, number] | null> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], { env: { PATH: systemPath }, timeout: 5_000 }, (error, stdout) => {
      const match = error === null ? /([0-9]+)\.([0-9]+)/.exec(stdout) : null;
      resolve(match === null ? null : [Number(match[1]), Number(match[2])]);
    });
  });
}

/** The first line of complaint, `null` when the walls stood. */
async function tryWalls(
  scratch: string,
  enclose: (command: readonly string[], walls: Walls) => Enclosed,
): Promise<string | null> {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const directory = mkdtempSync(join(scratch, 'walls-'));
  try {
    const enclosed = enclose(['true'], {
      workdir: directory,
      writable: [directory],
      readOnly: [],
      env: {},
      egressSocket: null,
      loopback: [],
    });
    const session = join(directory, 'session');
    const end = await runSession({
      directory: session,
      enclosed,
      stdin: '',
      egress: null,
      wallMs: 10_000,
      idleMs: null,
      watch: null,
      signal: new AbortController().signal,
    });
    if (end.type === 'exited' && end.exitCode === 0) return null;
    const { stderr } = await readSessionOutput(session);
    return stderr.trim().split('\n')[0] || `the trial ended as ${end.type}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readSetting(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}

/** The cause is told by the machine's settings, never by the words of the complaint. */
function explainTrouble(complaint: string, program: string): Missing {
  if (readSetting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    const profile = `abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap ${program} flags=(unconfined) {\\n  userns,\\n}\\n`;
    return {
      what: `AppArmor keeps bubblewrap from making user namespaces (${complaint})`,
      next: `printf '${profile}' | sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap`,
    };
  }
  if (readSetting('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return {
      what: `this kernel allows user namespaces to root only (${complaint})`,
      next: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
    };
  }
  if (readSetting('/proc/sys/user/max_user_namespaces') === '0') {
    return {
      what: `user namespaces are switched off (${complaint})`,
      next: 'sudo sysctl -w user.max_user_namespaces=15000',
    };
  }
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) {
    return {
      what: `this container does not let bubblewrap build its walls (${complaint})`,
      next: 'start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined, or run mw on the host',
    };
  }
  return { what: `bubblewrap does not start here (${complaint})`, next: `${program} --unshare-all --ro-bind / / true` };
}
