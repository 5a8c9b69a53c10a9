/** Takes specs out of an `openspec/` folder, and says which of its changes do not fit together. */
import { basename, join, relative, resolve, sep } from 'node:path';
import { nearestWord } from '../../config/nearest-word.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import { assignIds } from '../../spec/assign-ids.ts';
import { carryIds } from '../../spec/interchange/carry-ids.ts';
import { applyDelta } from '../../spec/interchange/openspec-apply.ts';
import { findConflicts } from '../../spec/interchange/openspec-conflicts.ts';
import { nameOfCapability } from '../../spec/interchange/openspec-names.ts';
import { caution, note, refusal, type Remark } from '../../spec/interchange/remark.ts';
import { findRepository } from '../projects.ts';
import { isFolder, listFiles, listFolders, readText, readTextIfThere } from './read-folder.ts';
import { place, type PlacedRemark, type Told } from './told.ts';
import { always, never, writeFiles, type PlannedFile } from './write-files.ts';

export interface ImportOptions {
  readonly force: boolean;
  readonly dryRun: boolean;
  /** Whether criteria get their ids at once. */
  readonly ids: boolean;
}

/** One change's delta for one spec. */
interface Proposed {
  readonly change: string;
  readonly capability: string;
  readonly path: string;
  readonly delta: string;
}

interface OpenSpecFolder {
  readonly top: string;
  readonly folder: string;
  readonly shown: (path: string) => string;
  readonly specs: ReadonlyMap<string, string>;
  readonly proposed: readonly Proposed[];
  readonly changes: readonly string[];
  readonly remarks: readonly PlacedRemark[];
}

/** Copies `openspec/specs/CAPABILITY/spec.md` to `specs/NAME/spec.md`, and checks every change that is not archived. */
export async function importOpenSpec(cwd: string, path: string | null, options: ImportOptions): Promise<Told> {
  const source = await readFolder(cwd, path);
  const remarks = [...source.remarks, ...checkChanges(source), ...findClashes(source, null)];
  const files: PlannedFile[] = [];
  for (const [capability, text] of source.specs) {
    const name = nameOfCapability(capability);
    if (name === null) continue;
    const here = await readTextIfThere(join(source.top, 'specs', name, 'spec.md'));
    const known = here === null || here === text ? text : carryIds(name, here, text);
    const spec = options.ids ? assignIds(name, known).file : known;
    files.push({ path: `specs/${name}/spec.md`, bytes: Buffer.from(spec), mayReplace: never });
  }
  const told = await write(source, files, options, `mw import openspec${path === null ? '' : ` ${path}`}`);
  return { files: told, items: [], known: [], remarks };
}

/** Applies one change to `specs/`; nothing is written when a part of it is refused. UserErrors: E_NOT_FOUND, E_NOT_IMPORTED. */
export async function applyOpenSpecChange(
  cwd: string,
  path: string | null,
  change: string,
  options: ImportOptions,
): Promise<Told> {
  const source = await readFolder(cwd, path);
  if (!source.changes.includes(change)) throw noSuchChange(change, source.changes);
  const remarks = findClashes(source, change).map((clash): PlacedRemark => ({ ...clash, severity: 'warning' }));
  const files: PlannedFile[] = [];
  for (const { capability, path: file, delta } of source.proposed.filter((each) => each.change === change)) {
    const name = nameOfCapability(capability);
    if (name === null) continue;
    const before = await readTextIfThere(join(source.top, 'specs', name, 'spec.md'));
    if (before === null && source.specs.has(capability))
      throw new UserError(
        'E_NOT_IMPORTED',
        `specs/${name}/spec.md is not there, but OpenSpec has that spec`,
        'mw import openspec',
        { exit: exitCode.notFound },
      );
    const applied = applyDelta(name, before, delta);
    remarks.push(...place(file, applied.remarks));
    if (applied.type === 'refused') continue;
    const spec = options.ids ? assignIds(name, applied.text).file : applied.text;
    // Whatever the change does not name stays, so this overwrites nothing.
    files.push({ path: `specs/${name}/spec.md`, bytes: Buffer.from(spec), mayReplace: always });
  }
  const refused = remarks.some(({ severity }) => severity === 'error');
  const told = refused ? [] : await write(source, files, options, '');
  return {
    files: told,
    items: [],
    known: [],
    remarks: [...source.remarks.filter(({ severity }) => severity === 'error'), ...remarks],
  };
}

function write(
  { top }: OpenSpecFolder,
  files: readonly PlannedFile[],
  { force, dryRun }: ImportOptions,
  again: string,
) {
  return writeFiles(files, { root: top, shown: (file) => file, force, dryRun, again });
}

