/**
 * Where an agent writes a hold-out: a repository of its own with the specs and nothing of the program, worked on like any
 * other, so that whoever writes the scenario sees no more than the spec, and no maker ever sees the scenario.
 */
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { projectFile } from '../../config/load-project.ts';
import { createRepository } from '../../git/create-repository.ts';
import type { CriterionId } from '../../model/criterion.ts';
import { shortName } from '../../store/home.ts';
import type { Factory } from '../open-factory.ts';
import { readProjectHere } from '../pin-here.ts';
import { findRepository, idOf, registerProject } from '../projects.ts';
import { addItems } from '../work.ts';
import { requireWanted } from './list.ts';
import { exists } from './place.ts';

export interface Draft {
  readonly id: CriterionId;
  /** The repository that it is written in. */
  readonly room: string;
  /** The work item that writes it; `null` once it is written. */
  readonly item: string | null;
  /** The folder that it is in, once it has landed. */
  readonly written: string;
}

/** The draft for the criterion as it stands, gone on with where there is one already. `note`: what the spec does not say. */
export async function openDraft(factory: Factory, folder: string, id: string, note: string): Promise<Draft> {
  const wanted = await requireWanted(folder, id);
  const { path } = await findRepository(folder);
  const room = join(factory.home.root, 'drafts', `${idOf(path)}-${shortName(`${wanted.id} ${wanted.hash}`)}`);
  const written = join(room, 'holdouts', wanted.id);
  if (!(await exists(room))) await makeRoom(room, folder);
  const draft = { id: wanted.id, room, written };
  if (await exists(written)) return { ...draft, item: null };
  const { id: project } = await registerProject(factory.store, room);
  const [open] = await factory.store.items({ open: true, project });
  if (open !== undefined) return { ...draft, item: open.state.item.id };
  const [item] = await addItems(factory, project, [
    {
      title: `Write the hold-out of ${wanted.id}`,
      body: [
        `Write holdouts/${wanted.id}/ for this criterion of specs/${wanted.spec}/spec.md:`,
        '',
        ...wanted.text.split('\n').map((line) => `> ${line}`),
        ...(note === '' ? [] : ['', `What the spec does not say: ${note}`]),
      ].join('\n'),
      pipeline: 'holdout',
    },
  ]);
  if (item === undefined) throw new Error('no item was added');
  return { ...draft, item: item.id };
}

/** The scenario is in its store: nothing of the draft is left but its journal. */
export function closeDraft({ room }: Draft): Promise<void> {
  return rm(room, { recursive: true, force: true });
}

/** Specs, agents and own instructions of the checkout, as they lie there. */
async function makeRoom(room: string, folder: string): Promise<void> {
  const { path, text } = await readProjectHere(folder);
  const making = join(dirname(room), `.${basename(room)}.new`);
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  for (const name of ['specs', '.millwright']) {
    if (await exists(join(path, name))) await cp(join(path, name), join(making, name), { recursive: true });
  }
  await writeFile(join(making, projectFile), configOf(text));
  await createRepository({ folder: making, branch: 'main', message: 'Begin' });
  await rename(making, room);
}

/** Its agents and limits are the project's; what it checks and builds has no place here. */
function configOf(text: string): string {
  const { agents, routes, sandbox, limits } = parse(text) as Record<string, unknown>;
  const given = Object.entries({ agents, routes, sandbox, limits }).filter(([, value]) => value !== undefined);
  return stringify({ version: 1, ...Object.fromEntries(given), pipeline: 'holdout', target: 'main' });
}
