import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, chown, mkdir, open, readFile, realpath, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../model/user-error.ts';
import type { ServerUser } from './process.ts';

/**
 * Where the private server of one home lives.
 *
 * As root the server runs as another account, which often cannot pass through the folders above the home (`/root` is
 * 0700). On Linux it therefore gets its data folder as an open descriptor, and the data stays in the home; only the
 * socket, which needs a path that both sides can walk, moves to a short folder under `/tmp`.
 */
export interface Layout {
  /** Resolved path of MW_HOME. */
  readonly home: string;
  /** Ours alone: everything below belongs to the database. */
  readonly folder: string;
  readonly dataFolder: string;
  /** A cluster in the making; becomes `dataFolder` by one rename. */
  readonly freshFolder: string;
  readonly recordFile: string;
  readonly lockFile: string;
  /** What the server says before its own log is open. */
  readonly startLog: string;
  readonly socketFolder: string;
  /** In the title of every process of this server. */
  readonly cluster: string;
  /** `null`: the server runs as ourselves. */
  readonly serverUser: ServerUser | null;
  /** Who owns files that we write as root into somebody's home; `null`: nothing to change. */
  readonly owner: ServerUser | null;
  /** Where a private copy of PostgreSQL's programs goes, if one is needed; the server's account can reach it. */
  readonly programsFolder: string;
}

/** A unix socket's path ends at 104 bytes on macOS and 108 on Linux; PostgreSQL adds `/.s.PGSQL.5432.lock`. */
const longestSocketFolder = 80;
/** Fixed, because every process must come to the same folder, whatever its TMPDIR. */
const tempFolder = '/tmp';

/** Paths that need no knowledge of the machine; enough to find a running server. */
export function databaseFolder(home: string): {
  readonly folder: string;
  readonly recordFile: string;
  readonly dataFolder: string;
} {
  const folder = path.join(home, 'postgres');
  return { folder, recordFile: path.join(folder, 'connection.json'), dataFolder: path.join(folder, 'data') };
}

/** Makes the folders of a home, private to their owners. Fails with E_HOME_READ_ONLY, E_DISK_FULL, E_SOCKET_FOLDER. */
export async function prepareLayout(givenHome: string): Promise<Layout> {
  const layout = await writingHome(givenHome, async () => {
    await mkdir(givenHome, { recursive: true, mode: 0o700 });
    const planned = await planLayout(givenHome);
    await mkdir(planned.folder, { recursive: true });
    await chmod(planned.folder, planned.serverUser === null ? 0o700 : 0o711);
    await giveTo(planned.folder, planned.owner);
    return planned;
  });
  await makeSocketFolder(layout);
  return layout;
}

