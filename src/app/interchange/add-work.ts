/** Puts foreign work into the backlog, once: what is known by its key is left as it is. */
import type { NewWork } from '../../spec/interchange/new-work.ts';
import type { Factory } from '../open-factory.ts';
import { findProject, registerProject } from '../projects.ts';
import { addItems } from '../work.ts';
import type { Told } from './told.ts';

/** `folder`: in the repository whose backlog it is. `pipeline`: the project's own without one. UserErrors: see `addItems`. */
export async function addWork(
  factory: Factory,
  folder: string,
  work: readonly NewWork[],
  dryRun: boolean,
  pipeline?: string,
): Promise<Pick<Told, 'items' | 'known'>> {
  const project = dryRun ? await findProject(factory.store, folder) : await registerProject(factory.store, folder);
  const known = project === null ? new Map<string, string>() : await findKnown(factory, project.id, work);
  const fresh = work.filter(({ key }) => !known.has(key));
  const told = work.flatMap(({ key }) => {
    const id = known.get(key);
    return id === undefined ? [] : [{ id, key }];
  });
  if (dryRun || project === null || fresh.length === 0)
    return { items: dryRun ? fresh.map(({ key, title }) => ({ id: null, key, title })) : [], known: told };
  const inputs = fresh.map(({ key, title, body, after, priority }) => ({
    key,
    title,
    body,
    after: after.map((each) => known.get(each) ?? each),
    priority,
    pipeline,
  }));
  const added = await addItems(factory, project.id, inputs);
  return { items: added.map(({ id, key, title }) => ({ id, key: key ?? '', title })), known: told };
}

/** By key; and by our own id in small letters, as `mw export beads` writes items that had no name over there. */
async function findKnown(
  { store }: Factory,
  project: string,
  work: readonly NewWork[],
): Promise<ReadonlyMap<string, string>> {
  const own = new Map(
    work.flatMap(({ key }) => (/^mw-[1-9]\d{0,9}$/.test(key) ? [[key.toUpperCase(), key] as const] : [])),
  );
  const items = own.size === 0 ? [] : await store.items({ project, ids: [...own.keys()] });
  return new Map([
    ...items.map(({ state }) => [own.get(state.item.id) ?? '', state.item.id] as const),
    ...(await store.itemByKey(
      project,
      work.map(({ key }) => key),
    )),
  ]);
}
