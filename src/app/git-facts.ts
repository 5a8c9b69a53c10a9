/** What commands ask of git without a factory. */
import { defaultBranch as branchOf, locateUserRepository } from '../git/user-repository.ts';

/** The branch that work would land on in the repository at `path`. */
export async function defaultBranch(path: string): Promise<string | null> {
  const repository = await locateUserRepository(path);
  return repository === null ? null : branchOf(repository);
}
