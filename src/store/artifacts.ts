/** Files by the SHA-256 of their content; never changed, never overwritten. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
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
    const temporary = `${path(hash)}.${randomBytes(6).toString('hex')}`;
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
      if (!(await exists(source))) return null;
      const digest = createHash('sha256');
      await pipeline(createReadStream(source), digest);
      const hash = digest.digest('hex');
      await keep(hash, async (temporary) => {
        await copyFile(source, temporary);
        await sync(temporary);
      });
      return { hash, name, sizeBytes: (await stat(path(hash))).size };
    },
    async read(hash) {
      return readFile(path(hash)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
    },
  };
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

async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
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
