/** From a folder to the project that it belongs to. */
import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ItemState } from '../machine/state.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { defaultBranch, locateUserRepository, type UserRepository } from '../git/user-repository.ts';
import { shortName } from '../store/home.ts';
import type { ProjectRow, Store, StoredLimits } from '../store/store.ts';

/** A repository with the top folder of one of its checkouts; that of the repository itself where it is bare. */
export interface RepositoryHere {
  readonly path: string;
  readonly repository: UserRepository;
}

/** The main checkout of the user's repository around `folder`. E_NO_REPOSITORY when there is none. */
export async function findRepository(folder: string): Promise<RepositoryHere> {
  return mainCheckout((await findCheckout(folder)).repository);
}

/** The very checkout around `folder`, also where it is a linked worktree or a submodule. E_NO_REPOSITORY when there is none. */
export async function findCheckout(folder: string): Promise<RepositoryHere> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const repository = await locateUserRepository(path);
    if (repository !== null) return { path, repository };
    if (path !== dirname(path)) continue;
    throw new UserError(
      'E_NO_REPOSITORY',
      `${folder} is not in a git repository`,
      'cd into your repository, or: git init && git add -A && git commit --allow-empty -m "First commit"',
      {
        exit: exitCode.usage,
      },
    );
  }
}

/** Linked worktrees share one project: that of the repository they belong to. */
async function mainCheckout(found: UserRepository): Promise<RepositoryHere> {
  const commonDir = realpathSync(found.commonDir);
  const path = basename(commonDir) === '.git' ? dirname(commonDir) : commonDir;
  return { path, repository: (await locateUserRepository(path)) ?? found };
}

/** The project of a repository; made known to the factory at its first use. */
export async function registerProject(store: Store<ItemState>, folder: string): Promise<ProjectRow> {
  const { path, repository } = await findRepository(folder);
  const id = idOf(path);
  const known = await store.project(id);
  if (known !== null) return known;
  const row: ProjectRow = { id, path, target: await defaultBranch(repository), limits: null };
  await store.saveProject(row);
  return row;
}

/** The project of a repository; `null` while the factory does not know it. */
export async function findProject(store: Store<ItemState>, folder: string): Promise<ProjectRow | null> {
  return store.project(idOf((await findRepository(folder)).path));
}

/** The id of the project whose repository lies, or will lie, at an absolute path. */
export function idOf(path: string): string {
  return `${slug(basename(path))}-${shortName(path).slice(0, 8)}`;
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 24) || 'project'
  );
}

/** What steps may ask and tell about projects; the same limits are not told twice. */
export function projectAccess(store: Store<ItemState>) {
  const told = new Map<string, string>();
  return {
    async project(id: string) {
      const row = await store.project(id);
      if (row === null) throw new Error(`there is no project ${id}`);
      return { path: row.path, target: row.target };
    },
    async saveLimits(id: string, pipeline: PinnedPipeline) {
      const limits = limitsOf(pipeline);
      const text = JSON.stringify([pipeline.target, limits]);
      if (told.get(id) === text) return;
      told.set(id, text);
      const row = await store.project(id);
      if (row !== null)
        await store.saveProject({
          ...row,
          target: pipeline.target,
          limits: { ...limits, agents: { ...row.limits?.agents, ...limits.agents } },
        });
    },
  };
}

function limitsOf(pipeline: PinnedPipeline): StoredLimits {
  return {
    slots: pipeline.limits.slots,
    dayMicroUsd: pipeline.limits.dayMicroUsd,
    agents: Object.fromEntries(
      Object.entries(pipeline.agents).map(([name, agent]) => [
        name,
        { slots: agent.slots ?? null, perMinute: agent.perMinute ?? null },
      ]),
    ),
  };
}
