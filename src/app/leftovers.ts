/** What effects leave on disk and running: taken away when they are over, found again when their worker was killed. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sweepScratch } from './scratch.ts';
import { deleteLater, moveAway, sweepDiscarded } from '../git/discard.ts';
import { sweepIncoming } from '../store/artifacts.ts';
import type { Home } from '../store/home.ts';
import { isWorkerOf } from '../store/postgres-presence.ts';
import type { Store } from '../store/store.ts';
import type { ItemState } from '../machine/state.ts';
import type { Copies } from '../steps/copies.ts';
import { discardHalfMade, findHalfMade } from '../steps/half-made.ts';
import { killSessions } from '../steps/workplace.ts';

/** The working copy is free again; what the sessions left on disk goes in the background. */
export async function cleanUp(home: Home, copies: Copies, effect: string): Promise<void> {
  const trash = trashOf(home);
  await mkdir(trash, { recursive: true, mode: 0o700 });
  const to = join(trash, randomBytes(6).toString('hex'));
  if (await moveAway(home.effect(effect), to)) deleteLater(to);
  await copies.release(effect);
}

/**
 * What killed workers of this home left: sessions that nobody here will go on with are ended, their folders and copies
 * freed. Folders are listed before the store is asked: what another worker begins meanwhile is not taken for a leftover.
 */
export async function sweepLeftovers(
  store: Store<ItemState>,
  home: Home,
  homeId: string,
  copies: Copies,
): Promise<void> {
  await mkdir(home.sessions, { recursive: true, mode: 0o700 });
  const names = await readdir(home.sessions);
  const projects = await store.projects();
  if (names.length > 0) {
    const kept = new Set([...(await liveEffects(store, homeId))].map((effect) => home.effect(effect)));
    for (const folder of names.map((name) => join(home.sessions, name)).filter((each) => !kept.has(each))) {
      await killSessions(folder);
      await rm(folder, { recursive: true, force: true });
    }
  }
  await copies.sweep(
    projects.map(({ id }) => id),
    () => liveEffects(store, homeId),
  );
  for (const { id } of projects) {
    const { environments } = home.project(id);
    await sweepDiscarded(environments);
    for (const draft of await findHalfMade(environments)) await discardHalfMade(draft);
  }
  await sweepScratch(home);
  await sweepIncoming(home.artifacts);
  for (const name of await readdir(trashOf(home)).catch(absent)) deleteLater(join(trashOf(home), name));
}

/** Ends what effects have running in this home, and leaves everything on disk. */
export async function endSessions(home: Home): Promise<void> {
  for (const name of await readdir(home.sessions).catch(absent)) await killSessions(join(home.sessions, name));
}

/** Effects that a worker of this home performs, or may yet be given: what their sessions did must not be lost. */
async function liveEffects(store: Store<ItemState>, homeId: string): Promise<ReadonlySet<string>> {
  const open = await store.items({ open: true });
  return new Set(
    open.flatMap(({ state }) =>
      Object.values(state.awaiting).flatMap(({ effect, worker }) =>
        worker === null || isWorkerOf(homeId, worker) ? [effect.id] : [],
      ),
    ),
  );
}

function trashOf(home: Home): string {
  return join(home.root, 'trash');
}

function absent(error: NodeJS.ErrnoException): readonly string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
