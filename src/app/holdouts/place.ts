/** Where the hold-outs of a project are kept: in the home, or in a folder of the team's. */
import { lstat, mkdir, readdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, relative } from 'node:path';
import { exitCode, UserError } from '../../model/user-error.ts';
import { homeAt } from '../../store/home.ts';
import { findRepository, idOf } from '../projects.ts';

/** The folder of the hold-outs, whether it is there or not; a link of the team's is followed. */
export async function holdoutStore(home: string, folder: string): Promise<string> {
  const { path } = await findRepository(folder);
  const place = homeAt(home).project(idOf(path)).holdouts;
  return realpath(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return place;
    throw error;
  });
}

/**
 * Keeps the hold-outs in a folder of the team's, such as a clone of a repository of its own; `null`: in the home again.
 * E_INSIDE for a folder in the repository, where every maker would find it; E_EXISTS while hold-outs lie in the home.
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
  for (const top of [await realpath(path), await realpath(repository.commonDir)]) {
    const inside = relative(top, real);
    if (!inside.startsWith('..') && !isAbsolute(inside))
      throw new UserError(
        'E_INSIDE',
        `${real} lies in the repository, where every maker finds it`,
        'give a folder outside',
        { exit: exitCode.usage },
      );
  }
  await rm(place, { force: true, recursive: true });
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await symlink(real, place);
  return real;
}

/** What a folder holds; nothing where it is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
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
