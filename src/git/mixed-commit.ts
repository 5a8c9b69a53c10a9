/** A commit's files with some of them as another commit has them, for looking at what one part of a change does alone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCommit } from './commits.ts';
import { askGit, runGit, splitNul } from './git.ts';

const nobody = { name: 'Millwright', email: 'millwright@localhost' };
const unsigned = { author: nobody, committer: nobody, date: '2000-01-01T00:00:00Z' };

/**
 * A commit on `commit` whose files at `paths` are those of `from`; a path that `from` does not have is gone. No ref
 * holds it. The same input gives the same commit.
 */
export async function mixCommits(mix: {
  readonly gitDir: string;
  readonly commit: string;
  readonly from: string;
  readonly paths: readonly string[];
}): Promise<string> {
  const { gitDir, commit, from, paths } = mix;
  const folder = await mkdtemp(join(gitDir, 'mix-'));
  const place = { gitDir, indexFile: join(folder, 'index') };
  try {
    await runGit(['read-tree', commit], place);
    const wanted = new Set(paths.map((path) => Buffer.from(path, 'utf8').toString('latin1')));
    const there = new Map((await listEntries(gitDir, from)).filter(([path]) => wanted.has(path)));
    const gone = [...wanted].filter((path) => !there.has(path));
    // What was a folder in one of the two and is a file in the other has to go first.
    const input = [
      ...gone.map((path) => `0 ${'0'.repeat(from.length)}\t${path}\0`),
      ...[...there].map(([path, entry]) => `${entry}\t${path}\0`),
    ].join('');
    await runGit(['update-index', '-z', '--index-info'], { ...place, input: Buffer.from(input, 'latin1') });
    const tree = await askGit(['write-tree'], place);
    const message = 'Files of two commits\n';
    return await writeCommit(gitDir, {
      tree,
      parents: [commit],
      ...unsigned,
      message,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A commit on `commit` in which one of its files says something else. Throws where it is not there. */
export async function replaceFile(change: {
  readonly gitDir: string;
  readonly commit: string;
  readonly path: string;
  readonly text: string;
}): Promise<string> {
  const { gitDir, commit, path, text } = change;
  const name = Buffer.from(path, 'utf8').toString('latin1');
  const [, entry] = (await listEntries(gitDir, commit)).find(([each]) => each === name) ?? [];
  if (entry === undefined) throw new Error(`${commit} has no ${path}`);
  const id = await askGit(['hash-object', '-w', '--stdin'], { gitDir, input: text });
  const folder = await mkdtemp(join(gitDir, 'mix-'));
  const place = { gitDir, indexFile: join(folder, 'index') };
  try {
    await runGit(['read-tree', commit], place);
    const input = Buffer.from(`${entry.split(' ')[0]} ${id}\t${name}\0`, 'latin1');
    await runGit(['update-index', '-z', '--index-info'], { ...place, input });
    const tree = await askGit(['write-tree'], place);
    return await writeCommit(gitDir, { tree, parents: [commit], ...unsigned, message: 'A file of another text\n' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A commit without any file, for whoever is to see none. */
export async function writeEmptyCommit(gitDir: string): Promise<string> {
  const tree = await askGit(['mktree'], { gitDir, input: '' });
  const message = 'Nothing\n';
  return writeCommit(gitDir, { tree, parents: [], ...unsigned, message });
}

/** `mode id` by path, bytes in latin1 strings. */
async function listEntries(gitDir: string, commit: string): Promise<readonly (readonly [string, string])[]> {
  const { stdout } = await runGit(['ls-tree', '-r', '-z', '--full-tree', commit], { gitDir });
  return splitNul(stdout).map((line) => {
    const [, mode = '', id = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]*)$/.exec(line) ?? [];
    return [path, `${mode} ${id}`] as const;
  });
}
