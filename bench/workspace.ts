/** A throw-away place for one run: a repository to work on, the stand-in agent, its durations, its log. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAgentLog, standIn, type AgentRun } from './stand-in.ts';

export interface Job {
  /** Seconds each item's agent takes in each phase; as many items as entries. */
  readonly seconds: readonly number[];
  readonly phases: number;
  readonly slots: number;
  /** Each item waits until the one before it has landed. */
  readonly chained?: boolean;
  /** Files in the repository beyond the few that are always there. */
  readonly filler?: number;
}

export interface Workspace {
  readonly job: Job;
  readonly folder: string;
  readonly repository: string;
  /** The whole environment of what runs here. */
  readonly env: Readonly<Record<string, string>>;
  items(): readonly string[];
  agentRuns(): readonly AgentRun[];
  /** Items whose every file is on the main branch, for a run that must have done all its work. */
  landed(): number;
  remove(): void;
}

/** The exit code is the evidence; no program is started for it. */
export const check = 'test -f work/.keep';

export function createWorkspace(job: Job): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'mw-bench-'));
  // The private database of a root's home runs as another user.
  chmodSync(folder, 0o755);
  const repository = join(folder, 'repository');
  const env = {
    HOME: folder,
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    MW_HOME: join(folder, 'home'),
    BENCH: folder,
    LC_ALL: 'C',
  };
  const items = job.seconds.map((_, index) => `MW-${index + 1}`);
  writeStandIn(folder, job, items);
  writeRepository(repository, folder, job);
  commitAll(repository, env);
  return {
    job,
    folder,
    repository,
    env,
    items: () => items,
    agentRuns: () => parseAgentLog(readFileSync(join(folder, 'agents.log'), 'utf8')),
    landed: () => countLanded(repository, env, items, job.phases),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A workspace for the time of `work`. */
export async function withWorkspace(job: Job, work: (workspace: Workspace) => Promise<unknown>): Promise<void> {
  const workspace = createWorkspace(job);
  try {
    await work(workspace);
  } finally {
    workspace.remove();
  }
}

export function phaseNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `phase-${index + 1}`);
}

function writeStandIn(folder: string, job: Job, items: readonly string[]): void {
  mkdirSync(join(folder, 'seconds'));
  for (const [index, item] of items.entries()) writeFileSync(join(folder, 'seconds', item), `${job.seconds[index]}\n`);
  writeFileSync(join(folder, 'agent'), standIn, { mode: 0o755 });
  writeFileSync(join(folder, 'agents.log'), '');
}

function writeRepository(repository: string, folder: string, job: Job): void {
  const pipelines = join(repository, '.millwright', 'pipelines');
  mkdirSync(pipelines, { recursive: true });
  mkdirSync(join(repository, 'work'));
  writeFileSync(join(repository, 'work', '.keep'), '');
  for (let number = 0; number < (job.filler ?? 50); number += 1) {
    const parent = join(repository, 'filler', String(Math.floor(number / 500)));
    if (number % 500 === 0) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `file-${number}.txt`), `${`filler ${number} `.repeat(15)}\n`);
  }
  writeFileSync(join(repository, 'millwright.yaml'), projectFile(folder, job.slots));
  writeFileSync(join(pipelines, 'bench.yaml'), pipelineFile(job.phases));
}

function projectFile(folder: string, slots: number): string {
  return `version: 1
agents:
  stand-in:
    adapter: command
    command: [${JSON.stringify(join(folder, 'agent'))}]
    free: true
    env: { BENCH: ${JSON.stringify(folder)} }
routes: { default: stand-in }
pipeline: bench
checks:
  works: { run: ${JSON.stringify(check)}, kind: command }
sandbox: { rung: clone }
limits: { slots: ${slots} }
`;
}

/** Every phase changes a file; the last one has the check. */
function pipelineFile(phases: number): string {
  const lines = phaseNames(phases).map(
    (id, index) =>
      `  - { id: ${id}, instructions: build, output: text${index === phases - 1 ? ', checks: [all]' : ''} }`,
  );
  return `name: bench\nphases:\n${lines.join('\n')}\n`;
}

const author = {
  GIT_AUTHOR_NAME: 'Bench',
  GIT_AUTHOR_EMAIL: 'bench@localhost',
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@localhost',
};

function commitAll(repository: string, env: Readonly<Record<string, string>>): void {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: repository, env: { ...env, ...author }, maxBuffer: 2 ** 28 });
  git('init', '-q', '-b', 'main');
  // What a person has set once anyway; the shell loop commits and merges with it.
  git('config', 'user.name', 'Bench');
  git('config', 'user.email', 'bench@localhost');
  git('config', 'gc.auto', '0');
  git('add', '-A');
  git('commit', '-q', '-m', 'First commit');
}

function countLanded(
  repository: string,
  env: Readonly<Record<string, string>>,
  items: readonly string[],
  phases: number,
): number {
  const listed = execFileSync('git', ['ls-tree', '-r', '--name-only', 'main', 'work/'], {
    cwd: repository,
    env: { ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const files = new Set(listed.split('\n'));
  return items.filter((item) => phaseNames(phases).every((phase) => files.has(`work/${item}-${phase}`))).length;
}
