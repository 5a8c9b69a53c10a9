/**
 * Taking an agent's work: the content of files, nothing else. Its own `.git`, its commits and its configuration are
 * never looked at; what counts is what lies in the tree. The result is one commit on the run's base, so that a
 * candidate is always one patch, however many attempts it took.
 */
import { constants, copyFile, open, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CandidateRepository } from './candidate.ts';
import { writeCommit } from './commits.ts';
import { askGit, runGit, splitNul } from './git.ts';
import { treeOf } from './history.ts';
import { type Candidate, type ImportLimits, type Inspected, inspectChanges } from './inspect-changes.ts';
import { writeRef } from './refs.ts';
import { type WorkingCopy, readPreparedCommit } from './working-copy.ts';

/** Who commits what agents made. */
const committer = { name: 'Millwright', email: 'millwright@localhost' };

export interface ImportOptions {
  readonly copy: WorkingCopy;
  readonly candidate: CandidateRepository;
  /** The parent of the new commit. */
  readonly base: string;
  /** What the working copy was prepared for: `base`, or the candidate so far. */
  readonly head: string;
  /** With its trailers. */
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string; /** ISO 8601. */ readonly date: string };
  /** The commit is kept as `refs/attempts/NAME`. */
  readonly attempt: string;
  readonly limits: ImportLimits;
  readonly isProtected: (path: string) => boolean;
  /** Top-level paths that we had mounted: neither they nor what is below counts. */
  readonly ignore: readonly string[];
  /** Files that held conflict markers at the start; none may be left. */
  readonly conflicted: readonly string[];
  readonly signal?: AbortSignal;
}

export type ImportOutcome =
  /**
   * `changed`: this attempt changed something; if not, `commit` is `head`. `empty`: the candidate as a whole changes
   * nothing against `base`; after a change that undoes earlier attempts, `commit` is `base` itself.
   */
  | {
      readonly type: 'imported';
      readonly commit: string;
      readonly tree: string;
      readonly changed: boolean;
      readonly empty: boolean;
    }
  /** Nothing was taken. Each problem names a path. */
  | { readonly type: 'unsafe'; readonly problems: readonly string[] };

/**
 * Imports what differs from `head`. Every process that could write to the working copy must be dead. The copy's own
 * index stays as it was, so that an import that was interrupted can be repeated; the same input gives the same commit.
 */
export async function importTree(options: ImportOptions): Promise<ImportOutcome> {
  const { copy, candidate, head, base } = options;
  if ((await readPreparedCommit(copy.directory)) !== head)
    throw new Error(`${copy.directory} was not prepared for ${head}`);
  const listing = await listChanges(options);
  if (listing.type === 'unsafe') return listing;
  const { changes } = listing;
  const seen = await inspectChanges({
    tree: copy.tree,
    changes,
    limits: options.limits,
    isProtected: options.isProtected,
  });
  const hidden = await findHidden(options, seen.newLinks);
  const problems = [
    ...seen.problems,
    ...hidden
      .map(toText)
      .filter(options.isProtected)
      .map((path) => `${JSON.stringify(path)} is protected and was replaced`),
    ...(await findMarkers(copy.tree, options.conflicted)),
  ];
  if (problems.length > 0) return { type: 'unsafe', problems: problems.slice(0, 50) };

  const [headTree, baseTree, tree] = await Promise.all([
    treeOf(candidate.gitDir, head),
    treeOf(candidate.gitDir, base),
    changes.length === 0 ? null : writeTree(options, seen, hidden),
  ]);
  if (tree === null || tree === headTree)
    return { type: 'imported', commit: head, tree: headTree, changed: false, empty: headTree === baseTree };
  // What an earlier attempt did is undone: an empty commit would land as if it were work.
  if (tree === baseTree) return { type: 'imported', commit: base, tree, changed: true, empty: true };
  const { author, message, attempt } = options;
  const commit = await commitTree(candidate, { tree, base, message, author, attempt });
  return { type: 'imported', commit, tree, changed: true, empty: false };
}

/** A candidate's commit with these files, kept as `refs/attempts/NAME`. */
export async function commitTree(
  candidate: CandidateRepository,
  made: {
    readonly tree: string;
    readonly base: string;
    readonly message: string;
    readonly author: ImportOptions['author'];
    readonly attempt: string;
  },
): Promise<string> {
  const { tree, base, message, author, attempt } = made;
  const commit = await writeCommit(candidate.gitDir, {
    tree,
    parents: [base],
    author,
    committer,
    date: author.date,
    message,
  });
  await writeRef(candidate.gitDir, `refs/attempts/${attempt}`, commit);
  return commit;
}

