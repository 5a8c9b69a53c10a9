/** Real folders, real sessions, real sandboxes for the tests of this folder. */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { createBubblewrapSandbox } from '../../src/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { createCloneSandbox } from '../../src/sandbox/clone/clone-sandbox.ts';
import type { Sandbox, Walls } from '../../src/sandbox/sandbox.ts';
import { killSession, type SessionSpec } from '../../src/sandbox/session.ts';

export interface Place {
  readonly folder: string;
  /** The writable working copy. */
  readonly work: string;
  readonly session: string;
  readonly sandboxes: { readonly clone: Sandbox; readonly bubblewrap: Sandbox };
}

const places: Place[] = [];

/** A fresh place, ended and removed after the test. */
export function makePlace(): Place {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'mw-sandbox-'));
  const work = join(folder, 'work');
  mkdirSync(work);
  const scratch = join(folder, 'scratch');
  const place = {
    folder,
    work,
    session: join(folder, 'session'),
    sandboxes: { clone: createCloneSandbox({ scratch }), bubblewrap: createBubblewrapSandbox({ scratch }) },
  };
  places.push(place);
  return place;
}

afterEach(async () => {
  for (const { folder, session } of places.splice(0)) {
    await killSession(session);
    rmSync(folder, { recursive: true, force: true });
  }
});

export function wallsOf(place: Place, walls: Partial<Walls> = {}): Walls {
  return {
    workdir: place.work,
    writable: [place.work],
    readOnly: [],
    env: {},
    egressSocket: null,
    loopback: [],
    ...walls,
  };
}

export const rungs = ['clone', 'bubblewrap'] as const;

/** A session of a shell command. */
export function shell(
  place: Place,
  rung: (typeof rungs)[number],
  script: string,
  spec: Partial<SessionSpec> & { readonly walls?: Partial<Walls> } = {},
): SessionSpec {
  const { walls, ...rest } = spec;
  return {
    directory: place.session,
    enclosed: place.sandboxes[rung].enclose(['/bin/sh', '-c', script], wallsOf(place, walls)),
    stdin: '',
    egress: null,
    wallMs: 20_000,
    idleMs: null,
    watch: null,
    signal: new AbortController().signal,
    ...rest,
  };
}

/** Waits for a condition of the world, at most ten seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > 10_000) throw new Error(`did not happen within 10 s: ${what}`);
    await wait(10);
  }
}

export function untilExists(path: string): Promise<void> {
  return until(`${path} exists`, () => existsSync(path));
}
