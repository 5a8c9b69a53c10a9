/** What /proc says about processes. Every answer is of one moment; a pid alone is never trusted, only pid and start. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot at its start, as /proc spells it: with the pid it names one process, for ever. */
  readonly start: string;
}

export interface ProcessRow extends ProcessId {
  readonly parent: number;
  readonly group: number;
}

/** The content of a file of /proc; `null` when the process has gone or belongs to somebody else. */
export function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

/**
 * The living process with this pid; `null` for none and for a zombie, which runs nothing any more: unless it is the first
 * of several threads, the others of which still end and hold its files open.
 */
export function findProcess(pid: number): ProcessRow | null {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The name is in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const [threads, start] = [Number(fields[17]), fields[19]];
  if (state === undefined || parent === undefined || group === undefined || start === undefined) return null;
  if (state === 'X' || (state === 'Z' && threads <= 1)) return null;
  return { pid, start, parent: Number(parent), group: Number(group) };
}

/** Whether exactly this process still runs. */
export function isRunning(process: ProcessId): boolean {
  return findProcess(process.pid)?.start === process.start;
}

/** The command lines of the processes that this one came from, nearest first, as far as they may be seen. */
export function ancestorCommands(): readonly (readonly string[])[] {
  const commands: (readonly string[])[] = [];
  for (let pid = process.ppid; pid > 0; pid = findProcess(pid)?.parent ?? 0)
    commands.push(readProc(`/proc/${pid}/cmdline`)?.split('\0') ?? []);
  return commands;
}

/** Names this boot of this machine, so that pids of an earlier one match nothing. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function listPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** Living processes whose environment at their start held this `NAME=value`. */
export function findMarked(marker: string): ProcessRow[] {
  return listPids()
    .filter(
      (pid) =>
        mayHold(`/proc/${pid}/environ`, marker) &&
        readProc(`/proc/${pid}/environ`)?.split('\0').includes(marker) === true,
    )
    .map(findProcess)
    .filter((row) => row !== null);
}

const looked = Buffer.alloc(256 * 1024);

/** Whether these bytes may be in a file of /proc. Every process of the machine is looked at, so this makes no garbage. */
function mayHold(path: string, bytes: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return false;
    throw error;
  }
  try {
    let size = 0;
    // /proc hands out a page at a time. What does not fit is for the careful look.
    for (let count = 1; count > 0 && size < looked.length; size += count)
      count = readSync(fd, looked, size, looked.length - size, null);
    return size === looked.length || looked.subarray(0, size).includes(bytes, 0, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * The marked processes with everything that still hangs together with them: descendants, and members of groups they
 * lead. It so finds children that cleared their environment, as long as a parent or group of theirs is left.
 */
export function findFamily(marker: string): ProcessRow[] {
  const marked = findMarked(marker);
  if (marked.length === 0) return [];
  const rows = listPids()
    .map(findProcess)
    .filter((row) => row !== null);
  const family = new Map(marked.map((row) => [row.pid, row]));
  let before = 0;
  while (before !== family.size) {
    before = family.size;
    for (const row of rows) if (family.has(row.parent) || family.has(row.group)) family.set(row.pid, row);
  }
  return [...family.values()];
}

/** Sends a signal to exactly this process; nothing happens when it has gone. */
export function signalProcess(target: ProcessId, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
