/** Generated files: written by their script, only compared with `--check`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/**
 * Writes what `generate` makes of the file's present content (`''` when there is none); with `--check` among the
 * arguments it changes nothing, and a stale file sets exit code 1 and names `command`.
 */
export function keepFresh(file: string, generate: (present: string) => string, command: string): void {
  const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const wanted = generate(present);
  if (wanted === present) return;
  const name = relative(process.cwd(), file);
  if (process.argv.includes('--check')) {
    console.error(`✗ ${name} is stale.\n  Next: ${command}`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(file, wanted);
  console.log(`wrote ${name}`);
}
