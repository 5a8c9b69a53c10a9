/** Provenance of the checkout around a folder: verified, exported, written again. */
import { blame } from '../git/blame.ts';
import { readNotes, writeNote } from '../git/notes.ts';
import { readRef } from '../git/refs.ts';
import { toAgentTrace, toStatement, type TracedRange } from '../insight/export-provenance.ts';
import { originOfCommit, parseRecord } from '../insight/trace-origin.ts';
import { verifyOrigin, type Link } from '../insight/verify-provenance.ts';
import { exitCode, UserError } from '../model/user-error.ts';
import { digestCriterion } from '../steps/criterion-digest.ts';
import { openArtifacts } from '../store/artifacts.ts';
import { homeAt } from '../store/home.ts';
import { readBuiltHere } from './built-here.ts';
import type { Factory } from './open-factory.ts';
import { findCheckout } from './projects.ts';
import { readOrigin } from './read-origin.ts';

export interface VerifiedCommit {
  readonly commit: string;
  readonly subject: string;
  readonly links: readonly Link[];
}

/** All landed commits that the checkout contains, or those that are named. */
export async function verifyHere(
  home: string,
  folder: string,
  named: readonly string[],
): Promise<readonly VerifiedCommit[]> {
  const { gitDir, commits } = await commitsHere(home, folder, named);
  const artifacts = openArtifacts(homeAt(home).artifacts);
  const verified: VerifiedCommit[] = [];
  for (const commit of commits) {
    const origin = await originOfCommit(gitDir, commit);
    const links = await verifyOrigin(gitDir, origin, digestCriterion, (hash) => artifacts.read(hash));
    verified.push({ commit, subject: origin.commit.subject, links });
  }
  return verified;
}

/** in-toto statements, one for each commit that has a note. */
export async function exportStatements(
  home: string,
  folder: string,
  named: readonly string[],
  version: string,
): Promise<readonly object[]> {
  const { gitDir, commits } = await commitsHere(home, folder, named);
  const notes = await readNotes(gitDir, commits);
  return commits.flatMap((commit) => {
    const record = parseRecord(notes.get(commit) ?? null, commit);
    return record === null ? [] : [toStatement(record, version)];
  });
}

/** One Agent Trace record of the latest commit. */
export async function exportAgentTrace(home: string, folder: string, version: string): Promise<object> {
  const { repository } = await findCheckout(folder);
  const gitDir = repository.commonDir;
  const { built, head } = await readBuiltHere(home, repository, null, () => true);
  if (head === null) throw noCommit();
  const notes = await readNotes(gitDir, Object.keys(built.work));
  const ranges: TracedRange[] = [];
  for (const path of Object.keys(built.files).sort()) {
    const lines = (await blame({ gitDir, commit: head, path })) ?? [];
    let before: string | null = null;
    for (const { line, commit } of lines) {
      const last = ranges.at(-1);
      if (commit === before && last !== undefined) ranges[ranges.length - 1] = { ...last, to: line };
      else if (built.work[commit] !== undefined) {
        const record = parseRecord(notes.get(commit) ?? null, commit);
        const maker = record?.attempts.findLast(({ outcome }) => outcome === 'succeeded');
        ranges.push({ path, from: line, to: line, item: record?.item ?? commit, model: maker?.model ?? null });
      }
      before = built.work[commit] === undefined ? null : commit;
    }
  }
  const { commit } = await originOfCommit(gitDir, head);
  return toAgentTrace(head, commit.at, ranges, version);
}

/** Writes notes again from the journal, for commits that have none. Answers how many. */
export async function restoreNotes(factory: Factory, folder: string): Promise<number> {
  const { repository } = await findCheckout(folder);
  const { gitDir, commits } = await commitsHere(factory.home.root, folder, []);
  const known = await readNotes(gitDir, commits);
  let written = 0;
  for (const commit of commits.filter((each) => !known.has(each))) {
    const { trailers } = await originOfCommit(gitDir, commit);
    const [item] = trailers.items;
    const record = item === undefined ? null : await readOrigin(factory.store, item, commit);
    if (record === null) continue;
    if ((await writeNote(repository.commonDir, commit, `${JSON.stringify(record, null, 2)}\n`)) === 'written')
      written += 1;
  }
  return written;
}

async function commitsHere(
  home: string,
  folder: string,
  named: readonly string[],
): Promise<{ readonly gitDir: string; readonly commits: readonly string[] }> {
  const { repository } = await findCheckout(folder);
  const gitDir = repository.commonDir;
  if (named.length === 0) {
    const { built } = await readBuiltHere(home, repository, null, () => true);
    return { gitDir, commits: Object.keys(built.work) };
  }
  const commits: string[] = [];
  for (const name of named) {
    const commit = await readRef(repository.gitDir, name);
    if (commit === null)
      throw new UserError('E_NOT_FOUND', `there is no commit ${JSON.stringify(name)}`, 'git log', {
        exit: exitCode.notFound,
      });
    commits.push(commit);
  }
  return { gitDir, commits };
}

function noCommit(): UserError {
  return new UserError('E_NOT_FOUND', 'the repository has no commit yet', 'git commit', { exit: exitCode.notFound });
}
