/** The reading of a repository's history, kept in the home so that the next one only reads what is new. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuiltReading } from '../insight/built-reading.ts';

/** The latest reading, perhaps of an older commit; `null` where nobody has read, or in an older form. */
export async function readKept(home: string, gitDir: string): Promise<BuiltReading | null> {
  const text = await readFile(placeOf(home, gitDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    const reading = JSON.parse(text) as BuiltReading;
    return reading.version === 4 ? reading : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function keep(home: string, gitDir: string, reading: BuiltReading): Promise<void> {
  const file = placeOf(home, gitDir);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}.tmp`;
  await writeFile(temporary, JSON.stringify(reading), { mode: 0o600 });
  await rename(temporary, file);
}

function placeOf(home: string, gitDir: string): string {
  return join(home, 'cache', `built-${createHash('sha256').update(gitDir).digest('hex').slice(0, 16)}.json`);
}
