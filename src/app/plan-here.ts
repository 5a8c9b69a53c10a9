/** The plan of the checkout around a folder: specs as they lie there, against what history says is built. */
import { listFilesAt, readFilesAt } from '../git/history.ts';
import type { UserRepository } from '../git/user-repository.ts';
import { estimate, type Estimate } from '../insight/estimate.ts';
import type { ItemState } from '../machine/state.ts';
import { UserError } from '../model/user-error.ts';
import { comparePlan, isToDo, type PlanRow, type Underway } from '../spec/compare.ts';
import { parseSpec } from '../spec/parse-spec.ts';
import { planItems, type PlannedItem } from '../spec/plan-items.ts';
import { listWanted } from '../spec/wanted.ts';
import { readWorkPlans } from './work-plans-here.ts';
import { handWritten, readBuiltHere, type BuiltHere } from './built-here.ts';
import { digestCriterion } from '../steps/criterion-digest.ts';
import type { Factory } from './open-factory.ts';
import { readProjectHere } from './pin-here.ts';
import { findCheckout, registerProject } from './projects.ts';
import type { Unprovable } from '../steps/unprovable.ts';
import { lintSpecs, type LintedSpec } from './specs-here.ts';
import { unprovableHere } from './unprovable-here.ts';

export interface PlanHere {
  readonly rows: readonly PlanRow[];
  readonly items: readonly PlannedItem[];
  readonly estimate: Estimate;
  /** Criteria that have no id, by spec: nothing can be planned for them. */
  readonly nameless: readonly { readonly spec: string; readonly count: number }[];
  readonly undelivered: readonly string[];
  readonly project: string;
  /** The branch that work lands on. */
  readonly target: string;
  /** Specs and work plans whose text differs from the latest commit of the target; work is done on what is committed there. */
  readonly uncommitted: readonly string[];
  /** Why a work.md is not followed. */
  readonly faults: readonly string[];
  /** Specs that ask for nothing yet because they are not ready: what is wrong with each, in a line. */
  readonly empty: readonly string[];
  /** Criteria to be built whose evidence nothing could bring: their items would not start. */
  readonly unprovable: readonly Unprovable[];
  /** Where the open items are that rows name. */
  readonly underway: ReadonlyMap<string, Pick<ItemState, 'status' | 'reason'>>;
}

/** `only`: specs, or criteria, by name; everything without one. E_NOT_FOUND for a name that is neither. */
export async function planHere(factory: Factory, folder: string, only: readonly string[]): Promise<PlanHere> {
  const { repository } = await findCheckout(folder);
  const { id: project } = await registerProject(factory.store, folder);
  const specs = await specsHere(folder);
  const { config } = await readProjectHere(folder);
  const here = await readBuiltHere(factory.home.root, repository, config.target, handWritten(config));
  const wanted = specs.flatMap(({ spec, findings }) => listWanted(spec, findings, digestCriterion));
  const all = comparePlan(wanted, here.built, await readUnderway(factory, project), here.drifts);
  const rows = all.filter((row) => only.length === 0 || only.some((name) => name === row.id || name === row.spec));
  const unknown = only.find((name) => !rows.some((row) => name === row.id || name === row.spec));
  if (unknown !== undefined)
    throw new UserError('E_NOT_FOUND', `there is no spec or criterion ${JSON.stringify(unknown)}`, 'mw spec list', {
      exit: 5,
    });
  const { plans, faults, texts } = await readWorkPlans(folder, specs);
  const items = planItems(rows, { before: await readBefore(repository, rows), files: filesOf(rows, here), plans });
  return {
    rows,
    items,
    estimate: await estimate(factory.store, project, items.length),
    nameless: specs.flatMap(({ spec }) => {
      const count = spec.requirements.flatMap(({ criteria }) => criteria).filter(({ id }) => id === null).length;
      return count === 0 ? [] : [{ spec: spec.name, count }];
    }),
    undelivered: here.undelivered,
    faults,
    empty: specs.flatMap(({ spec, path, findings }) => {
      const fault = findings.find(({ severity }) => severity === 'error');
      const asks = spec.requirements.some(({ criteria }) => criteria.length > 0);
      return asks || fault === undefined ? [] : [`${path}:${fault.line} is not ready: ${fault.text}`];
    }),
    unprovable: await unprovableHere(folder, items, factory.home.project(project).holdouts),
    underway: await readStates(factory, rows),
    project,
    target: config.target,
    uncommitted: await listUncommitted(
      repository,
      here.accepted,
      new Map([...specs.map(({ path, text }) => [path, text] as const), ...texts]),
    ),
  };
}

