/** Ends everything that belongs to a session, and returns only when nothing of it is left. */
import { setTimeout as wait } from 'node:timers/promises';
import { findFamily, isRunning, signalProcess, type ProcessRow } from './process-table.ts';
import { isAlive, markerEntry, readClaim } from './trace.ts';

const pollMs = 10;
/** A killed process that is still there after this hangs in the kernel; going on beside it would not be safe. */
const giveUpMs = 15_000;

/**
 * The wrapper goes first, by SIGKILL, so that it takes no forced end for the program's own and writes no receipt. The
 * rest gets SIGTERM, `graceMs`, SIGKILL. Behind bubblewrap SIGTERM already ends the whole pid namespace. On the clone
 * rung a process that left its group is found by its environment; one that has also cleared that, and has no living
 * parent in the session, is not: that rung promises order, not walls.
 */
export async function endProcesses(directory: string, graceMs: number): Promise<void> {
  const claim = readClaim(directory);
  if (typeof claim === 'object' && isAlive(claim)) {
    // Noted before the wrapper dies: afterwards its children have another parent.
    const family = findFamily(markerEntry(directory));
    signalProcess(claim, 'SIGKILL');
    return endFamily(directory, family, graceMs);
  }
  return endFamily(directory, [], graceMs);
}

async function endFamily(directory: string, noted: readonly ProcessRow[], graceMs: number): Promise<void> {
  const marker = markerEntry(directory);
  const known = new Map<string, ProcessRow>();
  const remember = (rows: readonly ProcessRow[]) => rows.forEach((row) => known.set(`${row.pid}/${row.start}`, row));
  remember(noted);
  const begun = performance.now();
  const warned = new Set<string>();
  for (;;) {
    remember(findFamily(marker));
    const left = [...known].filter(([, row]) => isRunning(row));
    if (left.length === 0) return;
    const passed = performance.now() - begun;
    if (passed > giveUpMs) {
      throw new Error(
        `processes of the session in ${directory} do not end: ${left.map(([, row]) => row.pid).join(', ')}`,
      );
    }
    for (const [key, row] of left) {
      if (passed >= graceMs) signalProcess(row, 'SIGKILL');
      else if (!warned.has(key)) signalProcess(row, 'SIGTERM');
      warned.add(key);
    }
    await wait(pollMs);
  }
}
