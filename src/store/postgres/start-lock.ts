import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../model/user-error.ts';
import { identifyProcess, isSameProcess, type ProcessIdentity } from './process.ts';

interface Holder extends ProcessIdentity {
  readonly token: string;
}

const pollMs = 20;
/** A holder writes its name at once; a file that stays empty this long belongs to one that died in between. */
const namelessMs = 2_000;

/**
 * Runs `work` while no other process does so with the same lock file. A holder that died, on this boot or an earlier
 * one, or whose number now belongs to another program, is replaced. Fails with E_DATABASE_BUSY after `waitMs`.
 *
 * Two processes that replace the same dead holder while a third one takes the lock could both get through, in a
 * window of microseconds. PostgreSQL's own interlock stands behind this one; ours only keeps the starts orderly.
 */
export async function withStartLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const self = identifyProcess(process.pid);
  if (self === null) throw new Error('this process cannot identify itself');
  const mine = JSON.stringify({ ...self, token: randomUUID() } satisfies Holder);
  const deadline = performance.now() + waitMs;
  while (!(await takeLock(file, mine))) {
    if (performance.now() > deadline) throw await describeBusy(file);
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    if ((await readLock(file)) === mine) await rm(file, { force: true });
  }
}

async function takeLock(file: string, mine: string): Promise<boolean> {
  try {
    await writeFile(file, mine, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = await readLock(file);
  if (found !== null && (await isStale(file, found))) await removeStale(file, found);
  return false;
}

async function isStale(file: string, content: string): Promise<boolean> {
  const holder = parseHolder(content);
  if (holder !== null) return !isSameProcess(holder);
  const written = await stat(file).catch(ignoreMissing);
  return written !== undefined && Date.now() - written.mtimeMs > namelessMs;
}

/** Renames first, because only one of several can; then looks at what it got, because it may be a newer lock. */
async function removeStale(file: string, judged: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    ignoreMissing(error);
    return;
  }
  if ((await readLock(aside)) !== judged) {
    await link(aside, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
  await rm(aside, { force: true });
}

async function describeBusy(file: string): Promise<UserError> {
  const holder = parseHolder((await readLock(file)) ?? '');
  const who = holder === null ? 'Another process' : `Process ${holder.pid}`;
  return new UserError(
    'E_DATABASE_BUSY',
    `${who} is still starting or stopping the database (lock ${file}).`,
    'Wait and try again, or end that process.',
  );
}

async function readLock(file: string): Promise<string | null> {
  return (await readFile(file, 'utf8').catch(ignoreMissing)) ?? null;
}

function parseHolder(content: string): Holder | null {
  try {
    const value = JSON.parse(content) as Partial<Holder> | null;
    const whole =
      typeof value?.pid === 'number' && typeof value.startTime === 'string' && typeof value.bootId === 'string';
    return whole ? (value as Holder) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
