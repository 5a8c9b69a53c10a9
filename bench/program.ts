/** The program as it is published, made anew: what people install is measured, not the sources. */
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../scripts/build.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Program {
  /** `bin/mw.cjs` of the package. */
  readonly launcher: string;
  remove(): void;
}

export async function makeProgram(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-program-'));
  chmodSync(folder, 0o755);
  for (const name of ['bin', 'package.json', 'pipelines', 'schemas'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  // Where the binaries of the database are found.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await build(join(folder, 'dist'));
  return { launcher: join(folder, 'bin/mw.cjs'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
