/** Resolves the project's pipeline as it stands on disk or in the latest commit, for people to look at; nothing runs. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadProject, projectFile } from '../config/load-project.ts';
import { listOwnPipelines, pinPipeline } from '../config/pin-pipeline.ts';
import { configError, type Place } from '../config/problem.ts';
import { readShipped } from '../config/shipped-files.ts';
import type { ProjectConfig } from '../model/config.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { findCheckout } from './projects.ts';

export interface ProjectHere {
  readonly path: string;
  readonly config: ProjectConfig;
  /** Where it names its pipeline. */
  readonly pipelineAt: Place;
  readonly text: string;
}

/** `millwright.yaml` of the checkout around `folder`, as it lies there. E_CONFIG names every mistake with its place. */
export async function readProjectHere(folder: string): Promise<ProjectHere> {
  const { path } = await findCheckout(folder);
  const text = await readText(join(path, projectFile));
  if (text === null)
    throw new UserError('E_NO_CONFIG', `there is no ${projectFile} in ${path}`, 'mw init', { exit: exitCode.usage });
  const loaded = loadProject(text);
  if (!loaded.ok) throw configError(loaded.problems);
  return { path, config: loaded.config, pipelineAt: loaded.pipelineAt, text };
}

export async function pinHere(folder: string, name: string | undefined): Promise<PinnedPipeline> {
  const { path, config, pipelineAt } = await readProjectHere(folder);
  const pinned = await pinPipeline({
    config,
    pipelineAt,
    name: name ?? config.pipeline,
    readFile: (file) => readText(join(path, file)),
    listNames: (folder) => listNames(join(path, folder)),
    shipped: await readShipped(),
    saveText: async (_name, text) => createHash('sha256').update(text).digest('hex'),
  });
  if (!pinned.ok) throw configError(pinned.problems);
  return pinned.pipeline;
}

/** The pipelines that lie in the checkout around `folder`, by name. */
export async function ownPipelinesHere(folder: string): Promise<readonly string[]> {
  const { path } = await findCheckout(folder);
  return listOwnPipelines((name) => listNames(join(path, name)));
}

async function listNames(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}
