/** Who wrote which line. */
import { runGit } from './git.ts';
import { GitFailed } from './git-call.ts';
import { unquotePath } from './quoted-path.ts';

export interface BlamedLine {
  /** From 1, in the file as it is at the commit asked about. */
  readonly line: number;
  readonly commit: string;
  /** The line's number and path in that commit. */
  readonly lineThen: number;
  readonly pathThen: string;
  readonly text: string;
}

export interface BlameQuestion {
  readonly gitDir: string;
  readonly commit: string;
  readonly path: string;
  readonly range?: { readonly from: number; readonly to: number };
  /** Looks behind moved and copied lines and changed white space; slower. */
  readonly thorough?: boolean;
  /** A file with a history to believe instead of the real one: a commit and its parents in each line. */
  readonly parents?: string;
}

/** Lines in order; `null` when the commit has no such file, or fewer lines. */
export async function blame(question: BlameQuestion): Promise<readonly BlamedLine[] | null> {
  const { gitDir, commit, path, range, thorough, parents } = question;
  const args = [
    'blame',
    '--porcelain',
    '--no-textconv',
    '--encoding=UTF-8',
    ...(thorough === true ? ['-w', '-M', '-C', '-C'] : []),
    ...(range === undefined ? [] : ['-L', `${range.from},${range.to}`]),
    ...(parents === undefined ? [] : ['-S', parents]),
    commit,
    '--',
    path,
  ];
  try {
    const { stdout } = await runGit(args, { gitDir });
    return parsePorcelain(stdout.toString('utf8'));
  } catch (error) {
    if (error instanceof GitFailed && error.reason === 'exit' && error.exitCode === 128) return null;
    throw error;
  }
}

function parsePorcelain(text: string): readonly BlamedLine[] {
  const lines: BlamedLine[] = [];
  const paths = new Map<string, string>();
  let header: readonly [commit: string, then: number, now: number] | null = null;
  for (const line of text.split('\n')) {
    if (header !== null && line.startsWith('\t')) {
      const [commit, lineThen, now] = header;
      lines.push({ line: now, commit, lineThen, pathThen: paths.get(commit) ?? '', text: line.slice(1) });
      header = null;
      continue;
    }
    const [, commit, then, now] = /^([0-9a-f]{40,64}) (\d+) (\d+)(?: \d+)?$/.exec(line) ?? [];
    if (commit !== undefined) header = [commit, Number(then), Number(now)];
    else if (header !== null && line.startsWith('filename '))
      paths.set(header[0], unquotePath(line.slice('filename '.length)));
  }
  return lines;
}
