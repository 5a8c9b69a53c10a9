/** A client's view of the factory: the store, the one door, the files. What every command but the workers needs. */
import { randomUUID } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ItemState } from '../machine/state.ts';
import { UserError } from '../model/user-error.ts';
import { createJournal, type Journal } from '../orchestrator/append.ts';
import { openArtifacts, type Artifacts } from '../store/artifacts.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { homeAt, type Home } from '../store/home.ts';
import { createPostgresStore } from '../store/postgres-store.ts';
import type { Store } from '../store/store.ts';
import type { AppEnvironment } from './environment.ts';

export interface Factory {
  readonly environment: AppEnvironment;
  readonly home: Home;
  readonly database: Database;
  readonly store: Store<ItemState>;
  readonly journal: Journal;
  readonly artifacts: Artifacts;
  close(): Promise<void>;
}

/** Starts the private database when it is not running. UserErrors: see `openDatabase`, and E_HOME_READ_ONLY. */
export async function openFactory(environment: AppEnvironment, onNotice: (text: string) => void): Promise<Factory> {
  const home = homeAt(environment.home);
  await makeHome(home.root);
  const database = await openDatabase({
    home: home.root,
    databaseUrl: environment.databaseUrl,
    searchPath: environment.searchPath,
    onNotice,
  });
  const store = createPostgresStore<ItemState>(database);
  return {
    environment,
    home,
    database,
    store,
    journal: createJournal(store, null, randomUUID),
    artifacts: openArtifacts(home.artifacts),
    close: () => database.close(),
  };
}

async function makeHome(root: string): Promise<void> {
  await makeFolders(root).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      'E_HOME_READ_ONLY',
      `the folder ${root} cannot be made: ${error.code ?? error.message}`,
      'set MW_HOME to a folder that you can write',
      { cause: error },
    );
  });
}

/** One by one: below /proc, Node's own recursive mkdir never comes to an end. */
async function makeFolders(path: string): Promise<void> {
  const failed = await mkdir(path, { mode: 0o700 }).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (failed === null || failed.code === 'EEXIST') return;
  const parent = dirname(path);
  const missing = failed.code === 'ENOENT' && parent !== path && !(await exists(parent));
  if (!missing) throw failed;
  await makeFolders(parent);
  await mkdir(path, { mode: 0o700 });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
