/** A reading of history, and what it knows of single files. */
import type { KnownPast } from '../git/known-past.ts';
import type { KnownFile } from '../git/line-authors.ts';
import type { Built, GeneratedFile } from '../spec/built.ts';

/** A reading that can be gone on from: the commits that it covers, and what they say. */
export interface BuiltReading {
  readonly version: 4;
  readonly tips: readonly string[];
  readonly built: Built;
  /** Who wrote the lines of a generated file that was edited by hand: by what it holds, its latest commit and its path. */
  readonly authors: Readonly<Record<string, readonly string[]>>;
}

/** What a reading knows of a file's past; `null` for a file that was never generated. */
export function pastOf({ built }: BuiltReading, path: string): KnownPast | null {
  if (!Object.hasOwn(built.files, path)) return null;
  const file = built.files[path];
  if (file === undefined) return null;
  return { paths: [path, ...file.formerly], commits: commitsOf(file, built).map(({ commit }) => commit) };
}

/** All that touched it, in the order of history. */
export function commitsOf({ generated, byHand }: GeneratedFile, { work }: Built): KnownFile['commits'] {
  const ours = generated.map((commit) => ({ commit, order: work[commit]?.order ?? 0 }));
  return [...ours, ...byHand].sort((a, b) => a.order - b.order);
}
