/** Files by the SHA-256 of their content; never changed, never overwritten. */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../model/artifact.ts';
import type { ContentHash } from '../model/id.ts';

export interface Artifacts {
  put(name: string, content: string | Uint8Array): Promise<ArtifactRef>;
  /** Takes a file in as it is; `null` when there is none. */
  putFile(name: string, path: string): Promise<ArtifactRef | null>;
  /** `null` when it is not there (any more). */
  read(hash: ContentHash): Promise<Buffer | null>;
  path(hash: ContentHash): string;
}

export function openArtifacts(folder: string): Artifacts {
  const path = (hash: string) => join(folder, hash.slice(0, 2), hash);

  /** The content is whole under its name, or not there: written aside, synced, renamed. */
  async function keep(hash: string, write: (temporary: string) => Promise<void>): Promise<void> {
    if (await exists(path(hash))) return;
    await mkdir(join(folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
    const temporary = incomingIn(folder);
    await write(temporary);
    await rename(temporary, path(hash));
  }

  return {
    path,
    async put(name, content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const hash = createHash('sha256').update(bytes).digest('hex');
      await keep(hash, (temporary) => writeSynced(temporary, bytes));
      return { hash, name, sizeBytes: bytes.byteLength };
    },
    async putFile(name, source) {
      const from = await openPlain(source);
      if (from === null) return null;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = incomingIn(folder);
      try {
        const { hash, sizeBytes } = await copySynced(from, temporary);
        await keep(hash, async (place) => rename(temporary, place));
        return { hash, name, sizeBytes };
      } finally {
        await from.close();
        await rm(temporary, { force: true });
      }
    },
    async read(hash) {
      return readFile(path(hash)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
    },
  };
}

const incoming = 'incoming.';
/** Nothing takes that long to write. */
const abandonedMs = 60 * 60_000;

function incomingIn(folder: string): string {
  return join(folder, `${incoming}${randomBytes(6).toString('hex')}`);
}

/** Removes what a killed process had begun to write and will never rename. */
export async function sweepIncoming(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((each) => each.startsWith(incoming))) {
    const info = await stat(join(folder, name)).catch(() => null);
    if (info !== null && Date.now() - info.mtimeMs > abandonedMs) await rm(join(folder, name), { force: true });
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** A plain file, reached by no link; `null` when there is none. A program behind no walls may have put something else. */
async function openPlain(path: string): Promise<FileHandle | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(error.code ?? '')) return null;
    throw error;
  });
  if (file === null || (await file.stat()).isFile()) return file;
  await file.close();
  return null;
}

/** Reads once, so that what was hashed is what is kept, and holds no more than a piece of it in memory. */
async function copySynced(
  from: FileHandle,
  temporary: string,
): Promise<{ readonly hash: string; readonly sizeBytes: number }> {
  const digest = createHash('sha256');
  const to = await open(temporary, 'wx', 0o600);
  try {
    let sizeBytes = 0;
    const piece = Buffer.allocUnsafe(64 * 1024);
    for (;;) {
      const { bytesRead } = await from.read(piece, 0, piece.length, sizeBytes);
      if (bytesRead === 0) break;
      const read = piece.subarray(0, bytesRead);
      digest.update(read);
      await to.writeFile(read);
      sizeBytes += bytesRead;
    }
    await to.datasync();
    return { hash: digest.digest('hex'), sizeBytes };
  } finally {
    await to.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
