/** Processor time and memory of whole process trees, as Linux counts them. */
import { readdirSync, readFileSync } from 'node:fs';

/** /proc counts in ticks of 10 ms on every Linux that anybody runs; the sums below it are exact. */
const tickMs = 10;

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended and were waited for, with theirs. */
  readonly endedMs: number;
}

/** Processor milliseconds, user and system, of every child of this process that has ended, with its descendants. */
export function endedChildrenMs(): number {
  return readStat('self')?.endedMs ?? 0;
}

/** Processor milliseconds of a process that still runs, of its ended children, and of all that still run below it. */
export function treeMs(pid: number): number {
  return familyOf(pid).reduce((sum, { ownMs, endedMs }) => sum + ownMs + endedMs, 0);
}

/** Proportional set size in MiB of a process, and of all below it when asked: shared pages count once, divided. */
export function memoryMiB(pid: number, withChildren: boolean): number {
  const pids = withChildren ? familyOf(pid).map((each) => each.pid) : [pid];
  return pids.reduce((sum, each) => sum + readPss(each), 0) / 1_024;
}

function familyOf(root: number): readonly (Stat & { readonly pid: number })[] {
  const rows = readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .flatMap((pid) => {
      const stat = readStat(pid);
      return stat === null ? [] : [{ pid, ...stat }];
    });
  const family = new Set([root]);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const { pid, parent } of rows) if (family.has(parent)) family.add(pid);
  }
  return rows.filter(({ pid }) => family.has(pid));
}

function readStat(pid: number | 'self'): Stat | null {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name is in parentheses and may hold spaces and parentheses itself.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { parent: fields[1] ?? 0, ownMs: (user + system) * tickMs, endedMs: (endedUser + endedSystem) * tickMs };
}

function readPss(pid: number): number {
  return Number(/^Pss:\s+([0-9]+)/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0);
}

/** `null`: it ended meanwhile. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
