/** Writing a scenario that no maker sees, and putting another one in its place. */
import { cp, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { holdoutFile, loadHoldout } from '../../config/load-holdout.ts';
import { configError } from '../../config/problem.ts';
import { CriterionId } from '../../model/criterion.ts';
import type { Holdout } from '../../model/holdout.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { Wanted } from '../../spec/compare.ts';
import { draftFolder, findHoldout, holdoutFolder, templateScript, templateText } from '../../steps/holdouts.ts';
import { requireWanted, retired } from './list.ts';
import { namesIn } from '../names-in.ts';
import { exists, holdoutStore } from './place.ts';

/** What a new hold-out is made of: a folder with its files, or a template to be written. */
export interface NewHoldout {
  readonly id: string;
  readonly from: string | undefined;
  readonly run: string | undefined;
  readonly says: string | undefined;
}

export interface MadeHoldout {
  readonly id: CriterionId;
  readonly folder: string;
  /** Whether somebody still has to write it. */
  readonly template: boolean;
  /** Where an earlier one for other words is kept now. */
  readonly retired: string | null;
}

/** E_NOT_FOUND without such a criterion; E_EXISTS where one for these words is there already. */
export async function newHoldout(home: string, folder: string, input: NewHoldout): Promise<MadeHoldout> {
  const wanted = await requireWanted(folder, input.id);
  const store = await holdoutStore(home, folder);
  const found = await findHoldout(store, wanted.id);
  if (found.type === 'found' && found.holdout.demands === wanted.hash)
    throw new UserError('E_EXISTS', `${wanted.id} has a hold-out already`, `mw holdout rotate ${wanted.id}`, {
      exit: exitCode.conflict,
    });
  return write(store, wanted, input);
}

/** Another one takes the place of the one that is there, which is kept beside them. */
export async function rotateHoldout(home: string, folder: string, input: NewHoldout): Promise<MadeHoldout> {
  const wanted = await requireWanted(folder, input.id);
  const store = await holdoutStore(home, folder);
  if ((await findHoldout(store, wanted.id)).type === 'missing')
    throw new UserError('E_NOT_FOUND', `${wanted.id} has no hold-out`, `mw holdout new ${wanted.id}`, {
      exit: exitCode.notFound,
    });
  return write(store, wanted, input);
}

/** Takes one away that nobody wants any more; answers where it is kept. E_NOT_FOUND. */
export async function retireHoldout(home: string, folder: string, id: string): Promise<string> {
  const known = CriterionId.safeParse(id);
  const kept = known.success ? await retire(await holdoutStore(home, folder), known.data) : null;
  if (kept !== null) return kept;
  throw new UserError('E_NOT_FOUND', `there is no hold-out ${JSON.stringify(id)}`, 'mw holdout list', {
    exit: exitCode.notFound,
  });
}

/** Whether there is one or not. */
export async function putHoldout(home: string, folder: string, input: NewHoldout): Promise<MadeHoldout> {
  return write(await holdoutStore(home, folder), await requireWanted(folder, input.id), input);
}

async function write(store: string, wanted: Wanted, { from, run, says }: NewHoldout): Promise<MadeHoldout> {
  const { id, hash, text } = wanted;
  const given = from === undefined ? null : await readGiven(resolve(from), id, hash);
  const own = { ...(run === undefined ? {} : { run }), ...(says === undefined ? {} : { says }) };
  const made = check({ ...template(id, hash), ...given, ...own }, id);
  const target = holdoutFolder(store, id);
  const draft = draftFolder(store, id);
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(draft), { recursive: true, mode: 0o700 });
  const isTemplate = given === null && run === undefined;
  try {
    if (from === undefined) await mkdir(draft, { mode: 0o700 });
    else await copyPlain(resolve(from), draft);
    await writeFile(join(draft, holdoutFile), render(made, text));
    if (isTemplate) await writeFile(join(draft, templateScript), templateText(id), { mode: 0o700 });
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  const kept = await retire(store, id);
  await rename(draft, target);
  return { id, folder: target, template: isTemplate, retired: kept };
}

/** E_LINK for anything but files and folders: a link would lead elsewhere in each place that it is copied to. */
async function copyPlain(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    async filter(path) {
      const info = await lstat(path);
      if (info.isFile() || info.isDirectory()) return true;
      throw new UserError('E_LINK', `${path} is neither a file nor a folder`, 'put the file itself there', {
        exit: exitCode.conflict,
      });
    },
  });
}

function template(criterion: CriterionId, demands: string): Holdout {
  return {
    version: 1,
    criterion,
    demands,
    run: `sh "$1/${templateScript}"`,
    says: 'It does not do what the criterion says.',
  };
}

/** What a folder brings: its own `holdout.yaml` where it has one, but for the criterion and its words. */
async function readGiven(from: string, criterion: CriterionId, demands: string): Promise<Partial<Holdout>> {
  const file = join(from, holdoutFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return {};
  const loaded = loadHoldout(text, file);
  if (!loaded.ok) throw configError(loaded.problems);
  return { ...loaded.holdout, criterion, demands };
}

function check(holdout: Holdout, id: CriterionId): Holdout {
  const loaded = loadHoldout(stringify(holdout), `the hold-out of ${id}`);
  if (!loaded.ok) throw configError(loaded.problems);
  return loaded.holdout;
}

function render(holdout: Holdout, words: string): string {
  const about = words.split('\n').map((line) => `#   ${line}`);
  return [
    `# A scenario that no maker sees. It was written for these words of ${holdout.criterion}:`,
    ...about,
    '# run: from the root of a clean checkout; "$1" is the folder of this file. Exit code 0: it holds.',
    '# says: all that a maker learns when it fails.',
    stringify(holdout),
  ].join('\n');
}

/** Nothing that a person wrote is thrown away. */
async function retire(store: string, id: CriterionId): Promise<string | null> {
  const folder = holdoutFolder(store, id);
  if ((await namesIn(folder)).length === 0) return null;
  for (let number = 1; ; number += 1) {
    const place = join(store, retired, `${id}.${number}`);
    if (await exists(place)) continue;
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await rename(folder, place);
    return place;
  }
}
