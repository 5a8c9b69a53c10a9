/** Where a demo takes place: a folder of its own, and nothing outside it. */
import { chmod, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { exitCode, UserError } from '../model/user-error.ts';
import { planLayout } from '../store/postgres/layout.ts';
import { stopServer } from '../store/postgres/supervisor.ts';

export interface DemoPlace {
  readonly root: string;
  readonly repository: string;
  /** The MW_HOME of the demo. */
  readonly home: string;
  /** Asked for by name, and therefore never removed. */
  readonly kept: boolean;
}

/** A temporary folder, or `keep`, which must be empty or not there: E_EXISTS. */
export async function openPlace(keep: string | null): Promise<DemoPlace> {
  const root =
    keep === null ? await mkdtemp(join(await realpath(tmpdir()), 'mw-demo-')) : await makeEmpty(resolve(keep));
  const home = join(root, 'state');
  await mkdir(home, { mode: 0o700 });
  if (process.getuid?.() === 0) {
    // Root's database runs as another account, which must be able to walk to it; what is private below is so by itself.
    if (keep === null) await chmod(root, 0o711);
    await chmod(home, 0o711);
  }
  return { root, home, repository: join(root, 'invoices'), kept: keep !== null };
}

async function makeEmpty(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new UserError('E_EXISTS', `${folder} is not empty`, 'name a folder that is empty or does not exist', {
      exit: exitCode.conflict,
    });
  }
  return realpath(folder);
}

/** Stops the database and removes everything; after a failure, or when it shall be kept, answers the place that is left. */
export async function closePlace(
  place: DemoPlace,
  { failed }: { readonly failed: boolean },
): Promise<DemoPlace | null> {
  await stopServer(place.home, { mode: 'fast' });
  if (place.kept || failed) return place;
  const { socketFolder } = await planLayout(place.home);
  for (const folder of [socketFolder, place.root]) await rm(folder, { recursive: true, force: true });
  return null;
}
