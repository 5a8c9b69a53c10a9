/** Files of other tools, read with bounds: nothing is followed out of the folder, nothing endless is taken in. */
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, UserError } from '../../model/user-error.ts';

const maxFiles = 2_000;
const maxLevels = 16;
export const maxTextBytes = 1024 * 1024;

/** The file's bytes as text. UserErrors: E_NOT_FOUND, E_TOO_LARGE, E_NOT_TEXT. */
export async function readText(path: string, maxBytes = maxTextBytes): Promise<string> {
  const found = await stat(path).catch(absent);
  if (found === null || !found.isFile())
    throw new UserError('E_NOT_FOUND', `there is no file ${path}`, 'give the path of one', { exit: exitCode.notFound });
  if (found.size > maxBytes)
    throw new UserError(
      'E_TOO_LARGE',
      `${path} has ${found.size} bytes; at most ${maxBytes} are read`,
      'make several files of it',
      { exit: exitCode.usage },
    );
  const bytes = await readFile(path);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes))
    throw new UserError('E_NOT_TEXT', `${path} is not UTF-8 text`, `save ${path} as UTF-8`, { exit: exitCode.usage });
  return text;
}

/** As `readText`, but `null` when there is no such file. */
export async function readTextIfThere(path: string, maxBytes = maxTextBytes): Promise<string | null> {
  return (await stat(path).catch(absent))?.isFile() === true ? readText(path, maxBytes) : null;
}

/**
 * Paths of all files below a folder, with `/`, sorted; links are not followed and stand in `links`. Empty when the folder
 * is not there. UserError E_TOO_LARGE.
 */
export async function listFiles(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly links: readonly string[] }> {
  const files: string[] = [];
  const links: string[] = [];
  const visit = async (path: string, level: number): Promise<void> => {
    const entries = (await readdir(join(folder, path), { withFileTypes: true }).catch(absent)) ?? [];
    for (const entry of entries) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isSymbolicLink()) links.push(below);
      else if (entry.isFile()) files.push(below);
      else if (entry.isDirectory() && level < maxLevels) await visit(below, level + 1);
      if (files.length > maxFiles)
        throw new UserError('E_TOO_LARGE', `${folder} holds more than ${maxFiles} files`, 'name a smaller folder', {
          exit: exitCode.usage,
        });
    }
  };
  await visit('', 0);
  return { files: files.sort(), links: links.sort() };
}

/** Names of the folders right below one; empty when it is not there. */
export async function listFolders(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(absent)) ?? [];
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(absent))?.isDirectory() === true;
}

export function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