/** A repository without specs is no mistake here: what was built of the last one is to be removed. */
async function specsHere(folder: string): Promise<readonly LintedSpec[]> {
  return lintSpecs(folder, [], false).catch((error: unknown) => {
    if (error instanceof UserError && error.code === 'E_NO_SPECS') return [];
    throw error;
  });
}

/** Specs and work plans whose text is another one in the accepted commit, or which are there or here alone. */
async function listUncommitted(
  { commonDir }: UserRepository,
  accepted: string | null,
  texts: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  if (accepted === null) return [...texts.keys()];
  const isOne = (path: string) => /^specs\/[^/]+\/(?:spec|work)\.md$/.test(path);
  const committed = (await listFilesAt(commonDir, accepted, 'specs')).filter(isOne);
  const found = await readFilesAt(commonDir, accepted, committed);
  const plain = (text: string | undefined) => text?.replaceAll('\r\n', '\n');
  const changed = [...texts].filter(([path, text]) => plain(found.get(path)?.toString('utf8')) !== plain(text));
  return [...changed.map(([path]) => path), ...committed.filter((path) => !texts.has(path))].sort();
}

async function readStates(factory: Factory, rows: readonly PlanRow[]): Promise<PlanHere['underway']> {
  const ids = [...new Set(rows.flatMap(({ item }) => item ?? []))];
  if (ids.length === 0) return new Map();
  const items = await factory.store.items({ ids });
  return new Map(items.map(({ state }) => [state.item.id, { status: state.status, reason: state.reason }]));
}

async function readUnderway(factory: Factory, project: string): Promise<readonly Underway[]> {
  const open = await factory.store.items({ open: true, project });
  return open.flatMap(({ state: { item } }) =>
    item.criteria.map(({ id, hash, action }) => ({ id, hash, action, item: item.id })),
  );
}

/** What changed criteria demanded when they were built, by the spec of that commit. */
async function readBefore(repository: UserRepository, rows: readonly PlanRow[]): Promise<ReadonlyMap<string, string>> {
  const before = new Map<string, string>();
  const wanted = rows.filter((row) => isToDo(row) && row.builtCommit !== null && row.action !== 'add');
  const commits = Map.groupBy(wanted, ({ builtCommit }) => builtCommit ?? '');
  for (const [commit, group] of commits) {
    const paths = [...new Set(group.map(({ spec }) => `specs/${spec}/spec.md`))];
    const files = await readFilesAt(repository.commonDir, commit, paths);
    for (const { id, spec, builtHash } of group) {
      const text = files.get(`specs/${spec}/spec.md`)?.toString('utf8');
      if (text === undefined) continue;
      for (const requirement of parseSpec(spec, text).requirements) {
        const found = requirement.criteria.find((each) => each.id === id);
        if (found !== undefined && digestCriterion(found.meaning) === builtHash) before.set(id, found.meaning);
      }
    }
  }
  return before;
}

function filesOf(rows: readonly PlanRow[], { built }: BuiltHere): ReadonlyMap<string, readonly string[]> {
  const wanted = new Map(
    rows.filter(isToDo).flatMap(({ builtCommit, id }) => (builtCommit === null ? [] : [[id, builtCommit] as const])),
  );
  const commits = new Set(wanted.values());
  const byCommit = new Map<string, string[]>();
  for (const [path, { generated }] of Object.entries(built.files)) {
    for (const commit of generated)
      if (commits.has(commit)) byCommit.set(commit, [...(byCommit.get(commit) ?? []), path]);
  }
  return new Map([...wanted].map(([id, commit]) => [id, byCommit.get(commit) ?? []]));
}
