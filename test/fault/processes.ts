/** The processes of one factory home: who they are, and ending exactly these. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { findProcess, isRunning, signalProcess, type ProcessRow } from '../../src/sandbox/session/process-table.ts';
import { serverStatus } from '../../src/store/postgres/supervisor.ts';
import { sessionProcesses, waitFor } from '../support/cli-desk.ts';

/** Whether the process is stopped by a signal. */
export function isFrozen(pid: number): boolean {
  const stat = readProc(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
}

/** Everything of the factory but its database: workers, wrappers, agents, checks, git. */
export function factoryProcesses(home: string): readonly ProcessRow[] {
  const own = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => readProc(pid, 'environ').split('\0').includes(`MW_HOME=${home}`));
  return rowsOf([...own, ...sessionProcesses(home)]);
}

/** How many processes of sessions and checks run: wrappers, agents, what they started. */
export function agentsAlive(home: string): number {
  return sessionProcesses(home).filter((pid) => readProc(pid, 'environ').includes('MW_SESSION=')).length;
}

/**
 * Ends the factory's processes until there are none: what one of them has just forked is in no list that was made before,
 * and a process in the middle of `exec` shows no environment.
 */
export async function killFactory(home: string): Promise<void> {
  for (let clean = 0; clean < 2;) {
    const rows = factoryProcesses(home);
    await killAll(rows);
    clean = rows.length === 0 ? clean + 1 : 0;
    await setTimeout(5);
  }
}

/** Ends all of them at once, by SIGKILL, each by its id and start; returns when they are gone. */
export async function killAll(rows: readonly ProcessRow[]): Promise<void> {
  for (const row of rows) signalProcess(row, 'SIGKILL');
  await waitFor('killed processes are gone', 5_000, () => rows.every((row) => !isRunning(row)));
}

/** SIGKILL to the postmaster and everything it has started. */
export async function killDatabase(home: string): Promise<void> {
  const status = await serverStatus(home);
  if (status.type !== 'running') throw new Error(`the database is ${status.type}`);
  const children = readdirSync('/proc').flatMap((name) => {
    const row = Number.isInteger(Number(name)) ? findProcess(Number(name)) : null;
    return row !== null && row.parent === status.pid ? [row] : [];
  });
  await killAll([...rowsOf([status.pid]), ...children]);
}

/** A line for a person: what a process is. */
export function describeProcess({ pid }: ProcessRow): string {
  return `${pid} ${readProc(pid, 'cmdline').replaceAll('\0', ' ').slice(0, 160)}`;
}

function rowsOf(pids: readonly number[]): ProcessRow[] {
  return [...new Set(pids)].flatMap((pid) => findProcess(pid) ?? []);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // Gone meanwhile.
    return '';
  }
}
