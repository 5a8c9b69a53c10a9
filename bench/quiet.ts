/** Whether the machine does something else meanwhile. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

const tolerated = 0.15;
const lookMs = 1_000;

/** Waits until the processors idle, at most this long; answers how busy they were in the last second, 0 to 1. */
export async function waitForQuiet(mostMs: number): Promise<number> {
  const until = performance.now() + mostMs;
  for (;;) {
    const busy = await measureBusy();
    if (busy <= tolerated || performance.now() > until) return busy;
  }
}

export function isQuiet(busy: number): boolean {
  return busy <= tolerated;
}

/** The share of all processors that was at work during a second in which this process only waits. */
async function measureBusy(): Promise<number> {
  const before = idleTicks();
  await pause(lookMs);
  const idleMs = (idleTicks() - before) * 10;
  return Math.max(0, 1 - idleMs / (lookMs * availableParallelism()));
}

function idleTicks(): number {
  const [, , , , idle = 0, waiting = 0] = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .map(Number);
  return idle + waiting;
}
