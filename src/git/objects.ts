/**
 * Objects read and written without a process. An object's name is the hash of its content, so what has been read once
 * is true for ever and in every repository; whether a repository has it is another question, and not answered here.
 */
import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { runGit } from './git.ts';
import { absent } from './repository-files.ts';

export interface GitObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly content: Buffer;
}

/** A larger one is read by git; up to this size a thread of its own would cost more than the work. */
const maxLooseBytes = 1024 * 1024;
const cacheBytes = 8 * 1024 * 1024;

/** Commits and trees met lately; the oldest go first. */
const cache = new Map<string, GitObject>();
let cachedBytes = 0;

function remember(id: string, { type, content }: GitObject): void {
  if (type === 'blob' || content.length > cacheBytes / 8 || cache.has(id)) return;
  // Memory of its own: a small buffer is a part of a larger one, all of which it would keep.
  const own = Buffer.allocUnsafeSlow(content.length);
  content.copy(own);
  cache.set(id, { type, content: own });
  cachedBytes += own.length;
  for (const [oldest, { content }] of cache) {
    if (cachedBytes <= cacheBytes) return;
    cache.delete(oldest);
    cachedBytes -= content.length;
  }
}

/** The file of an object that is stored by itself. */
export function looseFile(gitDir: string, id: string): string {
  return join(gitDir, 'objects', id.slice(0, 2), id.slice(2));
}

/** The object if it is known or stored by itself, in the repository or in one that it borrows from; else `null`. */
export async function findObject(gitDir: string, id: string): Promise<GitObject | null> {
  const known = cache.get(id);
  if (known !== undefined) return known;
  for (const folder of await objectFolders(gitDir)) {
    const packed = await readFile(join(folder, id.slice(0, 2), id.slice(2))).catch(absent);
    const object = packed === null ? null : unpack(id, packed);
    if (object === null) continue;
    remember(id, object);
    return object;
  }
  return null;
}

/** Several objects, with at most one process for those that lie in packs. Throws for one that the repository lacks. */
export async function readObjects(gitDir: string, ids: readonly string[]): Promise<ReadonlyMap<string, GitObject>> {
  const found = new Map<string, GitObject>();
  for (const id of new Set(ids)) {
    const object = await findObject(gitDir, id);
    if (object !== null) found.set(id, object);
  }
  const missing = [...new Set(ids)].filter((id) => !found.has(id));
  if (missing.length > 0) for (const [id, object] of await readPacked(gitDir, missing)) found.set(id, object);
  return found;
}

export async function readObject(gitDir: string, id: string): Promise<GitObject> {
  const object = (await readObjects(gitDir, [id])).get(id);
  if (object === undefined) throw new Error(`${gitDir} has no object ${id}`);
  return object;
}

async function readPacked(gitDir: string, ids: readonly string[]): Promise<ReadonlyMap<string, GitObject>> {
  const { stdout } = await runGit(['cat-file', '--batch=%(objecttype) %(objectsize)'], {
    gitDir,
    input: `${ids.join('\n')}\n`,
  });
  const found = new Map<string, GitObject>();
  let at = 0;
  for (const id of ids) {
    const end = stdout.indexOf(10, at);
    const header = /^(commit|tree|blob|tag) (\d+)$/.exec(stdout.toString('latin1', at, end));
    if (header === null) throw new Error(`${gitDir} has no object ${id}`);
    const size = Number(header[2]);
    const object: GitObject = {
      type: header[1] as GitObject['type'],
      content: stdout.subarray(end + 1, end + 1 + size),
    };
    remember(id, object);
    found.set(id, object);
    at = end + 1 + size + 1;
  }
  return found;
}

/** Writes an object as git does: whole under its name or not there. It is not flushed; landing and saving do that. */
export async function writeObject(gitDir: string, type: GitObject['type'], content: Buffer): Promise<string> {
  const raw = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const id = createHash(await hashName(gitDir))
    .update(raw)
    .digest('hex');
  remember(id, { type, content });
  const file = looseFile(gitDir, id);
  const temporary = join(gitDir, 'objects', `tmp_obj_${randomUUID()}`);
  await mkdir(join(gitDir, 'objects', id.slice(0, 2)), { recursive: true });
  await writeFile(temporary, deflateSync(raw), { mode: 0o444, flag: 'wx' });
  await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
    // There already, with the same content by its name.
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(temporary);
  return id;
}

function unpack(id: string, packed: Buffer): GitObject | null {
  let raw: Buffer;
  try {
    raw = inflateSync(packed, { maxOutputLength: maxLooseBytes });
  } catch (error) {
    // Too large, damaged, or in a form of old: git reads it, or says what is wrong with it.
    if (error instanceof Error) return null;
    throw error;
  }
  const end = raw.indexOf(0);
  const header = /^(commit|tree|blob|tag) (\d+)$/.exec(raw.toString('latin1', 0, end));
  const name = createHash(id.length === 40 ? 'sha1' : 'sha256')
    .update(raw)
    .digest('hex');
  if (header === null || name !== id || Number(header[2]) !== raw.length - end - 1) return null;
  return { type: header[1] as GitObject['type'], content: raw.subarray(end + 1) };
}

const folders = new Map<string, readonly string[]>();

/** The repository's own objects and those it borrows; of ours only, whose borrowing never changes. */
async function objectFolders(gitDir: string): Promise<readonly string[]> {
  const known = folders.get(gitDir);
  if (known !== undefined) return known;
  const own = join(gitDir, 'objects');
  const borrowed = (await readFile(join(own, 'info', 'alternates'), 'utf8').catch(absent)) ?? '';
  const list = [
    own,
    ...borrowed
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => resolve(own, line)),
  ];
  folders.set(gitDir, list);
  if (folders.size > 256) for (const oldest of [...folders.keys()].slice(0, 128)) folders.delete(oldest);
  return list;
}

async function hashName(gitDir: string): Promise<'sha1' | 'sha256'> {
  const config = await readFile(join(gitDir, 'config'), 'utf8');
  return /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 'sha256' : 'sha1';
}