type Listing =
  | { readonly type: 'listed'; readonly changes: readonly Candidate[] }
  | { readonly type: 'unsafe'; readonly problems: readonly string[] };

/** Everything that differs from the index and is not ignored, found by git with our index and configuration. */
async function listChanges(options: ImportOptions): Promise<Listing> {
  const { copy, candidate, ignore, signal } = options;
  const excludes = ignore.map((path) => `--exclude=/${path.replace(/[\\*?[ ]/g, '\\$&')}`);
  const { stdout, stderr } = await runGit(['ls-files', '-z', '-t', '-m', '-o', '--exclude-standard', ...excludes], {
    gitDir: candidate.gitDir,
    workTree: copy.tree,
    indexFile: copy.index,
    ...(signal === undefined ? {} : { signal }),
  });
  // git goes on when it cannot read a folder; work in there would be lost without a word. That it does not follow a
  // link named .gitignore is no loss: such a link is judged like any other.
  const complaints = stderr
    .split('\n')
    .filter((line) => line !== '' && !/^warning: unable to access '.*\.git(?:ignore|attributes)': /.test(line));
  if (complaints.length > 0)
    return {
      type: 'unsafe',
      problems: [`a part of the working copy could not be read: ${complaints.join(' ').slice(0, 1_000)}`],
    };
  const changes = splitNul(stdout)
    .map((line) => ({ tracked: !line.startsWith('? '), path: line.slice(2) }))
    .filter(
      ({ path }) => !ignore.some((mounted) => toText(path) === mounted || toText(path).startsWith(`${mounted}/`)),
    );
  return { type: 'listed', changes };
}

/** Tracked files below a folder that is a link now. Seen through the link they look unchanged. */
async function findHidden(options: ImportOptions, newLinks: readonly string[]): Promise<readonly string[]> {
  if (newLinks.length === 0) return [];
  const folders = newLinks.map((path) => `${toText(path)}/`);
  const { stdout } = await runGit(['ls-files', '-z', '--', ...folders], {
    gitDir: options.candidate.gitDir,
    workTree: options.copy.tree,
    indexFile: options.copy.index,
  });
  return splitNul(stdout);
}

/** Reads the changed files into the object database. Only conversions built into git apply: no filter is configured. */
async function writeTree(options: ImportOptions, seen: Inspected, hidden: readonly string[]): Promise<string> {
  const { copy, candidate, signal } = options;
  const indexFile = join(copy.directory, 'index.import');
  const place = {
    gitDir: candidate.gitDir,
    workTree: copy.tree,
    indexFile,
    ...(signal === undefined ? {} : { signal }),
  };
  await rm(`${indexFile}.lock`, { force: true });
  await copyFile(copy.index, indexFile);
  // Git tells a file edited within the second of the checkout from an old one by the index's own time.
  const { atime, mtime } = await stat(copy.index);
  await utimes(indexFile, atime, mtime);
  const gone = [...seen.replaced, ...hidden];
  if (gone.length > 0)
    await runGit(['update-index', '--force-remove', '-z', '--stdin'], { ...place, input: joinNul(gone) });
  const rest = [...seen.deleted, ...seen.present];
  if (rest.length > 0) {
    await runGit(['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], {
      ...place,
      input: joinNul(rest),
    });
  }
  return askGit(['write-tree'], place);
}

function joinNul(paths: readonly string[]): Buffer {
  return Buffer.from(paths.map((path) => `${path}\0`).join(''), 'latin1');
}

const maxConflictedBytes = 16 * 1024 * 1024;

/** Conflict markers that are still there. A file that is gone or is not a plain file any more has none. */
async function findMarkers(tree: string, files: readonly string[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const handle = await open(join(tree, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      notReadable,
    );
    if (handle === null) continue;
    try {
      const info = await handle.stat();
      if (!info.isFile() || info.size > maxConflictedBytes) continue;
      if (/^(?:<{7} |>{7} |\|{7} )/m.test((await handle.readFile()).toString('latin1'))) {
        problems.push(`${JSON.stringify(file)} still holds conflict markers`);
      }
    } finally {
      await handle.close();
    }
  }
  return problems;
}

function notReadable(error: NodeJS.ErrnoException): null {
  if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'EISDIR'].includes(error.code ?? '')) return null;
  throw error;
}

function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
