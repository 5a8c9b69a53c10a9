/** Files of a working copy that an agent, or its candidate's commands, have written: no link of theirs is followed. */
import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const maxBytes = 16 * 1024 * 1024;

/** The text of a file; empty when there is none, or one that is no plain file or too large. */
export async function readCheckoutFile(tree: string, path: string, limit = maxBytes): Promise<string> {
  if (!(await isInside(tree, path))) return '';
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(tree, path), flags).catch(ignoreUnusable);
  if (file === null) return '';
  try {
    const info = await file.stat();
    return info.isFile() && info.size <= limit ? await file.readFile('utf8') : '';
  } finally {
    await file.close();
  }
}

/** Takes a file away before a command is to write it: what came with the candidate is not the command's. */
export async function clearCheckoutFile(tree: string, path: string): Promise<void> {
  if (await isInside(tree, path)) await rm(join(tree, path), { force: true, recursive: true });
}

/** Whether every folder on the way is one, and no link out of the tree. */
async function isInside(tree: string, path: string): Promise<boolean> {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..')) return false;
  for (let count = 1; count < parts.length; count += 1) {
    const folder = await lstat(join(tree, ...parts.slice(0, count))).catch(ignoreUnusable);
    if (folder?.isDirectory() !== true) return false;
  }
  return true;
}

function ignoreUnusable(error: NodeJS.ErrnoException): null {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENXIO'].includes(error.code ?? '')) return null;
  throw error;
}
