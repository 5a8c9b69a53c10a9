import { existsSync } from 'node:fs';

/**
 * Where the system keeps its programs. Fixed: a PATH from a configuration must not choose what runs outside the walls.
 * The last entry is for NixOS.
 */
const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/run/current-system/sw/bin'];

/** PATH for our own helpers, and the PATH of a program when nothing else is said. */
export const systemPath = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(':');

const found = new Map<string, string>();

/** The absolute path of a program of the system, `null` when it is not installed. */
export function findSystemTool(name: string): string | null {
  const known = found.get(name);
  if (known !== undefined) return known;
  const path = folders.map((folder) => `${folder}/${name}`).find((candidate) => existsSync(candidate));
  if (path === undefined) return null;
  found.set(name, path);
  return path;
}

/** The line that installs a package with the package manager of this machine. */
export function installLine(name: string): string {
  const managers = [
    ['apt-get', `sudo apt-get install -y ${name}`],
    ['dnf', `sudo dnf install -y ${name}`],
    ['pacman', `sudo pacman -S --needed ${name}`],
    ['zypper', `sudo zypper install -y ${name}`],
    ['apk', `sudo apk add ${name}`],
  ] as const;
  const manager = managers.find(([program]) => findSystemTool(program) !== null);
  return manager === undefined ? `install the package ${name} with your package manager` : manager[1];
}
