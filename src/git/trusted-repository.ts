/**
 * The trusted repository of one project: accepted history only, in a bare repository of ours that no agent can write.
 * `refs/heads/TARGET` is the accepted tip; `refs/user/TARGET` is where the user's branch was last seen.
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../model/user-error.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { branchRef, readLooseRef } from './refs.ts';
import { type ObjectFormat, createBareRepository, foreignConfig, readObjectFormat } from './repository-files.ts';
import { type UserRepository, locateUserRepository } from './user-repository.ts';

export interface TrustedRepository {
  readonly gitDir: string;
  /** Folder of its objects: what agents may be shown, read-only. */
  readonly objects: string;
  /** The path that the project was registered with; whether something is still there is asked at each use. */
  readonly userPath: string;
  readonly objectFormat: ObjectFormat;
}

const lock = createKeyedLock();

/** Makes the repository unless it is there, and refuses one whose configuration is not ours. Starts no process. */
export async function openTrustedRepository(options: {
  readonly directory: string;
  readonly userRepository: string;
}): Promise<TrustedRepository> {
  const { directory, userRepository } = options;
  const user = await locateUserRepository(userRepository);
  await createBareRepository({
    directory,
    objectFormat: user === null ? 'sha1' : await readObjectFormat(user.commonDir),
  });
  await chmod(directory, 0o700);
  const foreign = await foreignConfig(directory);
  if (foreign.length > 0) {
    throw new UserError(
      'foreign-git-config',
      `${directory}/config holds settings that Millwright did not write: ${foreign.join(', ').slice(0, 500)}`,
      `find out who changed it, then remove these lines from ${directory}/config`,
    );
  }
  return {
    gitDir: directory,
    objects: join(directory, 'objects'),
    userPath: userRepository,
    objectFormat: await readObjectFormat(directory),
  };
}

/** The accepted tip of a branch, `null` before anything was taken in. */
export async function readAcceptedTip(trusted: TrustedRepository, target: string): Promise<string | null> {
  return readLooseRef(trusted.gitDir, branchRef(target));
}

/** The ref that remembers where the user's branch was last seen. */
export function seenRef(target: string): string {
  return branchRef(target).replace(/^refs\/heads\//, 'refs/user/');
}

/** One change of a trusted repository at a time in this process. */
export function withTrusted<T>(trusted: TrustedRepository, task: () => Promise<T>): Promise<T> {
  return lock.run(trusted.gitDir, task);
}

/** The user's repository, or the mistake to mend when it is not where it was. */
export async function requireUserRepository(trusted: TrustedRepository): Promise<UserRepository> {
  const user = await locateUserRepository(trusted.userPath);
  if (user !== null) return user;
  throw new UserError(
    'repository-gone',
    `there is no git repository at ${trusted.userPath} any more`,
    'put it back, or run mw init in its new place',
  );
}
