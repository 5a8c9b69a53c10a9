/** Refuses walls that cannot or must not be built, before anything is started. */
import { lstatSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, normalize } from 'node:path';
import { UserError } from '../model/user-error.ts';
import type { Walls } from './sandbox.ts';

/** Never shown to a program, whole or in part: the kernel's files, devices, and the sockets of services. */
const neverBelow = ['/proc', '/dev', '/sys', '/run', '/var/run'];
/** Not as a whole; single files and folders below them are fine. */
const neverWhole = ['/', '/etc', '/var', '/usr', '/home', '/root', '/tmp', '/bin', '/sbin', '/lib', '/lib64'];

/** Whether `path` is `folder` or lies in it. Both absolute and normal. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A UserError that names the first path which is missing or must not be shown. */
export function checkWalls(walls: Walls): void {
  const overlays = walls.overlays ?? [];
  const shown = [...walls.writable, ...walls.readOnly, ...overlays.map((overlay) => overlay.source)];
  for (const path of [...shown, ...overlays.map((overlay) => overlay.target), walls.workdir]) checkSpelling(path);
  for (const path of [...shown, walls.workdir]) {
    if (look(path) !== undefined) continue;
    throw new UserError(
      'sandbox-path-missing',
      `${path} does not exist, though a sandbox shall show it.`,
      `create ${path}, or take it out of the configuration`,
    );
  }
  for (const path of [...shown, ...overlays.map((overlay) => overlay.target)]) {
    if (!neverWhole.includes(path) && !neverBelow.some((folder) => isWithin(path, folder))) continue;
    throw new UserError(
      'sandbox-path-refused',
      `${path} is never shown inside a sandbox.`,
      'name the single folder that is needed',
    );
  }
  for (const overlay of overlays) checkTarget(overlay.target, walls.writable);
}

function checkSpelling(path: string): void {
  const plain =
    isAbsolute(path) && !path.includes('\0') && (path === '/' || normalize(path).replace(/\/$/, '') === path);
  if (plain) return;
  throw new UserError(
    'sandbox-path-refused',
    `${JSON.stringify(path)} is not a plain absolute path.`,
    'write it without . and .., and without a slash at the end',
  );
}

/**
 * The mount point is made from outside, with our rights: a link that an agent left on the way would move it anywhere.
 */
function checkTarget(target: string, writable: readonly string[]): void {
  const home = writable.find((folder) => isWithin(target, folder));
  if (home === undefined) return;
  for (let path = target; path !== home; path = dirname(path)) {
    if (look(path)?.isSymbolicLink() !== true) continue;
    throw new UserError(
      'sandbox-path-refused',
      `${path} is a symbolic link; nothing can be mounted there.`,
      `remove ${path} from the commit`,
    );
  }
}
