/** What is built, from the history of the user's repository alone. */
import { blame } from '../git/blame.ts';
import { isAncestor, listBetween } from '../git/history.ts';
import { readWorkHistory } from '../git/work-history.ts';
import { readTrailers, type Trailers } from '../model/trailers.ts';
import { foldHistory, nothingBuilt, type Built, type BuiltCommit } from '../spec/built.ts';
import type { Drift } from '../spec/compare.ts';
import { findDrift, isConcerned } from '../spec/find-drift.ts';

/** A reading that can be gone on from: the commits that it covers, and what they say. */
export interface BuiltReading {
  readonly version: 2;
  readonly tips: readonly string[];
  readonly built: Built;
  /** Who wrote the lines of a generated file that was edited by hand: by `COMMIT:PATH` of the first tip. */
  readonly authors: Readonly<Record<string, readonly string[] | null>>;
}

/** Goes on from an earlier reading when all that it covered is still there; else reads everything. */
export async function readBuilt(
  gitDir: string,
  tips: readonly string[],
  before: BuiltReading | null,
): Promise<BuiltReading> {
  if (before !== null && sameTips(before.tips, tips)) return before;
  const usable = before !== null && (await covers(gitDir, tips, before.tips)) ? before : null;
  const start = usable?.built ?? nothingBuilt;
  const commits = await readWorkHistory({ gitDir, tips, known: usable?.tips ?? [], begun: start.length > 0 });
  const read: BuiltCommit[] = [];
  for (const { commit, at, message, files } of commits) {
    const trailers = message === null ? null : readTrailers(message);
    read.push({ commit, at, files, trailers, takesBack: await listTakenBack(gitDir, trailers) });
  }
  const built = foldHistory(start, read);
  return { version: 2, tips, built, authors: {} };
}

async function listTakenBack(gitDir: string, trailers: Trailers | null): Promise<readonly string[]> {
  if (trailers === null || trailers.reverts === null) return [];
  const { reverts, revertsSince } = trailers;
  return revertsSince === null ? [reverts] : [reverts, ...(await listBetween(gitDir, revertsSince, reverts))];
}

function sameTips(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((tip, index) => tip === b[index]);
}

/** Whether every old tip comes before a new one; a rewritten history is read from its beginning. */
async function covers(gitDir: string, tips: readonly string[], old: readonly string[]): Promise<boolean> {
  for (const each of old) {
    const found = await Promise.all(tips.map((tip) => isAncestor(gitDir, each, tip)));
    if (!found.includes(true)) return false;
  }
  return true;
}

/** Beyond so many files, an edit is told of its file, not of its lines: each file is a run of git. */
const mostFiles = 200;

/** Every generated file with edits by hand, at the first tip. `isHandWritten`: files whose edits are nobody's concern. */
export async function readDrift(
  gitDir: string,
  reading: BuiltReading,
  isHandWritten: (path: string) => boolean,
): Promise<{ readonly drifts: readonly Drift[]; readonly reading: BuiltReading }> {
  const [tip] = reading.tips;
  const { built } = reading;
  const edited = Object.entries(built.files).filter(([path, { byHand }]) => byHand.length > 0 && !isHandWritten(path));
  if (tip === undefined || edited.length === 0) return { drifts: [], reading };
  const authors: Record<string, readonly string[] | null> = {};
  const drifts: Drift[] = [];
  for (const [path, file] of edited) {
    if (!isConcerned(file, built)) continue;
    const key = `${tip}:${path}`;
    const known = reading.authors[key];
    if (known === undefined && Object.keys(authors).length >= mostFiles) {
      drifts.push(...findDrift(path, file, [], built));
      continue;
    }
    const found = known === undefined ? await authorsOf(gitDir, tip, path) : known;
    authors[key] = found;
    drifts.push(...findDrift(path, file, found, built));
  }
  return { drifts, reading: { ...reading, authors } };
}

async function authorsOf(gitDir: string, commit: string, path: string): Promise<readonly string[] | null> {
  const lines = await blame({ gitDir, commit, path });
  return lines === null ? null : lines.map((line) => line.commit);
}
