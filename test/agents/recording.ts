import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The stdout of a real session, as recorded against a scripted model; see recordings/README.md. */
export function readRecording(name: string): string {
  return readFileSync(join(import.meta.dirname, 'recordings', `${name}.jsonl`), 'utf8');
}
