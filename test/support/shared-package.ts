/** The package of this run of the suite, made once when the first desk is opened: what people install, and quick to start. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Names the folder that all workers share; set before they start. */
export const sharedFolder = 'MW_TEST_PACKAGE';

const waitMs = 60_000;
const pollMs = 50;

/** The package's `mw`; `null` outside a run of the suite. */
export function sharedPackage(): string | null {
  const folder = process.env[sharedFolder];
  if (folder === undefined) return null;
  const whole = join(folder, 'package');
  const deadline = performance.now() + waitMs;
  while (!existsSync(whole)) {
    if (takeLock(join(folder, 'lock'))) {
      const unfinished = join(folder, 'unfinished');
      rmSync(unfinished, { recursive: true, force: true });
      const maker = join(import.meta.dirname, 'make-package.ts');
      execFileSync(process.execPath, [maker, unfinished], { env: { PATH: process.env['PATH'] }, stdio: 'pipe' });
      renameSync(unfinished, whole);
    } else if (performance.now() > deadline) throw new Error(`no package within ${waitMs} ms in ${folder}`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
  }
  return join(whole, 'bin', 'mw.cjs');
}

/** A folder is made by exactly one. */
function takeLock(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
