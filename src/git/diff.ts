/** Differences between commits, as text for people and models and as data. */
import { runGit, splitNul } from './git.ts';
import { unquotePath } from './quoted-path.ts';

/** Never a program from configuration or attributes, and the same text on every machine. */
const plain = ['-r', '--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=all'] as const;

/** The diff between two commits. Cut at `maxBytes`, and then it says so. `stat`: a line a file instead of the lines. */
export async function diffText(options: {
  readonly gitDir: string;
  readonly from: string;
  readonly to: string;
  readonly maxBytes: number;
  readonly stat?: boolean;
}): Promise<{ readonly text: string; readonly cut: boolean }> {
  const form = options.stat === true ? ['--stat=120', '--summary'] : ['-p', '--find-renames'];
  const { stdout, cut } = await runGit(['diff-tree', ...plain, ...form, options.from, options.to], {
    gitDir: options.gitDir,
    maxBytes: options.maxBytes,
    whenTooLong: 'cut',
  });
  return { text: stdout.toString('utf8'), cut };
}

export interface ChangedFile {
  readonly path: string;
  readonly change: 'added' | 'deleted' | 'modified' | 'retyped';
}

/** Every path that differs between two commits; a rename is a deletion and an addition. */
export async function changedFiles(options: {
  readonly gitDir: string;
  readonly from: string;
  readonly to: string;
}): Promise<readonly ChangedFile[]> {
  const { stdout } = await runGit(
    ['diff-tree', ...plain, '-z', '--name-status', '--no-renames', options.from, options.to],
    { gitDir: options.gitDir },
  );
  const fields = splitNul(stdout);
  const files: ChangedFile[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    files.push({
      path: Buffer.from(fields[i + 1] ?? '', 'latin1').toString('utf8'),
      change: nameChange(fields[i] ?? ''),
    });
  }
  return files;
}

function nameChange(letter: string): ChangedFile['change'] {
  if (letter === 'A') return 'added';
  if (letter === 'D') return 'deleted';
  if (letter === 'T') return 'retyped';
  return 'modified';
}

/** Lines that are new or altered at `to`, as first and last, by path; a rename is a new file. */
export async function changedLines(options: {
  readonly gitDir: string;
  readonly from: string;
  readonly to: string;
}): Promise<ReadonlyMap<string, readonly (readonly [number, number])[]>> {
  const { stdout } = await runGit(
    [
      'diff-tree',
      ...plain,
      '-p',
      '-U0',
      // One odd byte must not hide a file.
      '--text',
      '--no-renames',
      '--src-prefix=a/',
      '--dst-prefix=b/',
      options.from,
      options.to,
    ],
    { gitDir: options.gitDir },
  );
  const found = new Map<string, [number, number][]>();
  let path: string | null = null;
  let left = 0;
  for (const line of stdout.toString('latin1').split('\n')) {
    // Inside a hunk everything is content, whatever it looks like.
    if (left > 0 && /^[-+\\]/.test(line)) {
      if (!line.startsWith('\\')) left -= 1;
      continue;
    }
    const file = /^\+\+\+ (?:"?b\/.*|\/dev\/null)$/.exec(line)?.[0].slice(4).replace(/\t$/, '');
    if (file !== undefined)
      path =
        file === '/dev/null'
          ? null
          : Buffer.from(unquotePath(file), file.startsWith('"') ? 'utf8' : 'latin1')
              .toString('utf8')
              .slice(2);
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null) continue;
    const [, removed = '1', start = '0', added = '1'] = hunk;
    left = Number(removed) + Number(added);
    if (path !== null && Number(added) > 0)
      found.set(path, [...(found.get(path) ?? []), [Number(start), Number(start) + Number(added) - 1]]);
  }
  return found;
}
