import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a file is there; throws after `limitMs`. */
export async function waitForFile(path: string, limitMs = 30_000): Promise<void> {
  for (const end = Date.now() + limitMs; !existsSync(path); await sleep(25)) {
    if (Date.now() > end) throw new Error(`${path} did not appear in ${limitMs} ms`);
  }
}

/** Pids of processes whose command line holds a word, once there are none or a second has gone by. */
export async function findLeftOver(word: string): Promise<readonly number[]> {
  for (let tries = 0; ; tries += 1) {
    const found = await findByWord(word);
    if (found.length === 0 || tries === 20) return found;
    await sleep(50);
  }
}

async function findByWord(word: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) =>
      (await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')).includes(word) ? Number(pid) : null,
    ),
  );
  return found.filter((pid) => pid !== null);
}
