/** Repositories of our own, written file by file: an empty one needs no process, and its configuration is known. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

export type ObjectFormat = 'sha1' | 'sha256';

/** Creates a bare repository unless there is one, in one atomic step; safe against another process doing the same. */
export async function createBareRepository(options: {
  readonly directory: string;
  readonly objectFormat: ObjectFormat;
  /** The objects folder of a repository it borrows from. */
  readonly borrowsFrom?: string;
}): Promise<void> {
  const { directory } = options;
  if (await exists(join(directory, 'HEAD'))) return;
  await mkdir(dirname(directory), { recursive: true });
  const temporary = `${directory}.new-${randomUUID()}`;
  await mkdir(temporary, { mode: 0o700 });
  await writeSkeleton(temporary, options.objectFormat, 'bare = true');
  await writeFile(join(temporary, 'HEAD'), 'ref: refs/heads/none\n');
  if (options.borrowsFrom !== undefined) {
    // Relative, so that the folder of all state can be moved as a whole.
    const borrowed = relative(join(directory, 'objects'), options.borrowsFrom);
    await writeFile(join(temporary, 'objects/info/alternates'), `${borrowed}\n`);
  }
  try {
    await rename(temporary, directory);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!(await exists(join(directory, 'HEAD')))) throw error;
  }
}

/** Folders and configuration that every repository has. `core` are further lines of that section. */
export async function writeSkeleton(
  gitDir: string,
  objectFormat: ObjectFormat,
  core: string,
  more = '',
): Promise<void> {
  await Promise.all(
    ['objects/info', 'objects/pack', 'refs/heads', 'info'].map((folder) =>
      mkdir(join(gitDir, folder), { recursive: true }),
    ),
  );
  const version = objectFormat === 'sha1' ? '0' : '1\n[extensions]\n\tobjectformat = sha256';
  await writeFile(
    join(gitDir, 'config'),
    `[core]\n\tfilemode = true\n\t${core}\n\trepositoryformatversion = ${version}\n${more}`,
  );
}

const allowedKeys = new Set(['core.filemode', 'core.bare', 'core.repositoryformatversion', 'extensions.objectformat']);

/**
 * Keys of a repository's configuration that we did not put there; empty is right. Reads the file itself, more strictly
 * than git does: a line it does not understand is reported as well.
 */
export async function foreignConfig(gitDir: string): Promise<readonly string[]> {
  const text = await readFile(join(gitDir, 'config'), 'utf8');
  const foreign: string[] = [];
  let section = '';
  for (const line of text.split('\n')) {
    const header = /^\[([a-z]+)\]$/.exec(line);
    const pair = /^\t([a-z]+) = [a-z0-9]+$/.exec(line);
    if (header !== null) section = header[1] ?? '';
    else if (pair !== null && allowedKeys.has(`${section}.${pair[1]}`)) continue;
    else if (line !== '') foreign.push(pair === null ? line : `${section}.${pair[1]}`);
  }
  return foreign;
}

/** The hash that a repository uses for its objects, from its configuration. */
export async function readObjectFormat(gitDir: string): Promise<ObjectFormat> {
  const text = await readFile(join(gitDir, 'config'), 'utf8');
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(text) ? 'sha256' : 'sha1';
}

/** A shallow history stays shallow in every repository that borrows it. */
export async function copyShallow(from: string, to: string): Promise<void> {
  const target = join(to, 'shallow');
  if (!(await exists(join(from, 'shallow')))) return;
  const temporary = join(to, `shallow-${randomUUID()}.tmp`);
  await copyFile(join(from, 'shallow'), temporary);
  await rename(temporary, target);
}

/**
 * Moves all objects of one repository into another, as git itself does with a push that it has accepted. Safe to
 * repeat and to interrupt: an object has one content, and a pack is seen only once its index is there.
 */
export async function migrateObjects(fromGitDir: string, toGitDir: string): Promise<void> {
  const from = join(fromGitDir, 'objects');
  const to = join(toGitDir, 'objects');
  const touched = new Set<string>();
  for (const folder of await readdir(from)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    const names = (await readdir(join(from, folder))).filter((name) => /^[0-9a-f]+$/.test(name));
    if (names.length === 0) continue;
    await mkdir(join(to, folder), { recursive: true });
    touched.add(to).add(join(to, folder));
    await Promise.all(names.map((name) => moveDurably(join(from, folder, name), join(to, folder, name))));
  }
  const packs = (await readdir(join(from, 'pack'))).filter((name) => name.startsWith('pack-'));
  const order = (name: string): number => (name.endsWith('.idx') ? 1 : 0);
  for (const name of packs.toSorted((a, b) => order(a) - order(b)))
    await moveDurably(join(from, 'pack', name), join(to, 'pack', name));
  if (packs.length > 0) touched.add(join(to, 'pack'));
  await Promise.all([...touched].map(flush));
}

/** Objects that we write are not flushed one by one; what is accepted or saved must survive a power cut. */
async function moveDurably(from: string, to: string): Promise<void> {
  await flush(from);
  await rename(from, to);
}

/** Has the disk hold what a file contains, or which names a folder has. Several at once cost little more than one. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether something is at that path. */
export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(absent)) !== null;
}

/** For `catch`: an absent file is `null`, anything else is still an error. */
export function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}
