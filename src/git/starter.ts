/**
 * A small shell that stays and starts short programs for this process. Whoever starts a program has its page tables
 * copied: for a process of a hundred megabytes that is 3 ms of its only thread, for a shell of one megabyte 0.3 ms.
 *
 * Input and output go through nameless files that both sides have open: the shell reaches them as /proc/PID/fd/N. When
 * this process ends, however it ends, the shell reads the end of its script and leaves; what it has started goes on.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ShortRun {
  readonly argv: readonly string[];
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: string | Uint8Array | undefined;
  /** Most bytes of either output; a program that prints more is ended. */
  readonly maxBytes: number;
  /** Given the means to end the program, as soon as it runs. */
  readonly onStart: (kill: () => void) => void;
}

export interface ShortEnd {
  /** As a shell tells it: 128 + n for signal n. `null`: the shell was killed, and nothing is known. */
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Whether it printed more than `maxBytes`; the outputs hold their beginnings. */
  readonly tooLong: boolean;
}

/** Output lies in files, so nobody is told of it: how long it has become is looked at this often. */
const lookMs = 50;

interface Slot {
  readonly input: number;
  readonly output: number;
  readonly errors: number;
}

export interface Starter {
  /** Runs a program to its end. */
  run(run: ShortRun): Promise<ShortEnd>;
  /** `false` once the shell was killed by somebody; its work is then done otherwise. */
  alive(): boolean;
  /** Waits for what runs, then for the shell. */
  close(): Promise<void>;
}

/** Starts the shell; `null` where programs cannot be started this way: no /proc, no place for files. */
export function openStarter(): Starter | null {
  const first = process.platform === 'linux' ? openSlot() : null;
  if (first === null || !existsSync(placeOf(first.input))) return null;
  const free = [first];
  const shell = startShell();
  return {
    async run(run) {
      const slot = free.pop() ?? openSlot();
      if (slot === null) throw new Error(`no file can be made in ${tmpdir()}`);
      let whole = false;
      let end = (): void => undefined;
      const isTooLong = (): boolean => [slot.output, slot.errors].some((fd) => fstatSync(fd).size > run.maxBytes);
      const watch = setInterval(() => isTooLong() && end(), lookMs);
      const onStart = (kill: () => void): void => {
        end = kill;
        run.onStart(kill);
      };
      try {
        fill(slot.input, typeof run.input === 'string' ? Buffer.from(run.input) : (run.input ?? new Uint8Array()));
        const status = await shell.begin({ ...run, onStart }, slot);
        const tooLong = isTooLong();
        // What was killed may have left a child behind that still writes.
        whole = status !== null && status < 128 && !tooLong;
        const read = (fd: number): Buffer => readUpTo(fd, run.maxBytes);
        return { status, stdout: read(slot.output), stderr: read(slot.errors), tooLong };
      } finally {
        clearInterval(watch);
        if (whole) free.push(slot);
        else closeSlot(slot);
      }
    },
    alive: () => shell.alive(),
    async close() {
      await shell.end();
      free.splice(0).forEach(closeSlot);
    },
  };
}

interface Job {
  readonly run: ShortRun;
  readonly end: (status: number | null) => void;
}

interface Shell {
  begin(run: ShortRun, slot: Slot): Promise<number | null>;
  alive(): boolean;
  end(): Promise<void>;
}

function startShell(): Shell {
  // A session of its own: what a terminal sends to this process must not reach a git that is at work.
  const child = spawn('/bin/sh', ['-s'], { cwd: '/', env: {}, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const jobs = new Map<number, Job>();
  let lastJob = 0;
  let alive = true;
  const closed = new Promise<void>((resolve) => {
    const lose = (): void => {
      alive = false;
      for (const { end } of jobs.values()) end(null);
      jobs.clear();
      resolve();
    };
    child.on('error', lose).on('close', lose);
    child.stdin.on('error', lose);
  });
  let rest = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(jobs, line);
    if (jobs.size === 0) hold(false);
  });
  // A shell that waits for work keeps no process from ending.
  const parts = [child, child.stdin, child.stdout] as unknown as readonly { ref(): void; unref(): void }[];
  const hold = (stay: boolean): void => parts.forEach((part) => (stay ? part.ref() : part.unref()));
  child.stdin.write('exec 9>/dev/null\n');
  hold(false);
  return {
    begin(run, slot) {
      if (!alive) return Promise.resolve(null);
      lastJob += 1;
      const id = lastJob;
      if (jobs.size === 0) hold(true);
      child.stdin.write(lineFor(id, run, slot));
      return new Promise((end) => jobs.set(id, { run, end }));
    },
    alive: () => alive,
    async end() {
      hold(true);
      child.stdin.end();
      await closed;
    },
  };
}

/** `jobs` makes the shell wait for those that have ended; without it they would stay as zombies. */
function lineFor(id: number, { env, argv }: ShortRun, { input, output, errors }: Slot): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`);
  const command = [...variables, ...argv.map(quote)].join(' ');
  return `( ${command} <${placeOf(input)} >${placeOf(output)} 2>${placeOf(errors)} 9>&- & echo "b ${id} $!"; wait $!; echo "e ${id} $?" ) & jobs >&9\n`;
}

/** `b ID PID`: it runs. `e ID STATUS`: it has ended. */
function hear(jobs: Map<number, Job>, line: string): void {
  const [what, id, number] = line.split(' ');
  const job = jobs.get(Number(id));
  if (job === undefined) return;
  // The number is the program's until the shell has waited for it and said so.
  if (what === 'b') return job.run.onStart(() => jobs.has(Number(id)) && killNow(Number(number)));
  jobs.delete(Number(id));
  job.end(Number(number));
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The file behind a descriptor of this process, for another one of the same user. */
function placeOf(fd: number): string {
  return `/proc/${process.pid}/fd/${fd}`;
}

function openSlot(): Slot | null {
  const fds: number[] = [];
  try {
    for (let count = 0; count < 3; count += 1) {
      const path = join(tmpdir(), `mw-${randomUUID()}`);
      fds.push(openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600));
      unlinkSync(path);
    }
  } catch (error) {
    // No such folder, no right, no space: programs are then started the slow way.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    fds.forEach(closeSync);
    return null;
  }
  const [input = 0, output = 0, errors = 0] = fds;
  return { input, output, errors };
}

function closeSlot(slot: Slot): void {
  for (const fd of [slot.input, slot.output, slot.errors]) closeSync(fd);
}

/** Output files are emptied by the shell as it opens them. */
function fill(fd: number, content: Uint8Array): void {
  const before = fstatSync(fd).size;
  for (let at = 0; at < content.length;) at += writeSync(fd, content, at, content.length - at, at);
  if (before > content.length) ftruncateSync(fd, content.length);
}

function readUpTo(fd: number, maxBytes: number): Buffer {
  const size = Math.min(fstatSync(fd).size, maxBytes);
  const content = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const count = readSync(fd, content, at, size - at, at);
    if (count === 0) break;
    at += count;
  }
  return content.subarray(0, at);
}

function quote(word: string): string {
  if (word.includes('\0')) throw new Error('an argument holds a NUL character');
  return `'${word.replaceAll("'", "'\\''")}'`;
}