async function readFolder(cwd: string, path: string | null): Promise<OpenSpecFolder> {
  const { path: top } = await findRepository(cwd);
  const folder = await findFolder(path === null ? top : resolve(cwd, path));
  const shown = (below: string) => {
    const way = relative(top, join(folder, below));
    return (way.startsWith('..') ? join(folder, below) : way).split(sep).join('/');
  };
  const specs = new Map<string, string>();
  const remarks: PlacedRemark[] = [];
  const refuse = (file: string, remark: Remark) => remarks.push(...place(shown(file), [remark]));
  const take = async (below: string): Promise<readonly string[]> => {
    const { files, links } = await listFiles(join(folder, below));
    for (const link of links)
      refuse(`${below}/${link}`, caution('link', null, 'a link is not followed', 'put the file itself there'));
    return files;
  };
  for (const file of await take('specs')) {
    const capability = capabilityAt(file);
    if (capability === null) refuse(`specs/${file}`, note('stays', null, 'it is no spec and stays where it is'));
    else if (nameOfCapability(capability) === null)
      refuse(
        `specs/${file}`,
        refusal(
          'name',
          null,
          `${JSON.stringify(capability)} cannot be the name of a spec here`,
          'rename the folder to small letters, digits and single hyphens',
        ),
      );
    else specs.set(capability, await readText(join(folder, 'specs', file)));
  }
  const changes = (await listFolders(join(folder, 'changes'))).filter(
    (name) => name !== 'archive' && !name.startsWith('.'),
  );
  const proposed: Proposed[] = [];
  for (const change of changes) {
    const rest: string[] = [];
    for (const file of await take(`changes/${change}`)) {
      const capability = file.startsWith('specs/') ? capabilityAt(file.slice('specs/'.length)) : null;
      if (capability === null) rest.push(file);
      else {
        const at = `changes/${change}/${file}`;
        if (nameOfCapability(capability) === null)
          refuse(
            at,
            refusal(
              'name',
              null,
              `${JSON.stringify(capability)} cannot be the name of a spec here`,
              'rename the folder',
            ),
          );
        proposed.push({ change, capability, path: shown(at), delta: await readText(join(folder, at)) });
      }
    }
    if (rest.length > 0) refuse(`changes/${change}`, note('stays', null, `${rest.join(', ')} stay where they are`));
  }
  return { top, folder, shown, specs, proposed, changes, remarks };
}

/** The folder itself, or the `openspec` in it. UserError E_NOT_FOUND. */
async function findFolder(path: string): Promise<string> {
  const inside = join(path, 'openspec');
  if (basename(path) !== 'openspec' && (await isFolder(inside))) return inside;
  if (basename(path) === 'openspec' && (await isFolder(path))) return path;
  if ((await isFolder(join(path, 'specs'))) && (await isFolder(join(path, 'changes')))) return path;
  throw new UserError('E_NOT_FOUND', `there is no openspec folder at ${path}`, 'mw import openspec PATH', {
    exit: exitCode.notFound,
  });
}

function capabilityAt(file: string): string | null {
  return file.endsWith('/spec.md') ? file.slice(0, -'/spec.md'.length) : null;
}

/** Each change against the specs as they stand over there. */
function checkChanges({ specs, proposed }: OpenSpecFolder): readonly PlacedRemark[] {
  return proposed.flatMap(({ capability, path, delta }) => {
    const { remarks } = applyDelta(nameOfCapability(capability) ?? 'spec', specs.get(capability) ?? null, delta);
    return place(path, remarks);
  });
}

/** Changes that are under way together and do not fit; `only` those with this one. */
function findClashes({ proposed }: OpenSpecFolder, only: string | null): readonly PlacedRemark[] {
  return [...Map.groupBy(proposed, ({ capability }) => capability).values()].flatMap((group) =>
    findConflicts(group)
      .filter(({ one, other }) => only === null || one.change === only || other.change === only)
      .map(({ one, other }) => ({
        file: group.find(({ change }) => change === one.change)?.path ?? '',
        ...refusal(
          'conflict',
          one.line,
          `${JSON.stringify(one.change)} has ${one.does}; ${JSON.stringify(other.change)} has ${other.does} (line ${other.line})`,
          'settle it in one of the two before either is applied',
        ),
      })),
  );
}

function noSuchChange(change: string, known: readonly string[]): UserError {
  const near = nearestWord(change, known);
  const hint = near === null ? '' : `: did you mean "${near}"?`;
  return new UserError(
    'E_NOT_FOUND',
    `there is no change ${JSON.stringify(change)}${hint}`,
    known.length === 0 ? 'mw import openspec' : `mw import openspec --change ${near ?? known[0]}`,
    { exit: exitCode.notFound },
  );
}
