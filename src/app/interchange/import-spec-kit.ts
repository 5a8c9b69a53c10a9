/**
 * Takes feature folders of spec-kit: `spec.md` becomes a spec, `tasks.md` work. The folder itself is kept beside the spec,
 * byte for byte, so that nothing is lost and the way back is exact.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { exitCode, UserError } from '../../model/user-error.ts';
import { assignIds } from '../../spec/assign-ids.ts';
import { isSpecName } from '../../spec/criterion-id.ts';
import { carryIds } from '../../spec/interchange/carry-ids.ts';
import type { NewWork } from '../../spec/interchange/new-work.ts';
import { caution, note, refusal } from '../../spec/interchange/remark.ts';
import { readSpecKit } from '../../spec/interchange/spec-kit-read.ts';
import { readTasks } from '../../spec/interchange/spec-kit-tasks.ts';
import { findRepository } from '../projects.ts';
import type { ImportOptions } from './import-openspec.ts';
import { isFolder, listFiles, listFolders, readText, readTextIfThere } from './read-folder.ts';
import { place, type PlacedRemark, type ReadWork } from './told.ts';
import { always, never, writeFiles, type PlannedFile } from './write-files.ts';

/** Where a feature folder is kept: `specs/photo-albums/.origin/spec-kit/001-photo-albums`. */
export const originFolder = '.origin/spec-kit';

/**
 * `path`: one feature folder, or a project with `specs/001-NAME`. The work of its lists is answered, not added.
 * UserErrors: E_NOT_FOUND, E_EXISTS, E_TOO_LARGE. */
export async function importSpecKit(cwd: string, path: string | null, options: ImportOptions): Promise<ReadWork> {
  const { path: top } = await findRepository(cwd);
  const given = path === null ? top : resolve(cwd, path);
  const features = await findFeatures(given);
  const files: PlannedFile[] = [];
  const work: NewWork[] = [];
  const remarks: PlacedRemark[] = [];
  const names = new Set<string>();
  for (const folder of features) {
    const feature = basename(folder);
    const name = feature.replace(/^\d{3,}-/, '');
    if (!isSpecName(name) || names.has(name)) {
      const why = names.has(name) ? 'two features have this name' : 'it cannot be the name of a spec here';
      remarks.push(
        ...place(folder, [
          refusal(
            'name',
            null,
            `${JSON.stringify(name)}: ${why}`,
            'rename the folder to small letters, digits and hyphens',
          ),
        ]),
      );
      continue;
    }
    names.add(name);
    const taken = await takeFeature(top, folder, name, options);
    files.push(...taken.files);
    work.push(...taken.work);
    remarks.push(...taken.remarks);
  }
  if (await isFolder(join(given, '.specify')))
    remarks.push(...place('.specify', [note('stays', null, 'principles, templates and scripts stay where they are')]));
  const again = `mw import spec-kit${path === null ? '' : ` ${path}`}`;
  const told = await writeFiles(files, { ...options, root: top, shown: (file) => file, again });
  return { files: told, work, remarks };
}

async function findFeatures(path: string): Promise<readonly string[]> {
  if ((await readTextIfThere(join(path, 'spec.md'))) !== null) return [path];
  for (const folder of [join(path, 'specs'), path]) {
    const found: string[] = [];
    for (const name of await listFolders(folder)) {
      if (/^\d{3,}-/.test(name) && (await readTextIfThere(join(folder, name, 'spec.md'))) !== null)
        found.push(join(folder, name));
    }
    if (found.length > 0) return found;
  }
  throw new UserError(
    'E_NOT_FOUND',
    `there is no feature of spec-kit at ${path}`,
    'mw import spec-kit PATH/specs/001-NAME',
    { exit: exitCode.notFound },
  );
}

async function takeFeature(top: string, folder: string, name: string, { ids }: ImportOptions) {
  const feature = basename(folder);
  const spec = await readText(join(folder, 'spec.md'));
  const { text, remarks } = readSpecKit(spec);
  const told = [...place(join(folder, 'spec.md'), remarks)];
  const origin = `specs/${name}/${originFolder}/${feature}`;
  // An edited spec may stay as it is while the foreign file has not changed since it was taken.
  const before = await readTextIfThere(join(top, origin, 'spec.md'));
  const files: PlannedFile[] = [];
  const here = await readTextIfThere(join(top, 'specs', name, 'spec.md'));
  if (before !== spec || here === null) {
    const known = here === null ? text : carryIds(name, here, text);
    const bytes = Buffer.from(ids ? assignIds(name, known).file : known);
    files.push({ path: `specs/${name}/spec.md`, bytes, mayReplace: never });
  }
  const { files: paths, links } = await listFiles(folder);
  for (const path of paths)
    files.push({ path: `${origin}/${path}`, bytes: await readFile(join(folder, path)), mayReplace: always });
  told.push(
    ...links.flatMap((link) =>
      place(join(folder, link), [caution('link', null, 'a link is not followed', 'put the file itself there')]),
    ),
  );
  const others = paths.filter((path) => path !== 'spec.md' && path !== 'tasks.md');
  if (others.length > 0)
    told.push(...place(folder, [note('kept', null, `${others.join(', ')}: kept in ${dirname(`${origin}/x`)}`)]));
  const list = await readTextIfThere(join(folder, 'tasks.md'));
  const tasks = list === null ? { items: [], remarks: [] } : readTasks(feature, list);
  told.push(...place(join(folder, 'tasks.md'), tasks.remarks));
  return { files, work: tasks.items, remarks: told };
}
