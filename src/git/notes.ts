/** Notes beside commits: what is known of them beyond their message. They travel with `git push origin refs/notes/millwright`. */
import { runGit } from './git.ts';
import { GitFailed } from './git-call.ts';
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
      await runGit(['notes', `--ref=${ref}`, 'add', '-f', '-F', '-', commit], { gitDir, input: text, env: committer });
      return 'written';
    } catch (error) {
      if (!(error instanceof GitFailed) || error.reason !== 'exit') throw error;
    }
  }
  return 'busy';
}

/** The commit's note; `null` when it has none. */
export async function readNote(gitDir: string, commit: string): Promise<string | null> {
  const { stdout, exitCode } = await runGit(['notes', `--ref=${ref}`, 'show', commit], {
    gitDir,
    accept: [0, 1, 128],
    maxBytes: maxNoteBytes,
  });
  return exitCode === 0 ? stdout.toString('utf8') : null;
}
