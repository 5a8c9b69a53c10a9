/**
 * What agents were really run, written down by themselves. A named pipe, because a sandbox lets a program write to one
 * below a folder that it may only read.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readdirSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LedgerLine {
  readonly type: 'start' | 'end';
  /** ITEM/NUMBER/WHO */
  readonly session: string;
  /** Milliseconds, as of `performance.now()`, when it was read. */
  readonly atMs: number;
}

export interface Ledger {
  readonly folder: string;
  /** Everything since the last `clear`. */
  lines(): readonly LedgerLine[];
  clear(): void;
  /** Sessions of `ITEM-PHASE` wait in their middle, until `release`. */
  hold(sessions: string): void;
  release(): void;
  close(): void;
}

const everyMs = 5;

export function openLedger(folder: string): Ledger {
  mkdirSync(folder, { recursive: true });
  const pipe = join(folder, 'lines');
  execFileSync('mkfifo', ['-m', '666', pipe]);
  // Open for writing as well: so there is always a reader, and no end between two writers.
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  let rest = '';
  let lines: LedgerLine[] = [];
  const read = () => {
    for (;;) {
      let size = 0;
      try {
        size = readSync(fd, buffer, 0, buffer.length, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
      if (size === 0) return;
      const parts = (rest + buffer.toString('utf8', 0, size)).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const [type, session = ''] = part.split(' ');
        if (type === 'start' || type === 'end') lines.push({ type, session, atMs: performance.now() });
      }
    }
  };
  const timer = setInterval(read, everyMs);
  return {
    folder,
    lines() {
      read();
      return lines;
    },
    clear() {
      read();
      lines = [];
    },
    hold: (sessions) => writeFileSync(join(folder, `hold-${sessions}`), ''),
    release() {
      for (const name of readdirSync(folder)) if (name.startsWith('hold-')) rmSync(join(folder, name));
    },
    close() {
      clearInterval(timer);
      closeSync(fd);
    },
  };
}
