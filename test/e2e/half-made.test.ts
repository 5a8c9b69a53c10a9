/** What a kill in the middle of a setup command leaves: ended and taken away, by the next start and by `mw gc`. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findProcess } from '../../src/sandbox/session/process-table.ts';
import { openDesk, sessionProcesses, waitFor, type Desk } from '../support/cli-desk.ts';
import { addItems, mwJson, projectFiles } from '../support/cli-project.ts';

vi.setConfig({ testTimeout: 90_000 });

/** The first setup command never ends; where the file `go` lies, it does at once. */
const setup = (go: string) =>
  `setup: if [ -e '${go}' ]; then mkdir -p made; else sleep 600; fi\nsandbox: { rung: clone }\nlimits: { slots: 2 }\n`;

let desk: Desk;
let environments: string;
let go: string;

/** A factory that was killed while its setup command ran. */
beforeEach(async () => {
  go = `/var/tmp/mw-half-made-${process.pid}-${Date.now()}`;
  desk = openDesk(projectFiles({ maker: 'echo done > "$MW_ITEM.txt"', config: setup(go) }));
  await addItems(desk, [{ title: 'One', body: 'act: good' }]);
  const factory = desk.start(['up', '--until-empty']);
  const projects = join(desk.home, 'projects');
  try {
    await waitFor('a setup command that runs', 30_000, () => {
      const [project] = existsSync(projects) ? readdirSync(projects) : [];
      environments = join(projects, project ?? '', 'environments');
      return drafts().some((name) => existsSync(join(environments, name, 'session', 'claim')));
    });
  } finally {
    factory.child.kill('SIGKILL');
    await factory.ended;
  }
});
afterEach(async () => {
  rmSync(go, { force: true });
  try {
    await endSessions();
  } finally {
    await desk.close();
  }
});

/** What a failed test has left of the setup command, which nobody sweeps any more. */
async function endSessions(): Promise<void> {
  await waitFor('the end of what still runs', 10_000, () => {
    const left = sessionProcesses(desk.home);
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        // It ended between the look and the signal.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    return left.length === 0;
  });
}

function drafts(): readonly string[] {
  if (!existsSync(environments)) return [];
  return readdirSync(environments).filter((name) => name.includes('.making-') && !name.includes('.discarded-'));
}

const [namespace = ''] = /\d+/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];

/** Drafts of a process that lives, this one, and of one that cannot be seen from here: it has other pids. */
function plantLiving(): readonly string[] {
  const names = [
    `w.making-${namespace}0-${process.pid}-1`,
    `x.making-${namespace}-${process.pid}-${findProcess(process.pid)?.start}`,
  ];
  for (const name of names) mkdirSync(join(environments, name));
  return names;
}

/** A draft of a process that is gone, and of one that has the pid of a living one but another start. */
async function plantDead(): Promise<readonly string[]> {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
  const start = findProcess(child.pid ?? 0)?.start;
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const names = [`y.making-${namespace}-${child.pid}-${start}`, `z.making-${namespace}-${process.pid}-1`];
  for (const name of names) mkdirSync(join(environments, name));
  return names;
}

it('is swept when a factory starts again, with what still runs in it, and nobody else’s is touched', async () => {
  expect(sessionProcesses(desk.home).length).toBeGreaterThan(0);
  await plantDead();
  const living = plantLiving();
  writeFileSync(go, '');
  expect(await desk.mw(['up', '--until-empty'])).toMatchObject({ code: 0 });
  expect(drafts().toSorted()).toEqual(living);
  expect(sessionProcesses(desk.home)).toEqual([]);
});

it('is named and swept by mw gc', async () => {
  const dead = [...drafts(), ...(await plantDead())];
  const living = plantLiving();
  const paths = dead.map((name) => join(environments, name)).toSorted();
  const { removed } = await mwJson<{ removed: { what: string; path: string }[] }>(desk, ['gc', '--dry-run']);
  const named = removed.filter(({ what }) => what === 'half-made environment');
  expect(named.map(({ path }) => path).toSorted()).toEqual(paths);
  expect(drafts().length).toBe(dead.length + living.length);
  expect(await desk.mw(['gc'])).toMatchObject({ code: 0 });
  expect(readdirSync(environments).toSorted()).toEqual(living);
  expect(sessionProcesses(desk.home)).toEqual([]);
});
