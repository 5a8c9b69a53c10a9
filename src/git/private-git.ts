/** The throw-away `.git` that an agent gets: it may do with it what it likes, because we never run git with it. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './git.ts';
import { type ObjectFormat, copyShallow, writeSkeleton } from './repository-files.ts';

/**
 * Writes `tree/.git`: a branch `work` at `base`, an index of `base`, objects borrowed from accepted history. Earlier
 * work of the candidate shows as uncommitted changes. There must be no `.git` yet.
 */
export async function writePrivateGit(options: {
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
}): Promise<void> {
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
    copyFile(options.index, join(gitDir, 'index')),
  ]);
  if (options.commit !== base) {
    // Without -u no file is touched, but git insists on being told where they are.
    await runGit(['read-tree', '--reset', base], {
      gitDir: acceptedGitDir,
      workTree: options.tree,
      indexFile: join(gitDir, 'index'),
    });
  }
}
