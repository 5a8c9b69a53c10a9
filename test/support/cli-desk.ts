/** A person's desk in a temporary folder: a HOME, a MW_HOME, repositories, and the real `mw` run among them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { makePackage } from '../../scripts/build.ts';
import { planLayout } from '../../src/store/postgres/layout.ts';
import { sharedPackage } from './shared-package.ts';
import { stopServer, type ServerRecord } from '../../src/store/postgres/supervisor.ts';

export const launcher = join(import.meta.dirname, '..', '..', 'bin', 'mw.cjs');

export type Files = Readonly<Record<string, string | Buffer>>;

/** How a command ended, and what it said. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Default: the desk's first repository. */
  readonly cwd?: string;
  readonly stdin?: string;
  /** Beside PATH, HOME and MW_HOME. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that goes on. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<Ran>;
}

export interface Desk {
  readonly root: string;
  readonly home: string;
  readonly userHome: string;
  readonly repository: string;
  /** The whole environment of a command. */
  readonly env: Readonly<Record<string, string>>;
  mw(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** From here on `mw` is that of the package, made anew: what people install, and it starts sooner than the sources. */
  usePackage(): Promise<void>;
  /** Another folder of this desk. */
  folder(name: string): string;
  /** Ends what still runs, stops the database, removes the folder. */
  close(): Promise<void>;
}

/** A desk with one repository, committed, holding `files`; an empty record leaves the repository without a commit. */
export function openDesk(files: Files): Desk {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mw-cli-')));
  // The database's own account must reach its socket below; what matters is private by itself.
  chmodSync(root, 0o755);
  const [home, userHome, repository] = ['state', 'user', 'repository'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(userHome);
  const env = { PATH: process.env['PATH'] ?? '', HOME: userHome, MW_HOME: home, MW_USER: 'pat' };
  const children = new Set<ChildProcess>();
  let program = sharedPackage() ?? launcher;
  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: options.cwd ?? repository,
      env: { ...env, ...options.env },
      stdio: 'pipe',
    });
    children.add(child);
    void ended(child).then(() => children.delete(child));
    return follow(child, options.stdin ?? '');
  };
  makeRepository(repository, files);
  return {
    root,
    home,
    userHome,
    repository,
    env,
    start,
    mw: (args, options) => start(args, options).ended,
    async usePackage() {
      program = await makePackage(join(root, 'package'));
    },
    folder(name) {
      const folder = join(root, name);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    async close() {
      await Promise.all(
        [...children].map(async (child) => {
          if (child.kill('SIGKILL')) await ended(child);
        }),
      );
      if (existsSync(home)) {
        await stopServer(home, { mode: 'immediate' });
        rmSync((await planLayout(home)).socketFolder, { recursive: true, force: true });
      }
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A repository on branch main with `files` as its first commit. */
export function makeRepository(folder: string, files: Files): string {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  if (Object.keys(files).length > 0) commit(folder, files);
  return folder;
}

export function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Commits everything that lies in the checkout, with these files written first. */
export function commit(repository: string, files: Files, message = 'change'): string {
  write(repository, files);
  git(repository, 'add', '-A');
  git(repository, 'commit', '-q', '-m', message);
  return git(repository, 'rev-parse', 'HEAD');
}

/** Plain git as a person has it, with an environment built from nothing. */
export function git(cwd: string, ...args: string[]): string {
  const person = {
    GIT_AUTHOR_NAME: 'Pat',
    GIT_AUTHOR_EMAIL: 'pat@localhost',
    GIT_COMMITTER_NAME: 'Pat',
    GIT_COMMITTER_EMAIL: 'pat@localhost',
  };
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', ...person };
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env }).trimEnd();
}

/** The file at `path` of a commit, byte for byte. */
export function fileAt(repository: string, commitish: string, path: string): Buffer {
  return execFileSync('git', ['cat-file', 'blob', `${commitish}:${path}`], {
    cwd: repository,
    env: { PATH: process.env['PATH'] },
  });
}

function follow(child: ChildProcess, stdin: string): Running {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  // A command that refuses at once does not read what it was given.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
  const stdout = () => Buffer.concat(out).toString('utf8');
  const stderr = () => Buffer.concat(err).toString('utf8');
  return { child, stdout, stderr, ended: ended(child).then((code) => ({ code, stdout: stdout(), stderr: stderr() })) };
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

/** One statement in the desk's own database, past everything that guards it. */
export async function queryDatabase(home: string, sql: string): Promise<readonly object[]> {
  const { socketFolder, password, user, database } = JSON.parse(
    readFileSync(join(home, 'postgres', 'connection.json'), 'utf8'),
  ) as ServerRecord;
  const client = new pg.Client({ host: socketFolder, port: 5432, user, database, password, ssl: false });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Processes of sessions and checks of this home: agents, their children, their wrappers. The database's do not count. */
export function sessionProcesses(home: string): readonly number[] {
  const places = [join(home, 'sessions'), join(home, 'projects')];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) =>
      places.some((place) => ['cmdline', 'environ'].some((file) => readProc(name, file).includes(place))),
    )
    .map(Number);
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // Gone meanwhile, or somebody else's.
    return '';
  }
}

/** Polls until `question` has an answer; fails after `waitMs`. */
export async function waitFor<T>(
  what: string,
  waitMs: number,
  question: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const answer = await question();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${waitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
