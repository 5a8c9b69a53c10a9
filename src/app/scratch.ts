/** Where commits are looked at outside any work item: a folder for each run, named after its process. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { WorkItem } from '../model/work-item.ts';
import type { StepContext, StepItem } from '../steps/context.ts';
import { openCopies } from '../steps/copies.ts';
import { killSessions } from '../steps/workplace.ts';
import { shortName, type Home, type ProjectHome } from '../store/home.ts';
import { namesIn } from './names-in.ts';
import type { Factory } from './open-factory.ts';
import { createStepContext } from './step-context.ts';

/** Sessions, working copies and a candidate of its own, which no worker of the home takes for its own. */
export async function withScratch<T>(
  factory: Factory,
  use: (context: StepContext, scratch: string) => Promise<T>,
  change: (scratch: string) => Partial<ProjectHome> = () => ({}),
): Promise<T> {
  await sweepScratch(factory.home);
  const scratch = join(folderOf(factory.home), `${process.pid}-${randomUUID().slice(0, 8)}`);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const home: Home = {
    ...factory.home,
    effect: (id) => join(scratch, 'sessions', shortName(id)),
    project: (id) => ({
      ...factory.home.project(id),
      candidate: () => join(scratch, 'candidate.git'),
      rolls: () => join(scratch, 'tests'),
      ...change(scratch),
    }),
  };
  try {
    const copies = openCopies(() => join(scratch, 'copies'));
    return await use({ ...(await createStepContext(factory, copies)), home }, scratch);
  } finally {
    await endScratch(scratch);
  }
}

/** A work item that is none: the rooms that a commit is looked at in belong to one. */
export function nobodysItem(
  project: string,
  pipeline: PinnedPipeline,
  request: Pick<WorkItem, 'title' | 'body'>,
  reservedMicroUsd = 0,
): StepItem {
  const item: WorkItem = {
    id: 'MW-0',
    project,
    key: null,
    ...request,
    after: [],
    pipeline: null,
    priority: 0,
    budgetMicroUsd: null,
    rung: null,
    criteria: [],
  };
  return { item, pipeline, proven: {}, reservedMicroUsd };
}

/** What runs left whose process is gone: their sessions are ended first. */
export async function sweepScratch(home: Home): Promise<void> {
  for (const name of await namesIn(folderOf(home))) {
    const pid = Number.parseInt(name, 10);
    if (!isAlive(pid)) await endScratch(join(folderOf(home), name));
  }
}

async function endScratch(scratch: string): Promise<void> {
  const sessions = join(scratch, 'sessions');
  for (const name of await namesIn(sessions)) await killSessions(join(sessions, name));
  await rm(scratch, { recursive: true, force: true });
}

function folderOf({ root }: Home): string {
  return join(root, 'one-off');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
