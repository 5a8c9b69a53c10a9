/**
 * What is built, read from history alone: which criteria, demanding what, by which commit; and which files were
 * generated, and touched by hand since. A fold over commits, parents first; it can go on where it stopped.
 */
import type { Trailers } from '../model/trailers.ts';

export interface BuiltCriterion {
  /** `null` once it was removed. */
  readonly hash: string | null;
  readonly commit: string;
  /** Place in history: a commit with a higher one does not come before it. */
  readonly order: number;
  readonly at: string;
}

export interface GeneratedFile {
  /** Earlier names, oldest first. */
  readonly formerly: readonly string[];
  /** Commits whose work in it says which criteria it is for. */
  readonly generated: readonly string[];
  /** Commits of people that touched it after it was first generated. */
  readonly byHand: readonly { readonly commit: string; readonly order: number; readonly deleted: boolean }[];
}

export interface Built {
  readonly criteria: Readonly<Record<string, BuiltCriterion>>;
  readonly files: Readonly<Record<string, GeneratedFile>>;
  /** What each commit of ours implements or removes. */
  readonly work: Readonly<Record<string, { readonly order: number; readonly criteria: readonly string[] }>>;
  /** What a removal or a revert took away, so that taking that one back brings it again. */
  readonly undone: Readonly<Record<string, readonly Undone[]>>;
  readonly length: number;
}

export interface Undone {
  readonly id: string;
  readonly was: BuiltCriterion;
}

export interface BuiltCommit {
  readonly commit: string;
  readonly at: string;
  readonly trailers: Trailers | null;
  /** Commits whose work it takes back: several where it reverts a merge. */
  readonly takesBack: readonly string[];
  readonly files: readonly { readonly path: string; readonly from: string | null; readonly deleted: boolean }[];
}

export const nothingBuilt: Built = { criteria: {}, files: {}, work: {}, undone: {}, length: 0 };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Draft {
  readonly criteria: Map<string, BuiltCriterion>;
  readonly files: Map<string, Mutable<GeneratedFile>>;
  readonly work: Map<string, { order: number; criteria: readonly string[] }>;
  readonly undone: Map<string, readonly Undone[]>;
  length: number;
}

export function foldHistory(before: Built, commits: readonly BuiltCommit[]): Built {
  const draft: Draft = {
    criteria: new Map(Object.entries(before.criteria)),
    files: new Map(Object.entries(before.files)),
    work: new Map(Object.entries(before.work)),
    undone: new Map(Object.entries(before.undone)),
    length: before.length,
  };
  for (const commit of commits) foldCommit(draft, commit);
  return {
    criteria: Object.fromEntries(draft.criteria),
    files: Object.fromEntries(draft.files),
    work: Object.fromEntries(draft.work),
    undone: Object.fromEntries(draft.undone),
    length: draft.length,
  };
}

function foldCommit(draft: Draft, { commit, at, trailers, takesBack, files }: BuiltCommit): void {
  const order = draft.length;
  draft.length += 1;
  const ours = trailers !== null && trailers.reverts === null && isWork(trailers);
  const undone = takesBack.flatMap((reverted) => takeBack(draft, reverted, order));
  if (ours) {
    for (const { id, hash } of trailers.implements) draft.criteria.set(id, { hash, commit, order, at });
    for (const id of trailers.removes) {
      const was = draft.criteria.get(id);
      if (was !== undefined && was.hash !== null) undone.push({ id, was });
      draft.criteria.set(id, { hash: null, commit, order, at });
    }
    const criteria = [...trailers.implements.map(({ id }) => id), ...trailers.removes];
    draft.work.set(commit, { order, criteria });
  }
  if (undone.length > 0) draft.undone.set(commit, undone);
  for (const { path, from, deleted } of files) {
    if (from !== null) moveFile(draft, from, path);
    touch(draft, { path, from }, { commit, order, deleted }, ours);
  }
}

function isWork({ implements: implemented, removes, items }: Trailers): boolean {
  return implemented.length + removes.length + items.length > 0;
}

/**
 * A revert undoes what the commit said; what was built before that is not known to stand, so the plan builds it again.
 * What a removal or another revert had taken away is there again, as of now.
 */
function takeBack({ criteria, undone }: Draft, reverted: string, order: number): Undone[] {
  for (const { id, was } of undone.get(reverted) ?? []) {
    const now = criteria.get(id);
    if (now === undefined || now.commit === reverted) criteria.set(id, { ...was, order });
  }
  const own = [...criteria].filter(([, { commit }]) => commit === reverted);
  for (const [id] of own) criteria.delete(id);
  return own.flatMap(([id, was]) => (was.hash === null ? [] : [{ id, was }]));
}

function moveFile(draft: Draft, from: string, to: string): void {
  const known = draft.files.get(from);
  if (known === undefined) return;
  draft.files.delete(from);
  draft.files.set(to, { ...known, formerly: [...known.formerly, from] });
}

function touch(
  draft: Draft,
  { path, from }: { readonly path: string; readonly from: string | null },
  by: { readonly commit: string; readonly order: number; readonly deleted: boolean },
  ours: boolean,
): void {
  const known = draft.files.get(path);
  if (ours) {
    if (by.deleted) draft.files.delete(path);
    else if (known === undefined)
      // Renamed from a file of somebody else: its lines are older than our work in it.
      draft.files.set(path, { formerly: from === null ? [] : [from], generated: [by.commit], byHand: [] });
    else draft.files.set(path, { ...known, generated: [...known.generated, by.commit] });
  } else if (known !== undefined) draft.files.set(path, { ...known, byHand: [...known.byHand, by] });
}
