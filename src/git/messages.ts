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
  const args = [
    'log',
    '--no-walk=unsorted',
    '--no-show-signature',
    '--ignore-missing',
    '--encoding=UTF-8',
    '-z',
    '--stdin',
  ];
  const { stdout } = await runGit([...args, '--format=%H%x00%an%x00%aI%x00%B'], {
    gitDir,
    input: `${commits.join('\n')}\n`,
  });
  // Four fields a commit, each ended by NUL, which no field can hold.
  const fields = stdout.toString('utf8').split('\0');
  const messages = new Map<string, CommitMessage>();
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [commit = '', author = '', at = '', text = ''] = fields.slice(index, index + 4);
    messages.set(commit, { commit, author, at, subject: text.split('\n', 1)[0] ?? '', text });
  }
  return messages;
}
