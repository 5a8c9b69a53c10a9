import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askGit, runGit } from './git.ts';
import { branchRef, committer, writeRef } from './refs.ts';
import { writeSkeleton } from './repository-files.ts';

/** Turns `folder` into an ordinary repository whose one commit on `branch` holds the files that lie there. Answers the commit. */
export async function createRepository(options: {
  readonly folder: string;
  readonly branch: string;
  readonly message: string;
}): Promise<string> {
  const { folder, branch, message } = options;
  const gitDir = join(folder, '.git');
  await mkdir(gitDir);
  await writeSkeleton(gitDir, 'sha1', 'bare = false');
  await writeFile(join(gitDir, 'HEAD'), `ref: ${branchRef(branch)}\n`);
  await runGit(['add', '--all'], { gitDir, workTree: folder });
  const tree = await askGit(['write-tree'], { gitDir });
  const commit = await askGit(['commit-tree', tree, '-m', message], { gitDir, env: committer });
  await writeRef(gitDir, branchRef(branch), commit);
  return commit;
}
