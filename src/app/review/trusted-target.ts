/** The branch whose history says by which rules a change is judged. */
import { loadProject, projectFile } from '../../config/load-project.ts';
import { readFileAt } from '../../git/history.ts';
import { readRef } from '../../git/refs.ts';
import { defaultBranch, type UserRepository } from '../../git/user-repository.ts';

/**
 * The branch that the factory lands on; before its first run `main` or `master`, or what the configuration there names. What
 * is checked out says nothing: it may be the very change that is to be judged.
 */
export async function trustedTarget(repository: UserRepository, known: string | null): Promise<string> {
  if (known !== null) return known;
  for (const branch of ['main', 'master']) {
    const tip = await readRef(repository.commonDir, `refs/heads/${branch}`);
    if (tip === null) continue;
    const text = (await readFileAt(repository.commonDir, tip, projectFile))?.toString('utf8');
    const loaded = text === undefined ? null : loadProject(text);
    return loaded?.ok === true ? loaded.config.target : branch;
  }
  return (await defaultBranch(repository)) ?? 'main';
}