/** The layout of an existing home; writes nothing. */
export async function planLayout(givenHome: string): Promise<Layout> {
  const home = await realpath(givenHome);
  const { folder, recordFile, dataFolder } = databaseFolder(home);
  const serverUser = process.getuid?.() === 0 ? await chooseServerUser(home, dataFolder) : null;
  const reachable = serverUser === null || (await canReach(home, serverUser));
  if (!reachable && process.platform !== 'linux') throw unreachableHome(home);
  const cluster = `mw-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  const near = path.join(folder, 'socket');
  const short = Buffer.byteLength(near) <= longestSocketFolder;
  return {
    home,
    folder,
    dataFolder,
    freshFolder: path.join(folder, 'data.new'),
    recordFile,
    lockFile: path.join(folder, 'start.lock'),
    startLog: path.join(folder, 'start.log'),
    socketFolder: reachable && short ? near : path.join(tempFolder, `millwright-${cluster.slice(3)}`),
    cluster,
    serverUser,
    owner: serverUser === null ? null : await ownerOf(home),
    programsFolder: reachable ? path.join(folder, 'programs') : '/var/cache/millwright/postgres',
  };
}

/** Runs file work in the home; what a read-only or full disk answers becomes a UserError. */
export async function writingHome<T>(home: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(home, error);
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') throw readOnlyHome(home, error);
    throw error;
  }
}

/** Fails with E_DISK_FULL when fewer than `bytes` are free where the home is. */
export async function requireSpace(home: string, bytes: number): Promise<void> {
  const disk = await statfs(home);
  if (disk.bavail * disk.bsize < bytes) throw diskFull(home, undefined);
}

/** Whether `user` may pass through every folder down to `target`, `target` included. */
export async function canReach(target: string, user: ServerUser): Promise<boolean> {
  for (let folder = target; ; folder = path.dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** Replaces a private file by one rename, so that readers see the old text or the new one. */
export async function writePrivate(file: string, text: string, owner: ServerUser | null): Promise<void> {
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await giveTo(draft, owner);
  await rename(draft, file);
}

/** Makes a rename in the folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Changes the owner when there is one to change to, which only root does. */
export async function giveTo(file: string, owner: ServerUser | null): Promise<void> {
  if (owner !== null) await chown(file, owner.uid, owner.gid);
}

/** Takes the folder away where it lies outside the home: a stopped server leaves nothing there. */
export async function removeSocketFolder({ socketFolder }: Layout): Promise<void> {
  if (path.dirname(socketFolder) === tempFolder) await rm(socketFolder, { recursive: true, force: true });
}

/** Tells the idle stopper that the database has been used, even if only between two of its looks. */
export async function markUsed(socketFolder: string): Promise<void> {
  // The folder may belong to the server's account, and this process be root: no link in it is followed.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const flag = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;
  await writeFile(path.join(socketFolder, 'used'), '', { flag }).catch((error: unknown) => {
    // Only a hint, and the folder goes with the server.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  });
}

/** Makes the folder, or takes one that is ours alone. Looked at and given away by descriptor: a name can be exchanged. */
async function makeSocketFolder({ socketFolder, serverUser, home }: Layout): Promise<void> {
  await writingHome(home, () =>
    mkdir(socketFolder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    }),
  );
  // In a folder that everybody can write to, the name may have been taken by somebody else.
  const ourselves = process.getuid?.();
  const expected = serverUser?.uid ?? ourselves;
  const folder = await open(socketFolder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ELOOP' || error.code === 'ENOTDIR' || error.code === 'EACCES') return null;
      throw error;
    },
  );
  try {
    const found = await folder?.stat();
    const isPrivate = found !== undefined && (found.mode & 0o077) === 0;
    if (isPrivate && found.uid === expected) return;
    // Just made, here or by a process that was killed before it came to this.
    if (isPrivate && found.uid === ourselves && serverUser !== null)
      return await folder?.chown(serverUser.uid, serverUser.gid);
  } finally {
    await folder?.close();
  }
  const message = `The folder for the database's socket, ${socketFolder}, is not private to user ${expected}.`;
  throw new UserError('E_SOCKET_FOLDER', message, `Look at it, remove it (rm -r ${socketFolder}), and try again.`);
}

/** Existing data decides, then the owner of the home, then an account that exists for such things. */
async function chooseServerUser(home: string, dataFolder: string): Promise<ServerUser> {
  for (const file of [dataFolder, home]) {
    const owner = await ownerOf(file);
    if (owner !== null && owner.uid !== 0) return owner;
  }
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', '_postgres', 'nobody']) {
    const account = accounts.find(([name]) => name === wanted);
    const user = { uid: Number(account?.[2]), gid: Number(account?.[3]) };
    if (user.uid > 0 && user.gid > 0) return user;
  }
  const message = 'PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody.';
  throw new UserError('E_NO_SERVER_USER', message, 'Run mw as an ordinary user, or set DATABASE_URL.');
}

async function ownerOf(file: string): Promise<ServerUser | null> {
  try {
    const { uid, gid } = await stat(file);
    return { uid, gid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The UserError for a disk without space; `cause` is what said so. */
export function diskFull(home: string, cause: unknown): UserError {
  return new UserError(
    'E_DISK_FULL',
    `The disk that holds ${home} is full.`,
    `Free some space (df -h ${home}), or point MW_HOME to another disk.`,
    { cause },
  );
}

function readOnlyHome(home: string, cause: unknown): UserError {
  return new UserError(
    'E_HOME_READ_ONLY',
    `mw cannot write to its home, ${home}.`,
    'Make the folder writable, or point MW_HOME to one that is.',
    { cause },
  );
}

function unreachableHome(home: string): UserError {
  const message = `As root mw runs its database as another user, who cannot reach ${home}.`;
  return new UserError(
    'E_HOME_UNREACHABLE',
    message,
    'Run mw as an ordinary user, point MW_HOME elsewhere, or set DATABASE_URL.',
  );
}
