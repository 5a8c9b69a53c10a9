/** A user's repository and a factory's folder in a temporary place, for tests of src/git. */
import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CandidateRepository, openCandidate } from '../../src/git/candidate.ts';
import { settleDeletions } from '../../src/git/discard.ts';
import { type ImportOptions, type ImportOutcome, importTree } from '../../src/git/import-tree.ts';
import { takeIn } from '../../src/git/take-in.ts';
import { type TrustedRepository, openTrustedRepository } from '../../src/git/trusted-repository.ts';
import { type WorkingCopy, prepareWorkingCopy } from '../../src/git/working-copy.ts';

export type Files = Readonly<Record<string, string | Buffer>>;

export interface Workshop {
  readonly root: string;
  readonly user: string;
  readonly trusted: TrustedRepository;
  /** The user's first commit, taken in. */
  readonly base: string;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'mw-git-'));
  onTestFinished(async () => {
    await settleDeletions();
    rmSync(root, { recursive: true, force: true });
  });
  return root;
}

/** Plain git as a user has it: repositories are found, their configuration counts; HOME is empty. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'User',
      GIT_AUTHOR_EMAIL: 'user@localhost',
      GIT_COMMITTER_NAME: 'User',
      GIT_COMMITTER_EMAIL: 'user@localhost',
    },
  }).trimEnd();
}

export function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export function commit(repository: string, files: Files, message = 'change'): string {
  write(repository, files);
  git(repository, 'add', '-A');
  git(repository, 'commit', '-q', '-m', message);
  return git(repository, 'rev-parse', 'HEAD');
}

export async function openWorkshop(files: Files = { 'a.txt': 'a\n', 'src/b.txt': 'b\n' }): Promise<Workshop> {
  const root = temporaryFolder();
  const user = join(root, 'user');
  mkdirSync(user);
  git(user, 'init', '-q', '-b', 'main');
  const base = commit(user, files);
  const trusted = await openTrustedRepository({ directory: join(root, 'project/trusted.git'), userRepository: user });
  await takeIn({ trusted, target: 'main' });
  return { root, user, trusted, base };
}

export function candidateOf(workshop: Workshop, item: string): Promise<CandidateRepository> {
  return openCandidate(join(workshop.root, 'project/items', item, 'candidate.git'), workshop.trusted);
}

export interface Bench {
  readonly candidate: CandidateRepository;
  readonly copy: WorkingCopy & { readonly how: 'kept' | 'fresh' };
  import(options?: Partial<ImportOptions>): Promise<ImportOutcome>;
}

/** A working copy of an item, ready for an agent. */
export async function openBench(
  workshop: Workshop,
  item: string,
  options: { base?: string; head?: string; directory?: string } = {},
): Promise<Bench> {
  const candidate = await candidateOf(workshop, item);
  const base = options.base ?? workshop.base;
  const head = options.head ?? base;
  const copy = await prepareWorkingCopy({
    directory: options.directory ?? join(workshop.root, 'copies', item),
    gitDir: candidate.gitDir,
    commit: head,
    agentGit: { base, acceptedGitDir: workshop.trusted.gitDir, ignore: ['node_modules'] },
  });
  return {
    candidate,
    copy,
    import: (changed) => importTree({ ...importDefaults, copy, candidate, base, head, ...changed }),
  };
}

export const importDefaults = {
  message: 'work\n\nItem: MW-1\n',
  author: { name: 'Maker', email: 'maker@localhost', date: '2026-01-02T03:04:05Z' },
  attempt: 'build-1',
  limits: { maxBytes: 10_000_000, maxFiles: 1_000 },
  isProtected: () => false,
  ignore: ['node_modules'],
  conflicted: [],
} satisfies Partial<ImportOptions>;

/** The commit of an import that must have worked. */
export function importedCommit(outcome: ImportOutcome): string {
  if (outcome.type !== 'imported') throw new Error(outcome.problems.join('\n'));
  return outcome.commit;
}

export function problemsOf(outcome: ImportOutcome): string {
  return outcome.type === 'unsafe' ? outcome.problems.join('\n') : '(imported)';
}

/** One candidate with one commit that writes these files. */
export async function makeCandidate(
  workshop: Workshop,
  item: string,
  files: Files,
  base?: string,
): Promise<{ candidate: CandidateRepository; commit: string }> {
  const bench = await openBench(workshop, item, base === undefined ? {} : { base });
  write(bench.copy.tree, files);
  return { candidate: bench.candidate, commit: importedCommit(await bench.import()) };
}

/** Everything below a folder except the top `.git`: path, type, permissions, content. */
export function snapshot(folder: string): Record<string, string> {
  const seen: Record<string, string> = {};
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path))) {
      const child = path === '' ? name : `${path}/${name}`;
      if (child === '.git') continue;
      const info = lstatSync(join(folder, child));
      const mode = (info.mode & 0o7777).toString(8);
      if (info.isSymbolicLink()) seen[child] = `link ${readlinkSync(join(folder, child))}`;
      else if (info.isDirectory()) {
        seen[child] = `folder ${mode}`;
        visit(child);
      } else if (info.isFile())
        seen[child] = `file ${mode} ${info.nlink} ${readFileSync(join(folder, child), 'base64')}`;
      else seen[child] = 'special';
    }
  };
  visit('');
  return seen;
}
