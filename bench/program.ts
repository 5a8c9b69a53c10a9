/** The program as it is published, made anew: what people install is measured, not the sources. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePackage } from '../scripts/build.ts';

export interface Program {
  /** `bin/mw.cjs` of the package. */
  readonly launcher: string;
  remove(): void;
}

export async function makeProgram(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-program-'));
  chmodSync(folder, 0o755);
  return { launcher: await makePackage(folder), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
