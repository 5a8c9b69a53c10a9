/** The throw-away `.git` that an agent gets: it may do with it what it likes, because we never run git with it. */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './git.ts';
import { type ObjectFormat, absent, copyShallow, writeSkeleton } from './repository-files.ts';

interface PrivateGit {
  readonly tree: string;
  /** Our index of the files in `tree`, for its knowledge of which files are unchanged on disk. */
  readonly index: string;
  /** What `index` was read from. */
  readonly commit: string;
  readonly base: string;
  /** Repository with accepted history, whose objects the agent may read. */
  readonly acceptedGitDir: string;
  readonly objectFormat: ObjectFormat;
  /** Top-level paths to hide from `git status`. */
  readonly ignore: readonly string[];
}

/**
 * Writes `tree/.git`: a branch `work` at `base`, an index of `base`, objects borrowed from accepted history. Earlier
 * work of the candidate shows as uncommitted changes. There must be no `.git` yet.
 */
export async function writePrivateGit(options: PrivateGit): Promise<void> {
  const { base, acceptedGitDir } = options;
  const gitDir = join(options.tree, '.git');
  await mkdir(gitDir);
  await writeSkeleton(
    gitDir,
    options.objectFormat,
    'bare = false\n\tlogallrefupdates = true',
    '[user]\n\tname = Agent\n\temail = agent@localhost\n[gc]\n\tauto = 0\n',
  );
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/work\n'),
    writeFile(join(gitDir, 'refs/heads/work'), `${base}\n`),
    writeFile(join(gitDir, 'objects/info/alternates'), `${join(acceptedGitDir, 'objects')}\n`),
    writeFile(
      join(gitDir, 'info/exclude'),
      options.ignore.map((path) => `/${path.replace(/[\\*?[ ]/g, '\\$&')}\n`).join(''),
    ),
    copyShallow(acceptedGitDir, gitDir),
  ]);
  await writeIndex(options, join(gitDir, 'index'));
}

/**
 * The index of `base`. It is kept beside ours for the next time: what it knows of files that have changed on disk since
 * is old, and makes git look at them, nothing more.
 */
async function writeIndex(options: PrivateGit, index: string): Promise<void> {
  const { base } = options;
  const kept = `${options.index}.base`;
  const keptFor = `${kept}.commit`;
  const known = (await readFile(keptFor, 'utf8').catch(absent)) === base;
  await copyFile(known && options.commit !== base ? kept : options.index, index);
  if (known) return;
  if (options.commit !== base) {
    // Without -u no file is touched, but git insists on being told where they are.
    await runGit(['read-tree', '--reset', base], {
      gitDir: options.acceptedGitDir,
      workTree: options.tree,
      indexFile: index,
    });
  }
  await rm(keptFor, { force: true });
  await copyFile(index, kept);
  await writeFile(keptFor, base);
}
