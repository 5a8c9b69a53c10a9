/** How the specs differ from what is built: criterion by criterion, pure. */
import type { Evidence } from '../model/criterion.ts';
import type { Built } from './built.ts';

/** A criterion as the specs have it now. */
export interface Wanted {
  readonly id: string;
  readonly hash: string;
  readonly text: string;
  readonly evidence: Evidence;
  readonly spec: string;
  readonly requirement: string;
  readonly line: number;
  /** Why work may not start on it; `null` when it may. */
  readonly unready: string | null;
}

/** Work on a criterion that is under way, with the text that it is pinned to. */
export interface Underway {
  readonly id: string;
  readonly item: string;
  readonly hash: string;
  readonly action: 'implement' | 'change' | 'remove' | 'adopt';
}

/** Lines of a generated file that a person touched last. */
export interface Drift {
  readonly criterion: string;
  readonly file: string;
  /** `null`: lines were taken away, or the whole file. */
  readonly lines: { readonly from: number; readonly to: number } | null;
  readonly commit: string;
}

export type PlanAction = 'add' | 'change' | 'remove' | 'drift' | 'unchanged';

export interface PlanRow {
  readonly action: PlanAction;
  readonly id: string;
  readonly spec: string;
  readonly requirement: string | null;
  readonly line: number | null;
  readonly hash: string | null;
  readonly text: string | null;
  readonly evidence: Evidence | null;
  /** What it demanded when it was built; `null` when it never was. */
  readonly builtHash: string | null;
  readonly builtCommit: string | null;
  readonly unready: string | null;
  /** An open item that does this already; with another text than the spec's, `pinned` is the hash of that. */
  readonly item: string | null;
  readonly pinned: string | null;
  readonly drift: readonly Drift[];
}

/** Rows in the order of the specs, then what is to be removed, by id. */
export function comparePlan(
  wanted: readonly Wanted[],
  built: Built,
  underway: readonly Underway[],
  drifts: readonly Drift[],
): readonly PlanRow[] {
  const working = new Map(underway.map((each) => [each.id, each]));
  const drifted = Map.groupBy(drifts, ({ criterion }) => criterion);
  const asked = new Set(wanted.map(({ id }) => id));
  const rows = wanted.map((each): PlanRow => {
    const known = built.criteria[each.id];
    const builtHash = known?.hash ?? null;
    const drift = drifted.get(each.id) ?? [];
    return {
      action:
        builtHash === null ? 'add' : builtHash !== each.hash ? 'change' : drift.length > 0 ? 'drift' : 'unchanged',
      ...each,
      builtHash,
      builtCommit: known?.commit ?? null,
      ...workOn(working.get(each.id), each.hash),
      drift,
    };
  });
  const gone = Object.entries(built.criteria)
    .filter(([id, { hash }]) => hash !== null && !asked.has(id))
    .map(([id, known]): PlanRow => {
      const work = working.get(id);
      return {
        action: 'remove',
        id,
        spec: id.slice(0, id.indexOf('/')),
        requirement: null,
        line: null,
        hash: null,
        text: null,
        evidence: null,
        builtHash: known.hash,
        builtCommit: known.commit,
        unready: null,
        item: work?.item ?? null,
        pinned: work !== undefined && work.action !== 'remove' ? work.hash : null,
        drift: [],
      };
    });
  return [...rows, ...gone.sort((a, b) => compareIds(a.id, b.id))];
}

function workOn(work: Underway | undefined, hash: string): Pick<PlanRow, 'item' | 'pinned'> {
  if (work === undefined) return { item: null, pinned: null };
  const same = work.action !== 'remove' && work.hash === hash;
  return { item: work.item, pinned: same ? null : work.hash };
}

/** By spec, then by number. */
export function compareIds(a: string, b: string): number {
  const [specA = '', numberA = ''] = a.split('/AC-');
  const [specB = '', numberB = ''] = b.split('/AC-');
  return specA < specB ? -1 : specA > specB ? 1 : Number(numberA) - Number(numberB);
}

/** Whether `mw apply` has something to do about it: it differs, may start, and nobody is at it with the same text. */
export function isToDo(row: PlanRow): boolean {
  if (row.action === 'unchanged' || row.action === 'drift' || row.unready !== null) return false;
  return row.item === null || row.pinned !== null;
}
