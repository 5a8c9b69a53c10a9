/** Writes what an import or export has made: all of it or nothing, and nothing over what somebody may still want. */
import { lstat, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitCode, UserError } from '../../model/user-error.ts';
import { absent } from './read-folder.ts';
import type { ToldFile } from './told.ts';

export interface PlannedFile {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether it may replace what is there, given those bytes: an edit of them, or of a known earlier state. */
  readonly mayReplace: (existing: Uint8Array) => boolean;
}

export interface WriteOptions {
  readonly root: string;
  /** How paths below the root are shown. */
  readonly shown: (path: string) => string;
  readonly force: boolean;
  readonly dryRun: boolean;
  /** What to type to overwrite. */
  readonly again: string;
}

export const never = () => false;
export const always = () => true;

/** UserErrors: E_EXISTS names the first file that would be overwritten; E_LINK a link that would lead elsewhere. */
export async function writeFiles(files: readonly PlannedFile[], options: WriteOptions): Promise<readonly ToldFile[]> {
  const { root, shown, force, dryRun, again } = options;
  const told: ToldFile[] = [];
  const taken: string[] = [];
  for (const { path, bytes, mayReplace } of files) {
    await refuseLinks(root, path, shown);
    const existing = await readFile(join(root, path)).catch(absent);
    const same = existing !== null && existing.equals(bytes);
    if (existing !== null && !same && !force && !mayReplace(existing)) taken.push(shown(path));
    told.push({ path: shown(path), state: existing === null ? 'new' : same ? 'unchanged' : 'changed' });
  }
  if (taken.length > 0) {
    const more = taken.length === 1 ? '' : `, and ${taken.length - 1} more`;
    throw new UserError(
      'E_EXISTS',
      `${taken[0]}${more} would be overwritten; nothing was written`,
      `${again} --force, or commit and compare first`,
      { exit: exitCode.conflict },
    );
  }
  if (dryRun) return told;
  for (const [index, { path, bytes }] of files.entries()) {
    if (told[index]?.state === 'unchanged') continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
  return told;
}

/** A link inside the folder could send what is written anywhere. */
async function refuseLinks(root: string, path: string, shown: (path: string) => string): Promise<void> {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const part = parts.slice(0, count).join('/');
    if ((await lstat(join(root, part)).catch(absent))?.isSymbolicLink() !== true) continue;
    throw new UserError('E_LINK', `${shown(part)} is a link; nothing is written through it`, `rm ${shown(part)}`, {
      exit: exitCode.conflict,
    });
  }
}
