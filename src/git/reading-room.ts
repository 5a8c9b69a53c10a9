import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyShallow, createBareRepository, exists, readObjectFormat } from './repository-files.ts';

/**
 * A repository of our own below `folder` that borrows the objects of another one, for questions about commits by their
 * ids. The other one's configuration, attributes, grafts and refs do not reach it: a `blame.ignoreRevsFile` that is not
 * there, which many set, would make git refuse every blame.
 */
export async function openReadingRoom(folder: string, gitDir: string): Promise<string> {
  // The way to the objects is kept relative: it holds for these two places alone.
  const name = createHash('sha256').update(`${folder}\n${gitDir}`).digest('hex').slice(0, 16);
  const directory = join(folder, `read-${name}.git`);
  const objectFormat = await readObjectFormat(gitDir);
  await createBareRepository({ directory, objectFormat, borrowsFrom: join(gitDir, 'objects') });
  // A history that was cut off may be whole by now.
  if (await exists(join(gitDir, 'shallow'))) await copyShallow(gitDir, directory);
  else await rm(join(directory, 'shallow'), { force: true });
  return directory;
}
