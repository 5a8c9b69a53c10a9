/** Which criteria a person's edit of generated lines touches. */
import type { Built, GeneratedFile } from './built.ts';
import type { Drift } from './compare.ts';

/** The lines of a file with the commits that wrote them, in order. */
export type Authors = readonly string[];

/**
 * Lines of one generated file that people touched after it was generated. They belong to the criteria of the nearest
 * generated lines; a criterion that was built again since then knows of the edit, and is not meant. Without `authors`
 * the file is gone.
 */
export function findDrift(path: string, file: GeneratedFile, authors: Authors | null, built: Built): readonly Drift[] {
  const edits = new Map(file.byHand.map(({ commit, order }) => [commit, order]));
  if (authors === null) {
    const deleted = file.byHand.findLast(({ deleted }) => deleted);
    if (deleted === undefined) return [];
    return criteriaOf(file.generated, deleted.order, built).map((criterion) => ({
      criterion,
      file: path,
      lines: null,
      commit: deleted.commit,
    }));
  }
  const runs = runsOf(authors, edits);
  const shown = runs.flatMap(({ from, to, commit }) => {
    const near = [nearest(authors, from - 2, -1, built), nearest(authors, to, 1, built)].filter((id) => id !== null);
    const order = edits.get(commit) ?? 0;
    // No generated line is left to go by: the edit took the place of all of them.
    return criteriaOf(near.length === 0 ? file.generated : near, order, built).map((criterion) => ({
      criterion,
      file: path,
      lines: { from, to },
      commit,
    }));
  });
  // An edit of which no line is left took lines away.
  const visible = new Set(authors);
  const removals = file.byHand.filter(({ commit }) => !visible.has(commit));
  const hidden = removals.flatMap(({ commit, order }) =>
    criteriaOf(file.generated, order, built).map((criterion) => ({ criterion, file: path, lines: null, commit })),
  );
  return [...shown, ...hidden];
}

/** Whether any edit is newer than what was built in the file: otherwise nothing in it can have drifted. */
export function isConcerned(file: GeneratedFile, built: Built): boolean {
  const newest = file.byHand.reduce((most, { order }) => Math.max(most, order), -1);
  return criteriaOf(file.generated, newest, built).length > 0;
}

interface Run {
  readonly from: number;
  readonly to: number;
  readonly commit: string;
}

/** Neighbouring lines of one edit, counted from 1. */
function runsOf(authors: Authors, edits: ReadonlyMap<string, number>): readonly Run[] {
  const runs: Run[] = [];
  for (const [index, commit] of authors.entries()) {
    if (!edits.has(commit)) continue;
    const last = runs.at(-1);
    if (last?.commit === commit && last.to === index) runs[runs.length - 1] = { ...last, to: index + 1 };
    else runs.push({ from: index + 1, to: index + 1, commit });
  }
  return runs;
}

/** The next commit of ours in one direction. */
function nearest(authors: Authors, start: number, step: 1 | -1, built: Built): string | null {
  for (let index = start; index >= 0 && index < authors.length; index += step) {
    const commit = authors[index] ?? '';
    if (commit in built.work) return commit;
  }
  return null;
}

/** Criteria that these commits built and that nobody has built again since `order`. */
function criteriaOf(commits: readonly string[], order: number, built: Built): readonly string[] {
  const ids = commits.flatMap((commit) => built.work[commit]?.criteria ?? []);
  return [...new Set(ids)].filter((id) => {
    const known = built.criteria[id];
    return known !== undefined && known.hash !== null && known.order < order;
  });
}
