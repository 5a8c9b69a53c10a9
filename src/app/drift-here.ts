/** What people changed by hand in generated code, and what may be done about it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addToProtect } from '../config/add-to-protect.ts';
import { projectFile } from '../config/load-project.ts';
import type { CriterionTask } from '../model/criterion.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import type { WorkItem } from '../model/work-item.ts';
import type { PlanRow } from '../spec/compare.ts';
import type { Factory } from './open-factory.ts';
import { planHere } from './plan-here.ts';
import { findCheckout } from './projects.ts';
import { addItems } from './work.ts';

/** Criteria whose generated lines were edited, also those that have changed since. */
export async function driftHere(
  factory: Factory,
  folder: string,
  names: readonly string[],
): Promise<readonly PlanRow[]> {
  const { rows } = await planHere(factory, folder, names);
  return rows.filter(({ drift }) => drift.length > 0);
}

/** Adds one item: `adopt` takes the edits into the spec, `regenerate` builds the criteria anew from the spec. */
export async function settleDrift(
  factory: Factory,
  folder: string,
  names: readonly string[],
  how: 'adopt' | 'regenerate',
): Promise<WorkItem> {
  const { rows, project } = await planHere(factory, folder, names);
  const drifted = rows.filter(({ drift }) => drift.length > 0);
  if (drifted.length === 0)
    throw new UserError(
      'E_NO_DRIFT',
      `nothing was changed by hand in what ${names.join(', ') || 'the specs'} built`,
      'mw drift',
      {
        exit: exitCode.notFound,
      },
    );
  const busy = drifted.find(({ item }) => item !== null);
  if (busy !== undefined)
    throw new UserError('E_UNDERWAY', `${busy.item} is at ${busy.id}`, `mw run ${busy.item}`, {
      exit: exitCode.conflict,
    });
  const ids = drifted.map(({ id }) => id).join(', ');
  const [item] = await addItems(factory, project, [
    {
      title: `${how === 'adopt' ? 'Take into the spec what was done by hand' : 'Build anew'}: ${ids}`.slice(0, 200),
      body: [
        how === 'adopt'
          ? 'These edits are to stay:'
          : 'These edits are not wanted; the criteria hold as they are written:',
        ...drifted.flatMap(describeEdits),
      ].join('\n'),
      criteria: drifted.map((row) => toTask(row, how)),
      ...(how === 'adopt' ? { pipeline: 'adopt' } : {}),
    },
  ]);
  if (item === undefined) throw new Error('no item was added');
  return item;
}

/** Declares files hand-written: from now on no agent changes them, and nobody wonders who did. Answers the file to commit. */
export async function protectFiles(folder: string, globs: readonly string[]): Promise<string> {
  const { path } = await findCheckout(folder);
  const file = join(path, projectFile);
  const text = await readFile(file, 'utf8');
  await writeFile(file, addToProtect(text, globs));
  return projectFile;
}

function describeEdits({ id, drift }: PlanRow): readonly string[] {
  return drift.map(
    ({ file, lines, commit }) =>
      `- ${id}: ${lines === null ? `${file}, lines taken away` : `${file}:${lines.from}-${lines.to}`}, in commit ${commit}`,
  );
}

function toTask({ id, hash, text, evidence }: PlanRow, how: 'adopt' | 'regenerate'): CriterionTask {
  return {
    id,
    action: how === 'adopt' ? 'adopt' : 'change',
    hash: hash ?? '',
    text: text ?? '',
    before: null,
    evidence: evidence ?? { type: 'test' },
  };
}
