/** Files of a checkout that somebody else may have committed: no link is followed, and nothing endless is read. */
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCode, UserError } from '../model/user-error.ts';

/**
 * The text of a file, `null` when there is none. UserErrors: E_SPEC_NOT_FILE for a link, a folder or a device, also on
 * the way to it; E_SPEC_TOO_LARGE; E_SPEC_NOT_TEXT; E_SPEC_UNREADABLE.
 */
export async function readPlainText(top: string, path: string, maxBytes: number): Promise<string | null> {
  const parts = path.split('/');
  for (let count = 1; count < parts.length; count += 1) {
    const folder = parts.slice(0, count).join('/');
    const info = await lstat(join(top, folder)).catch(absent);
    if (info === null) return null;
    if (!info.isDirectory()) throw notPlain(folder, 'folder');
  }
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(top, path), flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP' || error.code === 'ENXIO') throw notPlain(path, 'file');
    if (error.code !== 'EACCES') return absent(error);
    throw refusal('E_SPEC_UNREADABLE', `${path} may not be read`, `chmod u+r ${path}`);
  });
  if (file === null) return null;
  try {
    const info = await file.stat();
    if (!info.isFile()) throw notPlain(path, 'file');
    if (info.size > maxBytes) {
      const what = `${path} has ${info.size} bytes; a spec may have ${maxBytes}`;
      throw refusal('E_SPEC_TOO_LARGE', what, 'make several specs of it, each in a folder of its own');
    }
    const bytes = await file.readFile();
    const text = bytes.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(bytes)) return text;
    throw refusal('E_SPEC_NOT_TEXT', `${path} is not UTF-8 text`, `save ${path} as UTF-8`);
  } finally {
    await file.close();
  }
}

function notPlain(path: string, wanted: 'file' | 'folder'): UserError {
  return refusal(
    'E_SPEC_NOT_FILE',
    `${path} is no plain ${wanted}; links are not followed`,
    `put the ${wanted} itself there`,
  );
}

function refusal(code: string, what: string, next: string): UserError {
  return new UserError(code, what, next, { exit: exitCode.usage });
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
