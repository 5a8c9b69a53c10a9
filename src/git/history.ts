/** Questions about commits, and copying them from one repository to another. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { isAncestorOnLine, readCommit } from './commits.ts';
import { runGit, splitNul } from './git.ts';
import { GitFailed } from './git-call.ts';
import { startGit } from './own-git.ts';

/** Whether `ancestor` is `commit` or one of its ancestors. A commit that the repository does not have is not. */
export async function isAncestor(gitDir: string, ancestor: string, commit: string): Promise<boolean> {
  const known = await isAncestorOnLine(gitDir, ancestor, commit);
  if (known !== null) return known;
  const { exitCode } = await runGit(['merge-base', '--is-ancestor', ancestor, commit], { gitDir, accept: [0, 1, 128] });
  return exitCode === 0;
}

/** Where two commits have parted; `null` where they have nothing in common. */
export async function mergeBaseOf(gitDir: string, a: string, b: string): Promise<string | null> {
  const { stdout, exitCode } = await runGit(['merge-base', a, b], { gitDir, accept: [0, 1] });
  return exitCode === 0 ? stdout.toString('utf8').trim() : null;
}

/** Commits that can be reached from `to` and not from `from`, newest first; none where one of the two is not there. */
export async function listBetween(gitDir: string, from: string, to: string): Promise<readonly string[]> {
  const { stdout, exitCode } = await runGit(['rev-list', to, `^${from}`, '--'], { gitDir, accept: [0, 128] });
  return exitCode === 0 ? stdout.toString('utf8').split('\n').slice(0, -1) : [];
}

/** The tree of a commit. */
export async function treeOf(gitDir: string, commit: string): Promise<string> {
  return (await readCommit(gitDir, commit)).tree;
}

/** The parents of a commit, in order. */
export async function parentsOf(gitDir: string, commit: string): Promise<readonly string[]> {
  return (await readCommit(gitDir, commit)).parents;
}

/** Content of several files of a commit in one process, by path; a path without a file is left out. */
export async function readFilesAt(
  gitDir: string,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const asked = paths.filter((path) => !path.includes('\n'));
  const found = new Map<string, Buffer>();
  if (asked.length === 0) return found;
  const input = asked.map((path) => `${commit}:${path}\n`).join('');
  const { stdout } = await runGit(['cat-file', '--batch=%(objecttype) %(objectsize)'], { gitDir, input });
  let at = 0;
  for (const path of asked) {
    const end = stdout.indexOf(10, at);
    const [type, size] = stdout.toString('utf8', at, end).split(' ');
    at = end + 1;
    // Otherwise the line says that the object is missing, and no content follows.
    if (!/^(?:blob|tree|commit|tag) \d+$/.test(`${type} ${size}`)) continue;
    if (type === 'blob') found.set(path, stdout.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}

/** Ids of the contents of several files of a commit in one process, by path; a path without a file is left out. */
export async function readBlobIdsAt(
  gitDir: string,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const asked = paths.filter((path) => !path.includes('\n'));
  if (asked.length === 0) return new Map();
  const input = asked.map((path) => `${commit}:${path}\n`).join('');
  const { stdout } = await runGit(['cat-file', '--batch-check=%(objecttype) %(objectname)'], { gitDir, input });
  const lines = stdout.toString('utf8').split('\n');
  return new Map(
    asked.flatMap((path, index) => {
      const [, id] = /^blob ([0-9a-f]+)$/.exec(lines[index] ?? '') ?? [];
      return id === undefined ? [] : [[path, id] as const];
    }),
  );
}

/** Content of one file of a commit; `null` when it has no such file. */
export async function readFileAt(gitDir: string, commit: string, path: string): Promise<Buffer | null> {
  return (await readFilesAt(gitDir, commit, [path])).get(path) ?? null;
}

/** Paths of all files of a commit below a folder; the empty prefix lists everything. */
export async function listFilesAt(gitDir: string, commit: string, prefix: string): Promise<readonly string[]> {
  const { stdout } = await runGit(
    ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit, ...(prefix === '' ? [] : ['--', prefix])],
    { gitDir },
  );
  return splitNul(stdout).map((path) => Buffer.from(path, 'latin1').toString('utf8'));
}

/** Fewer objects than this are stored one by one, so that small copies do not pile up packs; git's own figure. */
const unpackLimit = 100;

/**
 * Copies a commit and everything it is made of that the receiver lacks. Only what is reachable travels: other
 * branches and stashes of the sender stay where they are. Neither side's hooks or upload programs run.
 */
export async function copyHistory(copy: {
  readonly from: string;
  readonly to: string;
  readonly commit: string;
  /** Commits that both have; one that the sender lacks is an error, see `keepKnown`. */
  readonly shared: readonly string[];
  readonly signal?: AbortSignal;
}): Promise<void> {
  const signal = copy.signal === undefined ? {} : { signal: copy.signal };
  const pack = startGit(['pack-objects', '--revs', '--stdout', '-q', '--delta-base-offset'], {
    gitDir: copy.from,
    input: [copy.commit, ...copy.shared.map((id) => `^${id}`), ''].join('\n'),
    timeoutMs: 60 * 60_000,
    ...signal,
  });
  // Settled below; without this a failure before that point would count as unhandled.
  pack.done.catch(() => undefined);
  const header = await readPackHeader(pack.stdout);
  if (header === null) {
    await pack.done;
    throw new GitFailed(['pack-objects'], 0, 'no pack came out', 'exit');
  }
  const store = header.readUInt32BE(8) < unpackLimit ? ['unpack-objects', '-q'] : ['index-pack', '--stdin'];
  await Promise.all([
    pack.done,
    runGit(store, { gitDir: copy.to, input: pack.stdout, timeoutMs: 60 * 60_000, ...signal }),
  ]);
}

/** The first twelve bytes, left in the stream; `null` when it ends before. */
async function readPackHeader(stream: Readable): Promise<Buffer | null> {
  for (;;) {
    const header = stream.read(12) as Buffer | null;
    if (header !== null && header.length === 12) {
      stream.unshift(header);
      return header;
    }
    if (header !== null || stream.readableEnded) return null;
    await Promise.race([once(stream, 'readable'), once(stream, 'end')]);
  }
}

/** Those of some commits that a repository has. */
export async function keepKnown(gitDir: string, commits: readonly string[]): Promise<readonly string[]> {
  if (commits.length === 0) return [];
  const { stdout } = await runGit(['cat-file', '--batch-check=%(objecttype)'], {
    gitDir,
    input: commits.map((id) => `${id}\n`).join(''),
  });
  const types = stdout.toString('utf8').split('\n');
  return commits.filter((_, index) => types[index] === 'commit');
}
