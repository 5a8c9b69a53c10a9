import { runGit, splitNul } from './git.ts';
import type { WorkingCopy } from './working-copy.ts';

/** Files and whole folders in a working copy that its commit does not hold, ignored ones included; folders undivided. */
export async function listProduced(options: {
  readonly gitDir: string;
  readonly copy: WorkingCopy;
}): Promise<readonly string[]> {
  const { gitDir, copy } = options;
  const listed = await runGit(['ls-files', '-z', '--others', '--directory', '--no-empty-directory'], {
    gitDir,
    workTree: copy.tree,
    indexFile: copy.index,
  });
  return splitNul(listed.stdout).map((path) => Buffer.from(path, 'latin1').toString('utf8').replace(/\/$/, ''));
}
