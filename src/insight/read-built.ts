/** What is built, from the history of the user's repository alone. */
import { blame } from '../git/blame.ts';
import { isAncestor, listBetween, readBlobIdsAt } from '../git/history.ts';
import { replayAuthors, type KnownFile } from '../git/line-authors.ts';
import { readWorkHistory } from '../git/work-history.ts';
import { readTrailers, type Trailers } from '../model/trailers.ts';
import { foldHistory, nothingBuilt, type BuiltCommit, type GeneratedFile } from '../spec/built.ts';
import type { Drift } from '../spec/compare.ts';
import { commitsOf, type BuiltReading } from './built-reading.ts';
import { findDrift, isConcerned } from '../spec/find-drift.ts';

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
  return { version: 4, tips, built, authors: usable?.authors ?? {} };
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

/** Beyond so many files, an edit is told of its file, not of its lines: each of these is a walk through history. */
const mostBlamed = 10;

/** Every generated file with edits by hand, at the first tip. `isHandWritten`: files whose edits are nobody's concern. */
export async function readDrift(
  gitDir: string,
  reading: BuiltReading,
  isHandWritten: (path: string) => boolean,
): Promise<{ readonly drifts: readonly Drift[]; readonly reading: BuiltReading }> {
  const [tip] = reading.tips;
  const { built } = reading;
  const edited = Object.entries(built.files).filter(
    ([path, file]) => file.byHand.length > 0 && !isHandWritten(path) && isConcerned(file, built),
  );
  if (tip === undefined || edited.length === 0) return { drifts: [], reading };
  const blobs = await readBlobIdsAt(
    gitDir,
    tip,
    edited.map(([path]) => path),
  );
  const files = edited.map(([path, file]): EditedFile => {
    const commits = commitsOf(file, built);
    const blob = blobs.get(path) ?? null;
    return { path, file, formerly: file.formerly, commits, blob, key: `${blob} ${commits.at(-1)?.commit} ${path}` };
  });
  const authors = await readAuthors(gitDir, tip, files, reading.authors);
  const drifts = files.flatMap(({ path, file, blob, key }) =>
    findDrift(path, file, blob === null ? null : (authors[key] ?? []), built),
  );
  return { drifts, reading: sameKeys(authors, reading.authors) ? reading : { ...reading, authors } };
}

interface EditedFile extends Omit<KnownFile, 'blob'> {
  readonly file: GeneratedFile;
  /** `null`: it is gone. */
  readonly blob: string | null;
  readonly key: string;
}

/** What is known already, what the patches of their commits tell, and of a few others what `git blame` says. */
async function readAuthors(
  gitDir: string,
  tip: string,
  files: readonly EditedFile[],
  known: BuiltReading['authors'],
): Promise<BuiltReading['authors']> {
  const authors: Record<string, readonly string[]> = {};
  const asked = files.flatMap((file) => (file.blob === null ? [] : [{ ...file, blob: file.blob }]));
  for (const { key } of asked) if (known[key] !== undefined) authors[key] = known[key];
  const replayed = await replayAuthors(
    gitDir,
    asked.filter(({ key }) => authors[key] === undefined),
  );
  const left: EditedFile[] = [];
  for (const each of asked) {
    const found = replayed.get(each.path);
    if (found !== undefined) authors[each.key] = found;
    else if (authors[each.key] === undefined) left.push(each);
  }
  for (const { key } of left.slice(mostBlamed)) authors[key] = [];
  const blamed = left.slice(0, mostBlamed);
  while (blamed.length > 0) {
    const pair = blamed.splice(0, 2);
    const found = await Promise.all(pair.map(({ path }) => blame({ gitDir, commit: tip, path })));
    for (const [index, { key }] of pair.entries()) authors[key] = found[index]?.map(({ commit }) => commit) ?? [];
  }
  return authors;
}

function sameKeys(a: BuiltReading['authors'], b: BuiltReading['authors']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b);
}
