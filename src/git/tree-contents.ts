/**
 * What a checkout of a commit consists of, and removing everything else. Done by ourselves and not by `git clean`:
 * git overlooks `.git` folders inside tracked folders, sockets and pipes, files inside submodules, folder permissions,
 * and a tracked folder that was swapped for a link to its own copy.
 */
import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { runGit } from './git.ts';
import { moveAway } from './discard.ts';

/** Names in each folder, by the folder's path. Paths are bytes in latin1 strings; the top is the empty string. */
export interface TreeContents {
  readonly folders: Readonly<Record<string, readonly string[]>>;
}

/** Lists a commit's folders, parents before children. A submodule is an empty folder. */
export async function listContents(gitDir: string, commit: string): Promise<TreeContents> {
  const { stdout } = await runGit(['ls-tree', '-r', '-t', '-z', '--full-tree', commit], { gitDir });
  const text = stdout.toString('latin1');
  const folders: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  folders[''] = [];
  let at = 0;
  while (at < text.length) {
    const tab = text.indexOf('\t', at);
    const end = text.indexOf('\0', tab);
    const path = text.slice(tab + 1, end);
    const slash = path.lastIndexOf('/');
    folders[path.slice(0, Math.max(slash, 0))]?.push(path.slice(slash + 1));
    const isFolder = text.startsWith('040000', at) || text.startsWith('160000', at);
    if (isFolder) folders[path] = [];
    at = end + 1;
  }
  return { folders };
}

const foldersPerTurn = 200;

/**
 * Removes from `tree` whatever is not in `contents`, by renaming it into `trash`, and gives folders the permissions
 * `folderMode`. Content of files is left to git. Answers how many entries were moved. The file system is asked
 * synchronously, which is three times as fast, with a pause for other work every few milliseconds.
 */
export async function removeForeign(
  tree: string,
  contents: TreeContents,
  trash: string,
  folderMode: number,
): Promise<number> {
  let moved = 0;
  let visited = 0;
  const remove = async (path: Buffer): Promise<void> => {
    if (await moveAway(path, `${trash}/${moved}`)) moved += 1;
  };
  for (const [folder, names] of Object.entries(contents.folders)) {
    visited += 1;
    if (visited % foldersPerTurn === 0) await setImmediate();
    const path = toPath(tree, folder);
    const info = lstatSync(path, { throwIfNoEntry: false });
    // Parents come first: when one was no folder it has been moved away, and its children are absent here.
    if (info === undefined) continue;
    if (!info.isDirectory()) {
      await remove(path);
      continue;
    }
    if ((info.mode & 0o7777) !== folderMode) chmodSync(path, folderMode);
    const expected = new Set(names);
    for (const entry of readdirSync(path, { encoding: 'latin1', withFileTypes: true })) {
      const child = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const shouldBeFolder = child in contents.folders;
      const fits =
        expected.has(entry.name) && (shouldBeFolder ? entry.isDirectory() : entry.isFile() || entry.isSymbolicLink());
      if (!fits) await remove(toPath(tree, child));
    }
  }
  return moved;
}

function toPath(tree: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(path, 'latin1')]);
}
