/** Frees what no item needs any more. Commits are moved to the saved repository first: none is ever lost. */
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { saveCandidate } from '../git/candidate.ts';
import { discard, settleDeletions, sweepDiscarded } from '../git/discard.ts';
import { openTrustedRepository } from '../git/trusted-repository.ts';
import { isFinal } from '../model/work-item.ts';
import { listFreeCopies } from '../steps/copies.ts';
import { discardHalfMade, findHalfMade } from '../steps/half-made.ts';
import type { Factory } from './open-factory.ts';

export interface Removed {
  readonly what: 'candidate repository' | 'working copy' | 'half-made environment' | 'deleted files';
  readonly path: string;
}

export async function collectGarbage(
  factory: Factory,
  options: { readonly dryRun: boolean; readonly copies: boolean },
): Promise<readonly Removed[]> {
  const removed: Removed[] = [];
  const busy = (await factory.store.workers()).some(({ silentMs }) => silentMs < 10_000);
  for (const project of await factory.store.projects()) {
    const { copies, environments, root } = factory.home.project(project.id);
    // What an earlier process began to delete. It is nobody's any more.
    if (!options.dryRun) await Promise.all([copies, environments, join(root, 'items')].map(sweepDiscarded));
    removed.push(...(await collectCandidates(factory, project.id, project.path, options.dryRun)));
    for (const path of await findHalfMade(environments)) {
      removed.push({ what: 'half-made environment', path });
      if (!options.dryRun) await discardHalfMade(path);
    }
    if (!options.copies || busy) continue;
    for (const path of await listFreeCopies(copies)) {
      removed.push({ what: 'working copy', path });
      if (!options.dryRun) await discard(path);
    }
  }
  const trash = join(factory.home.root, 'trash');
  for (const name of await namesIn(trash)) {
    removed.push({ what: 'deleted files', path: join(trash, name) });
    if (!options.dryRun) await rm(join(trash, name), { recursive: true, force: true });
  }
  await settleDeletions();
  return removed;
}

async function collectCandidates(factory: Factory, project: string, path: string, dryRun: boolean): Promise<Removed[]> {
  const home = factory.home.project(project);
  const removed: Removed[] = [];
  for (const { state } of await factory.store.items({ project })) {
    const { item, status, run } = state;
    const gitDir = home.candidate(item.id);
    const folder = dirname(gitDir);
    if (!isFinal(status) || (await namesIn(folder)).length === 0) continue;
    removed.push({ what: 'candidate repository', path: gitDir });
    if (dryRun) continue;
    const trusted = await openTrustedRepository({ directory: home.trusted, userRepository: path });
    await saveCandidate({ trusted, candidate: { gitDir }, name: `${item.id}/${run}` });
    await discard(folder);
  }
  return removed;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
