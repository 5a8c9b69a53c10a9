/** Drives the real `mw` in a workspace. */
import { readRunningServer, stopServer } from '../src/store/postgres/supervisor.ts';
import { memoryMiB, treeMs } from './process-usage.ts';
import { makeProgram } from './program.ts';
import { mustRun, type ProgramOptions, type ProgramRun } from './run-program.ts';
import type { Workspace } from './workspace.ts';

const program = await makeProgram();
process.once('exit', () => program.remove());
// A signal ends a process without that event.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    program.remove();
    process.kill(process.pid, signal);
  });

export function mwCommand(...args: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, program.launcher, ...args];
}

export function runMw(
  workspace: Pick<Workspace, 'repository' | 'env'>,
  args: readonly string[],
  more: Partial<ProgramOptions> = {},
): Promise<ProgramRun> {
  return mustRun(mwCommand(...args), { cwd: workspace.repository, env: workspace.env, ...more });
}

/** Adds every item of the job, in its order; the database runs afterwards. */
export async function addItems(workspace: Workspace): Promise<ProgramRun> {
  const keys = workspace.items().map((item) => item.toLowerCase().replace('mw', 'item'));
  const before = (index: number) => (workspace.job.chained === true ? keys.slice(Math.max(0, index - 1), index) : []);
  const lines = keys.map((key, index) => JSON.stringify({ title: `Item ${key}`, key, after: before(index) }));
  return runMw(workspace, ['add', '--json', '-'], { input: lines.join('\n') });
}

export interface FactoryRun extends ProgramRun {
  /** Of the database while the factory ran; not part of `cpuMs`. */
  readonly databaseCpuMs: number;
  readonly peakMiB: number;
}

/** Runs all items that were added to their end. The database runs before and after. */
export async function runFactory(
  workspace: Workspace,
  more: { readonly measureMemory?: boolean } = {},
): Promise<FactoryRun> {
  const database = await databasePid(workspace);
  const before = treeMs(database);
  let peakMiB = 0;
  const watch = (pid: number): void => {
    peakMiB = Math.max(peakMiB, memoryMiB(pid, false) + memoryMiB(database, true));
  };
  const run = await runMw(
    workspace,
    ['up', '--until-empty', '--slots', String(workspace.job.slots), '--json'],
    more.measureMemory === true ? { watch } : {},
  );
  const landed = workspace.landed();
  if (landed !== workspace.job.seconds.length)
    throw new Error(`only ${landed} of ${workspace.job.seconds.length} items landed\n${run.stderr.slice(-4_000)}`);
  return { ...run, databaseCpuMs: treeMs(database) - before, peakMiB };
}

export async function databasePid(workspace: Workspace): Promise<number> {
  const server = await readRunningServer(workspace.env['MW_HOME'] ?? '');
  if (server === null) throw new Error('the database of the workspace does not run');
  return server.postmaster.pid;
}

export async function stopDatabase(workspace: Pick<Workspace, 'env'>): Promise<void> {
  await stopServer(workspace.env['MW_HOME'] ?? '', { mode: 'fast' });
}
