/** The `issues.jsonl` of beads, from a repository into the backlog and back. */
import { join, resolve } from 'node:path';
import { readBeads } from '../../spec/interchange/beads.ts';
import { writeBeads, type OwnWork } from '../../spec/interchange/beads-write.ts';
import type { WorkState } from '../../spec/interchange/new-work.ts';
import type { ItemStatus } from '../../model/work-item.ts';
import type { Factory } from '../open-factory.ts';
import { findProject, findRepository } from '../projects.ts';
import { isFolder, readText, readTextIfThere } from './read-folder.ts';
import { place, type ReadWork, type Told } from './told.ts';
import { always, writeFiles } from './write-files.ts';

const fileName = 'issues.jsonl';
const maxBytes = 64 * 1024 * 1024;

/** Work of the file at `path`, or of `.beads/issues.jsonl`. UserErrors: E_NOT_FOUND, E_TOO_LARGE, E_NOT_TEXT. */
export async function readBeadsFile(cwd: string, path: string | null): Promise<ReadWork> {
  const file = await findFile(cwd, path);
  const { items, remarks } = readBeads(await readText(file, maxBytes));
  return { files: [], work: items, remarks: place(file, remarks) };
}

/** Writes how this project's items stand into the file; lines that say so already keep their bytes. */
export async function exportBeads(factory: Factory, cwd: string, path: string | null, dryRun: boolean): Promise<Told> {
  const file = await findFile(cwd, path);
  const before = (await readTextIfThere(file, maxBytes)) ?? '';
  const written = writeBeads(before, await readOwnWork(factory, cwd), await factory.store.now());
  const [folder, name] = [join(file, '..'), file.slice(join(file, '..').length + 1)];
  const told = await writeFiles([{ path: name, bytes: Buffer.from(written.text), mayReplace: always }], {
    root: folder,
    shown: () => file,
    force: false,
    dryRun,
    again: '',
  });
  return { files: told, items: [], known: [], remarks: place(file, written.remarks) };
}

async function findFile(cwd: string, path: string | null): Promise<string> {
  const given = path === null ? join((await findRepository(cwd)).path, '.beads') : resolve(cwd, path);
  if (path !== null && !(await isFolder(given))) return given;
  const inside = join(given, '.beads');
  return join((await isFolder(inside)) ? inside : given, fileName);
}

/** Every item of this repository, oldest first; none while the factory does not know it. */
export async function readOwnWork({ store }: Factory, cwd: string): Promise<readonly OwnWork[]> {
  const project = await findProject(store, cwd);
  if (project === null) return [];
  const items = await store.items({ project: project.id });
  return items.map(({ state: { item, status } }) => ({
    id: item.id,
    key: item.key,
    title: item.title,
    body: item.body,
    priority: item.priority,
    state: stateOf(status),
    after: item.after,
  }));
}

function stateOf(status: ItemStatus): WorkState {
  switch (status) {
    case 'queued':
      return 'waiting';
    case 'landed':
      return 'landed';
    case 'cancelled':
      return 'cancelled';
    case 'running':
    case 'waiting':
    case 'paused':
    case 'parked':
      return 'started';
  }
}
