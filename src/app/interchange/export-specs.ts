/** Writes the specs of a repository as folders of OpenSpec or of spec-kit. */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { checkForOpenSpec } from '../../spec/interchange/openspec-fit.ts';
import { capabilityOf } from '../../spec/interchange/openspec-names.ts';
import type { WorkState } from '../../spec/interchange/new-work.ts';
import { writeNewSpecKit } from '../../spec/interchange/spec-kit-new.ts';
import { writeTasks } from '../../spec/interchange/spec-kit-tasks.ts';
import { writeSpecKit } from '../../spec/interchange/spec-kit-write.ts';
import { findRepository } from '../projects.ts';
import { readSpecs, type SpecHere } from '../specs-here.ts';
import { originFolder } from './import-spec-kit.ts';
import { listFiles, listFolders } from './read-folder.ts';
import { place, type PlacedRemark, type Told } from './told.ts';
import { never, writeFiles, type PlannedFile } from './write-files.ts';

export interface ExportOptions {
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** A folder of spec-kit's own, which may lie among ours in one repository. */
const numbered = /^\d{3,}-/;

/** `path`: the `openspec` folder; `null` is that of the repository. UserErrors: E_NO_SPECS, E_EXISTS. */
export async function exportOpenSpec(cwd: string, path: string | null, options: ExportOptions): Promise<Told> {
  const { path: top } = await findRepository(cwd);
  const specs = (await readSpecs(cwd, [])).filter(({ spec }) => !numbered.test(spec.name));
  const files = specs.map(({ spec, text }): PlannedFile => ({
    path: `specs/${capabilityOf(spec.name)}/spec.md`,
    bytes: Buffer.from(text),
    mayReplace: never,
  }));
  const remarks = specs.flatMap(({ path: file, spec, text }) => place(file, checkForOpenSpec(spec, text)));
  const root = path === null ? join(top, 'openspec') : resolve(cwd, path);
  const told = await writeFiles(files, {
    ...options,
    root,
    shown: shownBelow(top, root),
    again: again('openspec', path),
  });
  return { files: told, items: [], known: [], remarks };
}

/** Whether a kept list of tasks would be written, so that the backlog must be asked how they stand. */
export async function hasKeptTasks(cwd: string): Promise<boolean> {
  const { path: top } = await findRepository(cwd);
  for (const { spec } of await readSpecs(cwd, [])) {
    const { files } = await listFiles(join(top, 'specs', spec.name, originFolder));
    if (files.some((file) => file.endsWith('/tasks.md'))) return true;
  }
  return false;
}

/**
 * `path`: the project to write `specs/001-NAME` into; `null` is this repository. `stateOf`: of work by its key. A file
 * that is still as it was taken may be replaced. UserErrors: E_NO_SPECS, E_EXISTS.
 */
export async function exportSpecKit(
  cwd: string,
  path: string | null,
  stateOf: (key: string) => WorkState | null,
  options: ExportOptions,
): Promise<Told> {
  const { path: top } = await findRepository(cwd);
  const root = path === null ? top : resolve(cwd, path);
  const specs = (await readSpecs(cwd, [])).filter(({ spec }) => !numbered.test(spec.name));
  const files: PlannedFile[] = [];
  const remarks: PlacedRemark[] = [];
  const features = [...(await listFolders(join(root, 'specs')))].filter((name) => numbered.test(name));
  for (const here of specs) {
    const kept = (await listFolders(join(top, 'specs', here.spec.name, originFolder)))[0];
    const written = kept === undefined ? writeFresh(here, features) : await writeKept(top, here, kept, stateOf);
    files.push(...written.files);
    remarks.push(...written.remarks);
  }
  const told = await writeFiles(files, {
    ...options,
    root,
    shown: shownBelow(top, root),
    again: again('spec-kit', path),
  });
  return { files: told, items: [], known: [], remarks };
}

interface WrittenFeature {
  readonly files: readonly PlannedFile[];
  readonly remarks: readonly PlacedRemark[];
}

async function writeKept(
  top: string,
  { spec, text, path }: SpecHere,
  feature: string,
  stateOf: (key: string) => WorkState | null,
): Promise<WrittenFeature> {
  const folder = join(top, 'specs', spec.name, originFolder, feature);
  const files: PlannedFile[] = [];
  const remarks: PlacedRemark[] = [];
  for (const file of (await listFiles(folder)).files) {
    const origin = await readFile(join(folder, file));
    let bytes: Uint8Array = origin;
    if (file === 'spec.md' || file === 'tasks.md') {
      const foreign = origin.toString('utf8');
      const written = file === 'spec.md' ? writeSpecKit(text, foreign) : writeTasks(feature, foreign, stateOf);
      remarks.push(...place(file === 'spec.md' ? path : `${feature}/${file}`, written.remarks));
      bytes = Buffer.from(written.text);
    }
    files.push({ path: `specs/${feature}/${file}`, bytes, mayReplace: (existing) => origin.equals(existing) });
  }
  return { files, remarks };
}

/** Takes the next number, or the folder that has this name already. `features` grows by it. */
function writeFresh({ spec, text, path }: SpecHere, features: string[]): WrittenFeature {
  const known = features.find((name) => name.replace(numbered, '') === spec.name);
  const highest = features.reduce((most, name) => Math.max(most, Number.parseInt(name, 10)), 0);
  const feature = known ?? `${String(highest + 1).padStart(3, '0')}-${spec.name}`;
  if (known === undefined) features.push(feature);
  const written = writeNewSpecKit(spec.name, text);
  return {
    files: [{ path: `specs/${feature}/spec.md`, bytes: Buffer.from(written.text), mayReplace: never }],
    remarks: place(path, written.remarks),
  };
}

function again(format: string, path: string | null): string {
  return `mw export ${format}${path === null ? '' : ` ${path}`}`;
}

/** From the top of the repository where it lies in it. */
function shownBelow(top: string, root: string): (path: string) => string {
  const way = relative(top, root);
  const lead = way.startsWith('..') ? root : way;
  return (path) => (lead === '' ? path : `${lead}/${path}`).split(sep).join('/');
}
