import picomatch from 'picomatch';

/** What decides about agents' work is never theirs to change, whatever the configuration says. */
const alwaysProtected = ['millwright.yaml', '.millwright/**'];

/** Whether a path is out of an agent's reach. `protect`: globs from the root of the repository. */
export function isMatchOf(protect: readonly string[]): (path: string) => boolean {
  return picomatch([...alwaysProtected, ...protect], { dot: true, nocase: true });
}
