/** Where the hold-outs of a project are kept: in the home, or in a folder of the team's. */
import { lstat, mkdir, readFile, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { exitCode, UserError } from '../../model/user-error.ts';
import { homeAt } from '../../store/home.ts';
import { namesIn } from '../names-in.ts';
import { readProjectHere } from '../pin-here.ts';
import { findRepository, idOf } from '../projects.ts';

/** The folder of the hold-outs; one of the team's must be there, one in the home need not. E_NOT_FOUND. */
export async function holdoutStore(home: string, folder: string): Promise<string> {
  const { path } = await findRepository(folder);
  const place = homeAt(home).project(idOf(path)).holdouts;
  return realpath(place).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    const target = await readlink(place).catch(() => null);
    if (target === null) return place;
    throw new UserError(
      'E_NOT_FOUND',
      `the folder of the hold-outs is not there: ${target}`,
      'bring it back, or mw holdout use FOLDER',
      { exit: exitCode.notFound },
    );
  });
}

/**
 * Keeps the hold-outs in a folder of the team's, such as a clone of a repository of its own; `null`: in the home again.
 * E_INSIDE for a folder that makers see, or that holds one; E_EXISTS while hold-outs lie in the home.
 */
export async function useHoldouts(home: string, folder: string, target: string | null): Promise<string> {
  const { path, repository } = await findRepository(folder);
  const place = homeAt(home).project(idOf(path)).holdouts;
  const link = await readlink(place).catch(() => null);
  if (link === null && (await namesIn(place)).length > 0)
    throw new UserError('E_EXISTS', `hold-outs lie in ${place}`, `move them to ${target ?? 'another folder'} first`, {
      exit: exitCode.conflict,
    });
  if (target === null) {
    await rm(place, { force: true, recursive: true });
    return place;
  }
  const real = await realpath(target).catch(() => null);
  if (real === null)
    throw new UserError('E_NOT_FOUND', `there is no folder ${target}`, `mkdir ${target}`, { exit: exitCode.notFound });
  const seen = await whereMakersLook(folder, path, repository.commonDir);
  const top = seen.find((each) => isWithin(each, real) || isWithin(real, each));
  if (top !== undefined || isWithin(place, real))
    throw new UserError(
      'E_INSIDE',
      top === undefined
        ? `${real} is the home's own place for them`
        : `makers see ${top}, so ${real} would hide nothing from them`,
      top === undefined ? 'mw holdout use --home' : 'give a folder outside',
      { exit: exitCode.usage },
    );
  await rm(place, { force: true, recursive: true });
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await symlink(real, place);
  return real;
}

/** Every checkout of the repository, what the configuration shows to agents, and what is in every sandbox. */
async function whereMakersLook(folder: string, top: string, gitDir: string): Promise<readonly string[]> {
  const shown = await readProjectHere(folder).then(
    ({ config }) => config.sandbox.readOnly,
    (error: unknown) => {
      if (error instanceof UserError) return [];
      throw error;
    },
  );
  const worktrees = await Promise.all(
    (await namesIn(join(gitDir, 'worktrees'))).map(async (name) =>
      dirname((await readFile(join(gitDir, 'worktrees', name, 'gitdir'), 'utf8').catch(() => '')).trim() || gitDir),
    ),
  );
  const all = [top, gitDir, ...worktrees, ...shown, '/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc'];
  const real = await Promise.all(all.map((each) => realpath(each).catch(() => null)));
  return real.filter((each) => each !== null);
}

/** Whether `path` is `top`, or lies below it. */
function isWithin(top: string, path: string): boolean {
  const way = relative(top, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
