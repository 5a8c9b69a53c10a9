import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitCode, UserError } from '../model/user-error.ts';

/** E_SHALLOW for a clone whose history is cut off: what is built, and why, is read from there. */
export function refuseShallow(commonDir: string): void {
  if (existsSync(join(commonDir, 'shallow')))
    throw new UserError(
      'E_SHALLOW',
      'this clone is shallow: what is built, and why, is read from history, and a part of it is not here',
      'git fetch --unshallow (in CI: fetch-depth: 0)',
      { exit: exitCode.usage },
    );
}
