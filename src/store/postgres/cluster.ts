import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../model/user-error.ts';
import type { Binaries } from './binaries.ts';
import { giveTo, type Layout, requireSpace, syncFolder, writePrivate, writingHome } from './layout.ts';
import { type CommandEnd, runCommand } from './process.ts';
import { makingSettings } from './settings.ts';

/** The one role that may log in, and its database; the superuser cannot log in at all. */
export const databaseName = 'millwright';

/** Socket only, one role, one database, by password: the account that the server runs as opens nothing by itself. */
const accessRules = `local ${databaseName} ${databaseName} scram-sha-256\n`;
const neededBytes = 120 * 1024 * 1024;

/** The major version that made the data; `null` when there is none yet. Fails with E_DATABASE_DAMAGED. */
export async function readDataMajor(dataFolder: string): Promise<number | null> {
  const version = await readFile(path.join(dataFolder, 'PG_VERSION'), 'utf8').catch(ignoreMissing);
  if (version !== undefined) return Number.parseInt(version, 10);
  const files = await readdir(dataFolder).catch(ignoreMissing);
  if (files === undefined) return null;
  const message = `${dataFolder} exists, but it holds no PostgreSQL data.`;
  throw new UserError(
    'E_DATABASE_DAMAGED',
    message,
    `Put a copy of the folder back, or move it away (mv ${dataFolder} ${dataFolder}.old) to begin anew.`,
  );
}

/** Makes the data folder with its role and database. It appears complete or not at all, whenever we are killed. */
export async function makeCluster(layout: Layout, binaries: Binaries, password: string): Promise<void> {
  const { home, freshFolder, dataFolder, serverUser } = layout;
  await requireSpace(home, neededBytes);
  await writingHome(home, async () => {
    await rm(freshFolder, { recursive: true, force: true });
    await mkdir(freshFolder, { mode: 0o700 });
    await giveTo(freshFolder, serverUser);
  });
  await initializeCluster(layout, binaries);
  await writePrivate(path.join(freshFolder, 'pg_hba.conf'), accessRules, serverUser);
  await runSingleUser(layout, freshFolder, binaries, [
    `create role ${databaseName} login password '${passwordVerifier(password)}'`,
    `create database ${databaseName} owner ${databaseName} template template0`,
    'drop database postgres',
  ]);
  await rename(freshFolder, dataFolder);
  await syncFolder(layout.folder);
}

/** Gives the role a new password, while no server runs: for a home whose record of it is lost. */
export async function resetPassword(layout: Layout, binaries: Binaries, password: string): Promise<void> {
  await runSingleUser(layout, layout.dataFolder, binaries, [
    `alter role ${databaseName} password '${passwordVerifier(password)}'`,
  ]);
}

/**
 * Opens a data folder for PostgreSQL's programs: the argument for `-D`, and descriptors that they must inherit, from
 * number 3 on. As root on Linux the folder is handed over as a descriptor, because the server's account may not be
 * able to walk the path.
 */
export async function withDataFolder<T>(
  layout: Layout,
  folder: string,
  use: (argument: string, inherit: readonly number[]) => Promise<T>,
): Promise<T> {
  if (layout.serverUser === null || process.platform !== 'linux') return use(folder, []);
  const descriptor = openSync(folder, 'r');
  try {
    return await use('/proc/self/fd/3', [descriptor]);
  } finally {
    closeSync(descriptor);
  }
}

/** A collation that no library update changes: PostgreSQL's own where it has one, else C.UTF-8, else C. */
async function initializeCluster(layout: Layout, binaries: Binaries): Promise<void> {
  const locales =
    binaries.major >= 17
      ? [['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']]
      : [['--locale=C.UTF-8'], ['--locale=C']];
  let last: CommandEnd | undefined;
  for (const locale of locales) {
    last = await withDataFolder(layout, layout.freshFolder, (argument, inherit) => {
      const args = [
        '-D',
        argument,
        '-U',
        'postgres',
        '--encoding=UTF8',
        '--data-checksums',
        '--wal-segsize=4',
        '--no-instructions',
        '--auth=trust',
      ];
      return runCommand(binaries.initdb, [...args, ...locale], { user: layout.serverUser, inherit });
    });
    if (last.exitCode === 0) return;
  }
  throw await makingFailed(layout, 'initdb', last);
}

async function runSingleUser(
  layout: Layout,
  folder: string,
  binaries: Binaries,
  statements: readonly string[],
): Promise<void> {
  const end = await withDataFolder(layout, folder, (argument, inherit) => {
    const input = statements.map((statement) => `${statement}\n`).join('');
    const args = ['--single', '-D', argument, ...makingSettings(), 'template1'];
    return runCommand(binaries.postgres, args, { user: layout.serverUser, inherit, input });
  });
  if (end.exitCode !== 0) throw await makingFailed(layout, 'postgres --single', end);
}

async function makingFailed(layout: Layout, program: string, end: CommandEnd | undefined): Promise<UserError> {
  await requireSpace(layout.home, neededBytes / 4);
  const message = `${program} could not make the database in ${layout.folder}: ${end?.stderr.trim() ?? ''}`;
  return new UserError(
    'E_DATABASE_START',
    message,
    'Mend what the text names, or set DATABASE_URL to use a server of your own.',
  );
}

/** What PostgreSQL stores of a password (RFC 5802, as in its own `pg_authid`), so that the password never leaves us. */
function passwordVerifier(password: string): string {
  // Rounds make guessing slow, which nobody can do with 24 random bytes; here they would slow down each connection.
  const iterations = 1;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const mac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(mac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${mac('Server Key').toString('base64')}`;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return undefined;
}
