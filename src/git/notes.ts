/** Notes beside commits: what is known of them beyond their message. They travel with `git push origin refs/notes/millwright`. */
import { runGit, splitNul } from './git.ts';
import { GitFailed } from './git-call.ts';
import { readObjects } from './objects.ts';
import { committer } from './refs.ts';

const ref = 'refs/notes/millwright';
const tries = 3;
const maxNoteBytes = 4 * 1024 * 1024;

/**
 * Writes the commit's note, in place of an earlier one. `busy`: the notes were being written by somebody else each time;
 * what a note holds can be written again from the journal.
 */
export async function writeNote(gitDir: string, commit: string, text: string): Promise<'written' | 'busy'> {
  for (let round = 1; round <= tries; round += 1) {
    try {
      await runGit(['notes', `--ref=${ref}`, 'add', '-f', '-F', '-', commit], {
        gitDir,
        input: text,
        env: committer,
      });
      return 'written';
    } catch (error) {
      if (!(error instanceof GitFailed) || error.reason !== 'exit') throw error;
    }
  }
  return 'busy';
}

/**
 * The commit's note; `null` when it has none, or one of another make than ours: too large, or no text. `git notes show`
 * would run the programs that the repository's configuration names for showing files.
 */
export async function readNote(gitDir: string, commit: string): Promise<string | null> {
  const found = await runGit(['notes', `--ref=${ref}`, 'list', commit], { gitDir, accept: [0, 1, 128] });
  const id = found.stdout.toString('utf8').trim();
  if (found.exitCode !== 0 || id === '') return null;
  const note = await runGit(['cat-file', 'blob', id], {
    gitDir,
    accept: [0, 128],
    maxBytes: maxNoteBytes,
    whenTooLong: 'cut',
  });
  return note.exitCode === 0 && !note.cut ? note.stdout.toString('utf8') : null;
}

/** The notes of all these commits, in two processes whatever their number. */
export async function readNotes(gitDir: string, commits: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const listed = await runGit(['ls-tree', '-r', '-z', '--full-tree', ref], { gitDir, accept: [0, 128] });
  if (listed.exitCode !== 0 || commits.length === 0) return new Map();
  const wanted = new Set(commits);
  const blobs = new Map<string, string>();
  for (const entry of splitNul(listed.stdout)) {
    const [, blob, path] = /^\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    // git spreads many notes over folders, whose names are the beginning of the commit's.
    const commit = path?.replaceAll('/', '') ?? '';
    if (blob !== undefined && wanted.has(commit)) blobs.set(commit, blob);
  }
  const objects = await readObjects(gitDir, [...blobs.values()]);
  return new Map([...blobs].map(([commit, blob]) => [commit, objects.get(blob)?.content.toString('utf8') ?? '']));
}
