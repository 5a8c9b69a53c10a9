import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Agent, EndedTurn, Turn, TurnReport } from '../../src/agents/agent.ts';

/** A place for the turns of one attempt: a working copy, a home, and a TMPDIR that holds neither. */
export interface Place {
  readonly root: string;
  readonly workingCopy: string;
  readonly home: string;
  readonly remove: () => Promise<void>;
}

export interface Ran {
  readonly report: TurnReport;
  readonly ended: EndedTurn;
  /** Whether our own limit or `cancel` ended it. */
  readonly killed: boolean;
  /** Processes of the turn's group that outlived it by a second. */
  readonly survivors: readonly number[];
}

export async function makePlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'mw-agents-'));
  const place = { root, workingCopy: join(root, 'copy'), home: join(root, 'home') };
  for (const folder of [place.workingCopy, place.home, join(root, 'tmp')]) await mkdir(folder);
  return { ...place, remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }) };
}

export function makeTurn(place: Place, overrides: Partial<Turn> & Pick<Turn, 'config'>): Turn {
  return {
    number: 1,
    exits: [],
    prompt: 'Write hello.txt, look at it, and report.',
    schema: null,
    writes: true,
    resume: null,
    capMicroUsd: null,
    workingCopy: place.workingCopy,
    home: place.home,
    controlDirectory: join(place.root, 'control'),
    rung: 'bubblewrap',
    address: { item: 'MW-1', phase: 'build', attempt: 1, reviewer: null },
    ...overrides,
  };
}

/**
 * What the core does with a launch, in its plainest form: files, links, one process group with an environment built
 * from nothing, a wall-clock limit, a kill of the whole group. `enclose` may put walls in front of the command.
 */
export async function runTurn(
  agent: Agent,
  turn: Turn,
  place: Place,
  options: {
    wallMs?: number;
    cancel?: AbortSignal;
    enclose?: (argv: readonly string[], readOnly: readonly string[]) => readonly string[];
  } = {},
): Promise<Ran> {
  const launch = await agent.launch(turn);
  for (const { path, content } of launch.files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  for (const { path, target } of launch.links) {
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path);
  }
  const [program = '', ...rest] = options.enclose?.(launch.argv, launch.readOnly) ?? launch.argv;
  const child = spawn(program, rest, {
    cwd: turn.workingCopy,
    env: { PATH: '/usr/bin:/bin', TMPDIR: join(place.root, 'tmp'), ...launch.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const group = child.pid ?? 0;
  let killed = false;
  const kill = (): void => {
    killed = true;
    killGroup(group);
  };
  const limit = setTimeout(kill, options.wallMs ?? 60_000);
  options.cancel?.addEventListener('abort', kill, { once: true });
  child.stdin.on('error', () => undefined).end(launch.stdin);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  clearTimeout(limit);
  const survivors = await findSurvivors(group);
  const result = launch.resultFile === null ? null : await readFile(launch.resultFile, 'utf8').catch(() => null);
  const ended = { exitCode, stdout, stderr, result };
  return { report: agent.report(ended, turn), ended, killed, survivors };
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits up to a second for the group to be empty. */
async function findSurvivors(group: number): Promise<readonly number[]> {
  for (let tries = 0; ; tries += 1) {
    const living = await membersOf(group);
    if (living.length === 0 || tries === 20) return living;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function membersOf(group: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const members = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(pgrp) === group ? Number(pid) : null;
    }),
  );
  return members.filter((pid) => pid !== null);
}
