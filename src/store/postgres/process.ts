import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be confused with a later one of the same number, on this boot or another. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal only for the same process. */
  readonly startTime: string;
  readonly bootId: string;
}

/** The account that the server runs as when we are root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** What a finished command left behind; a program that could not be started has `exitCode: null`. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything that PostgreSQL's programs are told of the world: nothing of the caller's environment gets through. */
export const serverEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
  HOME: '/',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** The identity of a living process; `null` when there is none or it is a zombie that nobody has collected. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : otherStartTime(pid);
  return startTime === null ? null : { pid, startTime, bootId: bootId() };
}

/** Whether exactly this process still runs. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now !== null && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** As `isSameProcess`, but never at the cost of a child process: off Linux a reused number is not told apart. */
export function seemsRunning(identity: ProcessIdentity): boolean {
  if (process.platform === 'linux') return isSameProcess(identity);
  try {
    return process.kill(identity.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Runs a short command to its end, in an environment of its own. Failures are values. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: { readonly user?: ServerUser | null; readonly input?: string; readonly inherit?: readonly number[] } = {},
): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: '/',
      env: serverEnvironment,
      stdio: ['pipe', 'pipe', 'pipe', ...(options.inherit ?? [])],
      ...options.user,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // The program may end before it has read its input; its exit code says what there is to say.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
    child.on('error', (error) => resolve({ exitCode: null, stdout, stderr: stderr + error.message }));
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

function linuxStartTime(pid: number): string | null {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name in parentheses may hold anything, parentheses too; the fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
}

function otherStartTime(pid: number): string | null {
  try {
    const args = ['-o', 'stat=,lstart=', '-p', String(pid)];
    const line = execFileSync('ps', args, {
      encoding: 'utf8',
      env: serverEnvironment,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [state, ...started] = line.split(/\s+/);
    return state === undefined || state.startsWith('Z') ? null : started.join(' ');
  } catch (error) {
    if (typeof (error as { status?: unknown }).status === 'number') return null;
    throw error;
  }
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??=
    process.platform === 'linux'
      ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      : execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8', env: serverEnvironment }).trim();
  return knownBootId;
}

/** Text of a file in /proc; `null` when the process is gone. */
export function readProc(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null;
    throw error;
  }
}
