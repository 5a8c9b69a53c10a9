/**
 * Looks at everything that changed in a working copy before any of it is read. Every process that could write there
 * must be dead; nothing here follows a link or opens a file.
 */
import { type Stats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { foldName, judgeLink, judgePath } from './safe-names.ts';

/** One line of `ls-files -t`: a path that differs from the index, or one that the index does not have. */
export interface Candidate {
  /** Bytes in a latin1 string. */
  readonly path: string;
  readonly tracked: boolean;
}

export interface ImportLimits {
  /** Bytes of all changed files together. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export interface Inspected {
  /** Files and links to take in. Bytes in latin1 strings, as are the others. */
  readonly present: readonly string[];
  /** Gone from where they were, in a way that git sees by itself. */
  readonly deleted: readonly string[];
  /** Gone because something else has taken the place of the file or of a folder above it. */
  readonly replaced: readonly string[];
  /** New links; tracked files may have been below a folder of that name. */
  readonly newLinks: readonly string[];
  /** What forbids the import, in words for a person; at most `maxProblems`. */
  readonly problems: readonly string[];
}

const maxProblems = 50;
const perTurn = 1_000;

/** Judges each change. `isProtected` is asked with paths relative to the top. */
export async function inspectChanges(options: {
  readonly tree: string;
  readonly changes: readonly Candidate[];
  readonly limits: ImportLimits;
  readonly isProtected: (path: string) => boolean;
}): Promise<Inspected> {
  const { tree, changes, limits } = options;
  const found = {
    present: [] as string[],
    deleted: [] as string[],
    replaced: [] as string[],
    newLinks: [] as string[],
  };
  const problems: string[] = [];
  const folders = createFolderIndex(tree);
  const hardLinks = new Map<string, { count: number; names: number; path: string }>();
  let sizeBytes = 0;

  for (const [index, change] of changes.entries()) {
    if (problems.length >= maxProblems) break;
    if (index % perTurn === perTurn - 1) await setImmediate();
    const path = decode(change.path);
    if (path === null) {
      problems.push(`${show(change.path)} has a name that is not UTF-8`);
      continue;
    }
    const wrong = path.endsWith('/') ? 'is a repository of its own (or holds one)' : judgePath(path);
    if (wrong !== null) {
      problems.push(`${show(path)} ${wrong}`);
      continue;
    }
    if (options.isProtected(path)) problems.push(`${show(path)} is protected and was changed`);
    const kind = classify(tree, change, folders);
    if (kind.type === 'deleted') found.deleted.push(change.path);
    else if (kind.type === 'replaced') found.replaced.push(change.path);
    else if (kind.type === 'bad') problems.push(`${show(path)} ${kind.why}`);
    else {
      found.present.push(change.path);
      const collision = change.tracked ? null : folders.findCollision(path);
      if (collision !== null) problems.push(`${show(path)} differs from ${show(collision)} in case or spelling only`);
      if (kind.info.isSymbolicLink()) {
        if (!change.tracked) found.newLinks.push(change.path);
        const badLink = judgeLink(path, readlinkSync(join(tree, change.path), 'utf8'));
        if (badLink !== null) problems.push(`${show(path)} ${badLink}`);
      } else {
        sizeBytes += kind.info.size;
        countHardLink(hardLinks, kind.info, path);
      }
    }
  }
  for (const { count, names, path } of hardLinks.values()) {
    if (names < count) problems.push(`${show(path)} is the same file as another one outside of the change (hard link)`);
  }
  if (changes.length > limits.maxFiles)
    problems.push(`${changes.length} files changed; at most ${limits.maxFiles} are taken`);
  if (sizeBytes > limits.maxBytes)
    problems.push(`the changed files have ${sizeBytes} bytes; at most ${limits.maxBytes} are taken`);
  return { ...found, problems: problems.slice(0, maxProblems) };
}

type Kind =
  | { readonly type: 'present'; readonly info: Stats }
  | { readonly type: 'deleted' }
  | { readonly type: 'replaced' }
  | { readonly type: 'bad'; readonly why: string };

function classify(tree: string, change: Candidate, folders: FolderIndex): Kind {
  const parent = folders.judgeParents(change.path);
  if (parent === 'absent') return { type: 'deleted' };
  // What lies behind a link or below a file is another path; this one is gone.
  if (parent === 'not-a-folder')
    return change.tracked ? { type: 'replaced' } : { type: 'bad', why: 'lies behind a link' };
  const info = lstatSync(join(tree, change.path), { throwIfNoEntry: false });
  if (info === undefined) return { type: 'deleted' };
  if (info.isFile() || info.isSymbolicLink()) return { type: 'present', info };
  if (!info.isDirectory()) return { type: 'bad', why: 'is a device, a pipe or a socket' };
  const dotGit = lstatSync(join(tree, `${change.path}/.git`), { throwIfNoEntry: false });
  return dotGit === undefined
    ? { type: 'replaced' }
    : { type: 'bad', why: 'is a repository of its own (or holds one)' };
}

interface FolderIndex {
  /** Whether all folders above a path are folders. */
  judgeParents(path: string): 'folders' | 'absent' | 'not-a-folder';
  /** Another entry beside the path, or beside a folder above it, with the same folded name. */
  findCollision(path: string): string | null;
}

function createFolderIndex(tree: string): FolderIndex {
  const judged = new Map<string, 'folders' | 'absent' | 'not-a-folder'>([['', 'folders']]);
  const listed = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const judge = (folder: string): 'folders' | 'absent' | 'not-a-folder' => {
    const known = judged.get(folder);
    if (known !== undefined) return known;
    const above = judge(parentOf(folder));
    const info = above === 'folders' ? lstatSync(join(tree, folder), { throwIfNoEntry: false }) : undefined;
    const here = info === undefined ? 'absent' : info.isDirectory() ? 'folders' : 'not-a-folder';
    const result = above === 'folders' ? here : above;
    judged.set(folder, result);
    return result;
  };
  const list = (folder: string): ReadonlyMap<string, readonly string[]> => {
    const known = listed.get(folder);
    if (known !== undefined) return known;
    const names = new Map<string, string[]>();
    for (const name of readdirSync(folder === '' ? tree : `${tree}/${folder}`)) {
      const folded = foldName(name);
      names.set(folded, [...(names.get(folded) ?? []), name]);
    }
    listed.set(folder, names);
    return names;
  };
  return {
    judgeParents: (path) => judge(parentOf(path)),
    findCollision(path) {
      for (let at = path; at !== ''; at = parentOf(at)) {
        const name = at.slice(at.lastIndexOf('/') + 1);
        const other = list(parentOf(at))
          .get(foldName(name))
          ?.find((candidate) => candidate !== name);
        if (other !== undefined) return parentOf(at) === '' ? other : `${parentOf(at)}/${other}`;
      }
      return null;
    },
  };
}

function countHardLink(
  links: Map<string, { count: number; names: number; path: string }>,
  info: Stats,
  path: string,
): void {
  if (info.nlink < 2) return;
  const key = `${info.dev}:${info.ino}`;
  const known = links.get(key) ?? { count: info.nlink, names: 0, path };
  links.set(key, { ...known, names: known.names + 1 });
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

function join(tree: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${tree}/`), Buffer.from(path, 'latin1')]);
}

/** Bytes as text; `null` when they are not UTF-8. */
function decode(bytes: string): string | null {
  const buffer = Buffer.from(bytes, 'latin1');
  const text = buffer.toString('utf8');
  return Buffer.from(text, 'utf8').equals(buffer) ? text : null;
}

/** A name as it may appear in a message: quoted, and with nothing in it that a terminal would obey. */
function show(path: string): string {
  return JSON.stringify(path.slice(0, 300)).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
