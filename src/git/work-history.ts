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
  const args = ['log', '--no-show-signature', '-E', ...greps, '-z', '--format=%H%n%B', ...range];
  const { stdout } = await runGit(args, { gitDir, maxBytes: maxHistoryBytes });
  const entries = stdout.toString('utf8').split('\0');
  return new Map(
    entries.flatMap((entry) => {
      const end = entry.indexOf('\n');
      return end === -1 ? [] : [[entry.slice(0, end), entry.slice(end + 1)] as const];
    }),
  );
}

/** Commits begin with a byte that no path, name or date holds; fields end with NUL. */
function parseLog(output: Buffer, told: ReadonlyMap<string, string>): HistoryCommit[] {
  return output
    .toString('utf8')
    .split('\u0001')
    .slice(1)
    .map((entry) => {
      const [commit = '', at = '', author = '', ...rest] = entry.split('\0');
      return { commit, at, author, message: told.get(commit) ?? null, files: parseFiles(rest) };
    });
}

function parseFiles(fields: readonly string[]): readonly TouchedFile[] {
  const files: TouchedFile[] = [];
  for (let index = 0; index < fields.length;) {
    // git puts an empty line between the commit and its files.
    const status = (fields[index] ?? '').replace(/^\n+/, '');
    const renamed = status.startsWith('R') || status.startsWith('C');
    const path = fields[index + (renamed ? 2 : 1)];
    if (path === undefined || status === '') {
      index += 1;
      continue;
    }
    files.push({ path, from: renamed ? (fields[index + 1] ?? null) : null, deleted: status.startsWith('D') });
    index += renamed ? 3 : 2;
  }
  return files;
}
