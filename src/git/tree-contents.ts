/**
 * What a checkout of a commit consists of, and removing everything else. Done by ourselves and not by `git clean`:
 * git overlooks `.git` folders inside tracked folders, sockets and pipes, files inside submodules, folder permissions,
 * and a tracked folder that was swapped for a link to its own copy.
 */
import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { runGit } from './git.ts';
import { moveAway } from './discard.ts';
import { treeOf } from './history.ts';
import { type TreeEntry, isFolder, readTrees } from './trees.ts';

/** Folders of a commit by path, parents before children. Paths are bytes in latin1 strings; the top is the empty string. */
export interface TreeContents {
  readonly folders: Readonly<Record<string, FolderContents>>;
}

export interface FolderContents {
  /** The folder's tree object; empty for a submodule, which is an empty folder. */
  readonly id: string;
  readonly names: readonly string[];
}

type Draft = Record<string, { id: string; names: string[] }>;

/** Lists a commit's folders. */
export async function listContents(gitDir: string, commit: string): Promise<TreeContents> {
  const [top, { stdout }] = await Promise.all([
    treeOf(gitDir, commit),
    runGit(['ls-tree', '-r', '-t', '-z', '--full-tree', commit], { gitDir }),
  ]);
  const text = stdout.toString('latin1');
  const folders: Draft = Object.create(null) as Draft;
  folders[''] = { id: top, names: [] };
  let at = 0;
  while (at < text.length) {
    const tab = text.indexOf('\t', at);
    const end = text.indexOf('\0', tab);
    const path = text.slice(tab + 1, end);
    const slash = path.lastIndexOf('/');
    folders[path.slice(0, Math.max(slash, 0))]?.names.push(path.slice(slash + 1));
    if (text.startsWith('040000', at))
      folders[path] = { id: text.slice(text.lastIndexOf(' ', tab) + 1, tab), names: [] };
    else if (text.startsWith('160000', at)) folders[path] = { id: '', names: [] };
    at = end + 1;
  }
  return { folders };
}

/** The contents of another commit, from what is known of one: only folders that differ are read. */
export async function updateContents(gitDir: string, known: TreeContents, commit: string): Promise<TreeContents> {
  const top = await treeOf(gitDir, commit);
  const folders = Object.assign(Object.create(null) as Record<string, FolderContents>, known.folders);
  if (known.folders['']?.id === top) return { folders };
  let level = [{ path: '', id: top }];
  while (level.length > 0) {
    const trees = await readTrees(
      gitDir,
      level.map(({ id }) => id),
    );
    const next: typeof level = [];
    for (const { path, id } of level) {
      const entries = trees.get(id) ?? new Map<string, TreeEntry>();
      const child = (name: string): string => (path === '' ? name : `${path}/${name}`);
      for (const name of folders[path]?.names ?? []) if (!holdsFolder(entries.get(name))) forget(folders, child(name));
      folders[path] = { id, names: [...entries.keys()] };
      for (const [name, entry] of entries) {
        if (!holdsFolder(entry)) continue;
        const below = entry.mode === '160000' ? '' : entry.id;
        if (folders[child(name)]?.id === below) continue;
        if (below === '') forget(folders, child(name));
        if (below === '') folders[child(name)] = { id: '', names: [] };
        else next.push({ path: child(name), id: below });
      }
    }
    level = next;
  }
  return { folders: inOrder(folders) };
}

function holdsFolder(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && (entry.mode === '160000' || isFolder(entry));
}

function forget(folders: Record<string, FolderContents>, path: string): void {
  const gone = folders[path];
  if (gone === undefined) return;
  delete folders[path];
  for (const name of gone.names) forget(folders, `${path}/${name}`);
}

/** A folder that took the place of a file was added last; its parent is there already, so sorting by path is enough. */
function inOrder(folders: Record<string, FolderContents>): Record<string, FolderContents> {
  const ordered = Object.create(null) as Record<string, FolderContents>;
  for (const path of Object.keys(folders).sort()) {
    const folder = folders[path];
    if (folder !== undefined) ordered[path] = folder;
  }
  return ordered;
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
  for (const [folder, { names }] of Object.entries(contents.folders)) {
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
