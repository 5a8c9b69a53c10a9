import { runGit } from './git.ts';

export interface CommitMessage {
  readonly commit: string;
  readonly author: string;
  /** ISO 8601. */
  readonly at: string;
  readonly subject: string;
  /** The whole message. */
  readonly text: string;
}

/** What commits say, in one process; one that the repository lacks is left out. */
export async function readMessages(
  gitDir: string,
  commits: readonly string[],
): Promise<ReadonlyMap<string, CommitMessage>> {
  if (commits.length === 0) return new Map();
  const args = ['log', '--no-walk=unsorted', '--no-show-signature', '--ignore-missing', '-z', '--stdin'];
  const { stdout } = await runGit([...args, '--format=%H%x01%an%x01%aI%x01%B'], {
    gitDir,
    input: `${commits.join('\n')}\n`,
  });
  const entries = stdout.toString('utf8').split('\0');
  return new Map(
    entries.flatMap((entry) => {
      const [commit = '', author = '', at = '', ...rest] = entry.split('\u0001');
      const text = rest.join('\u0001');
      if (commit === '') return [];
      return [[commit, { commit, author, at, subject: text.split('\n', 1)[0] ?? '', text }] as const];
    }),
  );
}
