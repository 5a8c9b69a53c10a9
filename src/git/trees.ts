/** Folders as git stores them, compared and searched without a process where they lie open. */
import { readCommit } from './commits.ts';
import { readObject, readObjects } from './objects.ts';

export interface TreeEntry {
  /** As git writes it: 100644, 100755, 120000, 160000, 40000. */
  readonly mode: string;
  readonly id: string;
}

const folderMode = '40000';

/** The entries of a tree object by name, bytes in latin1 strings. `idBytes`: 20 or 32. */
export function parseTree(content: Buffer, idBytes: number): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(32, at);
    const end = content.indexOf(0, space);
    const mode = content.toString('latin1', at, space);
    entries.set(content.toString('latin1', space + 1, end), {
      mode,
      id: content.toString('hex', end + 1, end + 1 + idBytes),
    });
    at = end + 1 + idBytes;
  }
  return entries;
}

export function isFolder(entry: TreeEntry | undefined): entry is TreeEntry {
  return entry?.mode === folderMode;
}

/** The entries of several trees, at most one process for all of them. */
export async function readTrees(
  gitDir: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, TreeEntry>>> {
  const objects = await readObjects(gitDir, ids);
  return new Map([...objects].map(([id, { content }]) => [id, parseTree(content, id.length / 2)]));
}

/** The entry at a path of a commit, `null` when there is none. The path is given in UTF-8. */
export async function findEntry(gitDir: string, commit: string, path: string): Promise<TreeEntry | null> {
  let entry: TreeEntry = { mode: folderMode, id: (await readCommit(gitDir, commit)).tree };
  for (const name of path.split('/')) {
    if (!isFolder(entry)) return null;
    const { content } = await readObject(gitDir, entry.id);
    const next = parseTree(content, entry.id.length / 2).get(Buffer.from(name, 'utf8').toString('latin1'));
    if (next === undefined) return null;
    entry = next;
  }
  return entry;
}

/** The names in a folder of a commit, in git's order; empty when there is no such folder. The path is given in UTF-8. */
export async function listFolder(gitDir: string, commit: string, path: string): Promise<readonly string[]> {
  const entry = await findEntry(gitDir, commit, path);
  if (entry === null || !isFolder(entry)) return [];
  const { content } = await readObject(gitDir, entry.id);
  return [...parseTree(content, entry.id.length / 2).keys()].map((name) =>
    Buffer.from(name, 'latin1').toString('utf8'),
  );
}

export interface TreeChange {
  /** Bytes in a latin1 string. */
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/**
 * Everything that differs between two trees: files, and with `folders` the folders too. One level at a time, so that
 * it takes no more processes than the tree has levels, and usually none.
 */
export async function compareTrees(
  gitDir: string,
  before: string | null,
  after: string | null,
  folders: 'with-folders' | 'files-only',
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  let level: { readonly path: string; readonly before: string | null; readonly after: string | null }[] =
    before === after ? [] : [{ path: '', before, after }];
  while (level.length > 0) {
    const trees = await readTrees(
      gitDir,
      level.flatMap((pair) => [pair.before, pair.after].filter((id) => id !== null)),
    );
    const next: typeof level = [];
    for (const pair of level) {
      const old = pair.before === null ? undefined : trees.get(pair.before);
      const now = pair.after === null ? undefined : trees.get(pair.after);
      for (const name of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
        const a = old?.get(name);
        const b = now?.get(name);
        if (a?.id === b?.id && a?.mode === b?.mode) continue;
        const path = pair.path === '' ? name : `${pair.path}/${name}`;
        if (isFolder(a) || isFolder(b))
          next.push({ path, before: isFolder(a) ? a.id : null, after: isFolder(b) ? b.id : null });
        const change =
          folders === 'with-folders'
            ? { before: a ?? null, after: b ?? null }
            : { before: isFolder(a) ? null : (a ?? null), after: isFolder(b) ? null : (b ?? null) };
        if (change.before !== null || change.after !== null) changes.push({ path, ...change });
      }
    }
    level = next;
  }
  return changes;
}
