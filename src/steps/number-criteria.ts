import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assignIds } from '../spec/assign-ids.ts';
import { isSpecName } from '../spec/criterion-id.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import { maxSpecBytes } from '../spec/max-spec-bytes.ts';

/**
 * Gives ids to the criteria that an agent has written into `specs/` of its working copy, as `mw spec lint --fix` does for
 * people; `before` is a spec's text where the work began, whose numbers are not given again. Nothing of the agent's runs any more; what it left may still be links, and those are left alone.
 */
export async function numberCriteria(tree: string, before: (name: string) => Promise<string>): Promise<void> {
  const specs = join(tree, 'specs');
  if (!(await isFolder(specs))) return;
  for (const name of await readdir(specs)) {
    if (!isSpecName(name) || !(await isFolder(join(specs, name)))) continue;
    const { nextNumber } = parseSpec(name, await before(name));
    await numberFile(name, join(specs, name, 'spec.md'), nextNumber);
  }
}

async function numberFile(name: string, path: string, atLeast: number): Promise<void> {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(ignoreAbsent);
  if (file === null) return;
  try {
    const info = await file.stat();
    if (!info.isFile() || info.nlink > 1 || info.size > maxSpecBytes) return;
    const bytes = await file.readFile();
    const text = bytes.toString('utf8');
    const assigned = assignIds(name, text, atLeast).file;
    if (assigned === text || !Buffer.from(text).equals(bytes)) return;
    await file.truncate(0);
    await file.write(assigned, 0);
  } finally {
    await file.close();
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(ignoreAbsent))?.isDirectory() === true;
}

function ignoreAbsent(error: NodeJS.ErrnoException): null {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EACCES', 'ENXIO'].includes(error.code ?? '')) return null;
  throw error;
}
