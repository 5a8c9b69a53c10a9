/**
 * Who wrote the lines of files of which the commits are known that touched them: their patches are read and replayed, in
 * one process for many files. `git blame` walks through all of history, once for each file.
 */
import { parsePatch, readPatchPath, type Hunk } from './find-source.ts';
import { runGit } from './git.ts';

export interface KnownFile {
  readonly path: string;
  /** Earlier names. */
  readonly formerly: readonly string[];
  /** What it holds at the commit that is asked about. */
  readonly blob: string;
  /** Those that touched it, merges left out; a commit of higher order does not come before another. */
  readonly commits: readonly { readonly commit: string; readonly order: number }[];
}

/** Each path is compared with each commit: fewer at a time are less work. */
const filesAtOnce = 32;
const maxPatchBytes = 1024 ** 3;

/**
 * The commit of each line, by path; an empty one for lines that are older than all of the file's commits, which may also
 * be left out at the end. A file is left out when its commits do not lead to what it holds: a merge made it so.
 */
export async function replayAuthors(
  gitDir: string,
  files: readonly KnownFile[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (let at = 0; at < files.length; at += filesAtOnce) {
    const some = files.slice(at, at + filesAtOnce);
    const versions = replay(await readPatches(gitDir, some), some);
    for (const { path, blob } of some) {
      const authors = versions.get(path)?.get(blob);
      if (authors !== undefined) found.set(path, authors);
    }
  }
  return found;
}

async function readPatches(gitDir: string, files: readonly KnownFile[]): Promise<string> {
  const paths = new Set(files.flatMap(({ path, formerly }) => [path, ...formerly]));
  const commits = files.flatMap((file) => file.commits).sort((a, b) => a.order - b.order);
  const form = [
    '-r',
    '--root',
    '-p',
    '-U0',
    '-M',
    '-a',
    '--full-index',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
  ];
  const { stdout } = await runGit(['diff-tree', '--stdin', ...form, '--', ...paths], {
    gitDir,
    input: [...new Set(commits.map(({ commit }) => `${commit}\n`))].join(''),
    maxBytes: maxPatchBytes,
  });
  // Names are quoted, and of the lines only the number counts.
  return stdout.toString('latin1');
}

/** Authors by path and blob: on two branches a file has two versions at a time. */
type Versions = Map<string, Map<string, readonly string[]>>;

/** No line of a patch without context begins like a commit or a file does: they begin with a sign. */
function replay(patches: string, files: readonly KnownFile[]): Versions {
  const versions: Versions = new Map();
  const touching = new Set(
    files.flatMap(({ path, formerly, commits }) =>
      [path, ...formerly].flatMap((name) => commits.map(({ commit }) => `${commit} ${name}`)),
    ),
  );
  for (const patch of patches.split(/^(?=[0-9a-f]{40,64}$)/m)) {
    const [head = '', ...changes] = patch.split(/^diff --git /m);
    const commit = head.trim();
    for (const change of changes) replayFile(versions, commit, change, (path) => touching.has(`${commit} ${path}`));
  }
  return versions;
}

function replayFile(versions: Versions, commit: string, patch: string, touches: (path: string) => boolean): void {
  const [head = ''] = patch.split(/^@@ /m, 1);
  const from = readPatchPath(/^rename from (.+)$/m.exec(head)?.[1] ?? '');
  const to = readPatchPath(/^rename to (.+)$/m.exec(head)?.[1] ?? '');
  if (from !== '') versions.set(to, new Map([...(versions.get(to) ?? []), ...(versions.get(from) ?? [])]));
  const [, before = '', after = ''] = /^index ([0-9a-f]+)\.\.([0-9a-f]+)/m.exec(head) ?? [];
  const hunks = parsePatch(patch);
  const [first] = hunks;
  if (first === undefined) return;
  const path = first.newPath === '/dev/null' ? first.oldPath : first.newPath;
  // A commit of another file, from before this one was generated.
  if (!touches(path)) return;
  const known = versions.get(path) ?? new Map<string, readonly string[]>();
  versions.set(path, known);
  const authors = /^0+$/.test(before) || known.size === 0 ? [] : known.get(before);
  if (authors !== undefined) known.set(after, applyHunks(authors, hunks, commit));
}

function applyHunks(authors: readonly string[], hunks: readonly Hunk[], commit: string): readonly string[] {
  const after: string[] = [];
  let at = 0;
  const keep = (end: number): void => {
    for (; at < end; at += 1) after.push(authors[at] ?? '');
  };
  for (const { oldStart, old, new: added } of hunks) {
    // Where nothing was taken away, git names the line before.
    keep(old.length === 0 ? oldStart : oldStart - 1);
    at += old.length;
    for (let line = 0; line < added.length; line += 1) after.push(commit);
  }
  keep(authors.length);
  return after;
}
