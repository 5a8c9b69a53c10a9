/** History as the planner reads it: what each commit says, and which files it touched. */
import { runGit } from './git.ts';

export interface TouchedFile {
  readonly path: string;
  /** Where it was before, when it was renamed. */
  readonly from: string | null;
  readonly deleted: boolean;
}

export interface HistoryCommit {
  readonly commit: string;
  /** The whole message where it says where the work comes from; `null` for any other commit. */
  readonly message: string | null;
  /** ISO 8601. */
  readonly at: string;
  readonly author: string;
  /** Empty for merges. */
  readonly files: readonly TouchedFile[];
}

/** What makes a commit one whose message is read. */
const telling = ['^ {0,8}(Implements|Removes|Millwright-Item): ', '^This reverts commit '];

/**
 * Commits that can be reached from `tips` and not from `known`, parents before children, from the first whose message
 * tells something on: what lies before was there when the work began. Empty when none does.
 */
export async function readWorkHistory(options: {
  readonly gitDir: string;
  readonly tips: readonly string[];
  readonly known: readonly string[];
  /** Whether something told was found before: then every commit counts. */
  readonly begun: boolean;
}): Promise<readonly HistoryCommit[]> {
  const { gitDir, tips, known, begun } = options;
  const range = [...tips, ...known.map((id) => `^${id}`), '--'];
  const told = await readMessages(gitDir, range);
  if (told.size === 0 && !begun) return [];
  const { stdout } = await runGit(
    [
      'log',
      '--topo-order',
      '--no-show-signature',
      '--encoding=UTF-8',
      '-M',
      '--name-status',
      '-z',
      '--format=%x01%H%x00%aI%x00%an',
      ...range,
    ],
    { gitDir, maxBytes: maxHistoryBytes },
  );
  const commits = parseLog(stdout, told).reverse();
  const first = begun ? 0 : commits.findIndex(({ message }) => message !== null);
  return commits.slice(first);
}

const maxHistoryBytes = 1024 ** 3;

async function readMessages(gitDir: string, range: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const greps = telling.map((pattern) => `--grep=${pattern}`);
  const args = ['log', '--no-show-signature', '--encoding=UTF-8', '-E', ...greps, '-z', '--format=%H%n%B', ...range];
  const { stdout } = await runGit(args, { gitDir, maxBytes: maxHistoryBytes });
  const entries = stdout.toString('utf8').split('\0');
  return new Map(
    entries.flatMap((entry) => {
      const end = entry.indexOf('\n');
      return end === -1 ? [] : [[entry.slice(0, end), entry.slice(end + 1)] as const];
    }),
  );
}

const header = /^\u0001([0-9a-f]{40,64})$/;

/**
 * Fields end with NUL, and are read in their order: a file may be called like the beginning of a commit, which counts as
 * one only where the letter of a change would stand.
 */
function parseLog(output: Buffer, told: ReadonlyMap<string, string>): HistoryCommit[] {
  const fields = output.toString('utf8').split('\0');
  const commits: (HistoryCommit & { readonly files: TouchedFile[] })[] = [];
  for (let index = 0; index < fields.length;) {
    // git puts an empty line between the commit and its files.
    const field = (fields[index] ?? '').replace(/^\n+/, '');
    const commit = header.exec(field)?.[1];
    if (commit !== undefined) {
      const [at = '', author = ''] = fields.slice(index + 1, index + 3);
      commits.push({ commit, at, author, message: told.get(commit) ?? null, files: [] });
      index += 3;
      continue;
    }
    const renamed = field.startsWith('R') || field.startsWith('C');
    const path = fields[index + (renamed ? 2 : 1)];
    if (field === '' || path === undefined) {
      index += 1;
      continue;
    }
    const from = renamed ? (fields[index + 1] ?? null) : null;
    commits.at(-1)?.files.push({ path, from, deleted: field.startsWith('D') });
    index += renamed ? 3 : 2;
  }
  return commits;
}
