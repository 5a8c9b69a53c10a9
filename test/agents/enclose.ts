import { execFileSync } from 'node:child_process';
import type { Place } from './run-turn.ts';

/** Whether bubblewrap can make the namespaces that `encloseIn` asks for on this machine. */
export function canEnclose(): boolean {
  try {
    execFileSync('bwrap', [...walls, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not installed, or not allowed to make namespaces: either way the tests that need it are skipped and say so.
    return false;
  }
}

const walls = [
  '--ro-bind',
  '/',
  '/',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  '--die-with-parent',
  '--unshare-user',
  '--disable-userns',
  '--unshare-pid',
  '--unshare-ipc',
];

/** Plain walls for a test: only the place is writable, no process outlives the first, no further namespaces. */
export function encloseIn(place: Place): (argv: readonly string[]) => readonly string[] {
  return (argv) => ['bwrap', ...walls, '--bind', place.root, place.root, '--', ...argv];
}
