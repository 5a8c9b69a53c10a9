/** Which hold-outs a project has, and which its specs ask for. */
import { join } from 'node:path';
import { CriterionId } from '../../model/criterion.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { Wanted } from '../../spec/compare.ts';
import { listWanted } from '../../spec/wanted.ts';
import { digestCriterion } from '../../steps/criterion-digest.ts';
import { findHoldout, holdoutFolder } from '../../steps/holdouts.ts';
import { lintSpecs } from '../specs-here.ts';
import { namesIn } from '../names-in.ts';
import { holdoutStore } from './place.ts';

/** ready: it can decide · unwritten: a template · stale: written for other words · broken: it cannot be used · missing: asked for and not there · unasked: no spec has its criterion. */
export type HoldoutState = 'ready' | 'unwritten' | 'stale' | 'broken' | 'missing' | 'unasked';

export interface HoldoutRow {
  readonly id: CriterionId;
  readonly state: HoldoutState;
  /** Of what the criterion demands now; empty where no spec has it. */
  readonly hash: string;
  /** Whether the criterion asks for it; one that is there decides in any case. */
  readonly required: boolean;
  readonly says: string | null;
  /** Why it cannot be used. */
  readonly detail: string | null;
  readonly folder: string;
}

/** Below this folder of the store lies what was replaced. */
export const retired = '.retired';

/** Everything that is there or asked for. */
export async function listHoldouts(home: string, folder: string): Promise<readonly HoldoutRow[]> {
  const store = await holdoutStore(home, folder);
  const wanted = await wantedHere(folder);
  const asked = [...wanted.values()].filter(({ evidence }) => evidence.type === 'hold-out').map(({ id }) => id);
  const ids = [...new Set([...(await listIds(store)), ...asked])];
  ids.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return Promise.all(ids.map((id) => describe(store, id, wanted.get(id) ?? null)));
}

async function describe(store: string, id: CriterionId, wanted: Wanted | null): Promise<HoldoutRow> {
  const found = await findHoldout(store, id);
  const row = {
    id,
    hash: wanted?.hash ?? '',
    required: wanted?.evidence.type === 'hold-out',
    folder: holdoutFolder(store, id),
  };
  if (found.type === 'missing') return { ...row, state: 'missing', says: null, detail: null };
  if (found.type === 'unwritten') return { ...row, state: 'unwritten', says: null, detail: `write ${found.script}` };
  if (found.type === 'broken') return { ...row, state: 'broken', says: null, detail: found.detail };
  const { says, demands } = found.holdout;
  const state = wanted === null ? 'unasked' : wanted.hash === demands ? 'ready' : 'stale';
  return { ...row, state, says, detail: null };
}

async function listIds(store: string): Promise<readonly CriterionId[]> {
  const ids: CriterionId[] = [];
  for (const spec of await namesIn(store)) {
    if (spec === retired) continue;
    for (const name of await namesIn(join(store, spec))) {
      const id = CriterionId.safeParse(`${spec}/${name}`);
      if (id.success) ids.push(id.data);
    }
  }
  return ids;
}

/** Criteria with an id of the checkout around a folder. */
async function wantedHere(folder: string): Promise<ReadonlyMap<string, Wanted>> {
  const specs = await lintSpecs(folder, [], false).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'E_NO_SPECS') return [];
    throw error;
  });
  const all = specs.flatMap(({ spec, findings }) => listWanted(spec, findings, digestCriterion));
  return new Map(all.map((each) => [each.id, each]));
}

/** E_NOT_FOUND without such a criterion in the checkout. */
export async function requireWanted(folder: string, id: string): Promise<Wanted> {
  const wanted = (await wantedHere(folder)).get(id);
  if (wanted !== undefined) return wanted;
  throw new UserError('E_NOT_FOUND', `no spec here has a criterion ${JSON.stringify(id)}`, 'mw spec show', {
    exit: exitCode.notFound,
  });
}
