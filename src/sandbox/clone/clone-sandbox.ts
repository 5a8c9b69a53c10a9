/**
 * The lowest rung: a private copy and a clean environment, no walls. The command can read what the user can read,
 * write where the user can write, and reach any network; for work that a person attends.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Enclosed, Sandbox, Walls } from '../sandbox.ts';
import { probeSandbox } from '../probe.ts';
import { systemPath } from '../system-tool.ts';
import { checkWalls } from '../walls.ts';

/** `scratch`: a folder of ours, where each working copy gets a HOME and a TMPDIR when it was given none. */
export function createCloneSandbox(options: { readonly scratch: string }): Sandbox {
  const { scratch } = options;
  return {
    rung: 'clone',
    missing: async () =>
      process.platform === 'linux'
        ? null
        : {
            what: `sessions are supervised through /proc, which ${process.platform} does not have`,
            next: 'run mw on Linux or in WSL2',
          },
    enclose: (command, walls) => encloseClone(scratch, command, walls),
    probe: () => probeSandbox(createCloneSandbox(options), scratch, ['environment', 'kill-leaves-nothing']),
  };
}

function encloseClone(scratch: string, command: readonly string[], walls: Walls): Enclosed {
  checkWalls(walls);
  if ((walls.overlays ?? []).length > 0)
    throw new Error('the clone rung cannot show a folder at another place: link or copy it');
  const own = join(scratch, createHash('sha256').update(walls.workdir).digest('hex').slice(0, 16));
  const defaults = { PATH: systemPath, HOME: join(own, 'home'), TMPDIR: join(own, 'tmp') };
  for (const name of ['HOME', 'TMPDIR'] as const) {
    if (walls.env[name] === undefined) mkdirSync(defaults[name], { recursive: true, mode: 0o700 });
  }
  return { argv: command, env: { ...defaults, ...walls.env }, cwd: walls.workdir };
}
