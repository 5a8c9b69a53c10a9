/** From what a person types to the change that is meant: a range, a commit, an item, or what is new on this branch. */
import { access } from 'node:fs/promises';
import { savedRepository } from '../../git/candidate.ts';
import { listBetween, mergeBaseOf, parentsOf } from '../../git/history.ts';
import { readMessages } from '../../git/messages.ts';
import { readRef } from '../../git/refs.ts';
import type { UserRepository } from '../../git/user-repository.ts';
import { exitCode, UserError } from '../../model/user-error.ts';
import type { Factory } from '../open-factory.ts';
import { refuseShallow } from '../refuse-shallow.ts';
import { requireItem } from '../work.ts';

export interface Change {
  /** Repository that has both commits. */
  readonly gitDir: string;
  readonly base: string;
  readonly commit: string;
  /** Where its rules are read: accepted history that it begins in. */
  readonly rules: string;
  /** What it was for, as far as anybody has said. */
  readonly title: string;
  readonly body: string;
}

const maxCommits = 50;

/** E_NOT_FOUND for a name that is none; E_NO_CHANGE where both ends are one. */
export async function resolveChange(
  factory: Factory,
  repository: UserRepository,
  target: string,
  named: string | undefined,
): Promise<Change> {
  if (named !== undefined && /^MW-[1-9]\d*$/.test(named)) return changeOfItem(factory, named);
  const { commonDir, gitDir } = repository;
  refuseShallow(commonDir);
  const [from, to] = await endsOf(repository, target, named);
  const base = await mergeBaseOf(commonDir, from, to);
  if (base === null) throw nothing('the two ends have no history in common');
  if (base === to)
    throw nothing(named === undefined ? `${target} has everything of this branch` : `${named} changes nothing`);
  const tip = await requireCommit(repository, `refs/heads/${target}`);
  const rules = await mergeBaseOf(commonDir, tip, to);
  if (rules === null) throw nothing(`${named ?? 'this branch'} has no history in common with ${target}`);
  const commits = (await listBetween(gitDir, base, to)).slice(0, maxCommits);
  const messages = await readMessages(commonDir, commits);
  const texts = commits.flatMap((id) => messages.get(id)?.text.trim() ?? []).reverse();
  const title = texts.length === 1 ? (texts[0]?.split('\n')[0] ?? '') : `${texts.length} commits`;
  return { gitDir: commonDir, base, commit: to, rules, title, body: texts.map(withoutTrailers).join('\n\n') };
}

/** `A..B` and `A...B` are what B brings; a commit is what it changes; nothing is what this branch brings. */
async function endsOf(
  repository: UserRepository,
  target: string,
  named: string | undefined,
): Promise<readonly [string, string]> {
  const read = (name: string) => requireCommit(repository, name);
  if (named === undefined) return [await read(`refs/heads/${target}`), await read('HEAD')];
  const range = /^(.*?)\.\.\.?(.*)$/.exec(named);
  if (range !== null) {
    const [, from = '', to = ''] = range;
    return [await read(from === '' ? 'HEAD' : from), await read(to === '' ? 'HEAD' : to)];
  }
  const commit = await read(named);
  const [parent] = await parentsOf(repository.commonDir, commit);
  if (parent !== undefined) return [parent, commit];
  throw new UserError('E_NO_CHANGE', `${named} has no parent to compare it with`, 'name a range: mw review A..B', {
    exit: exitCode.notFound,
  });
}

function nothing(what: string): UserError {
  return new UserError('E_NO_CHANGE', what, 'name a range or a commit: mw review HEAD~1..HEAD', {
    exit: exitCode.notFound,
  });
}

async function requireCommit({ gitDir }: UserRepository, name: string): Promise<string> {
  const commit = await readRef(gitDir, name);
  if (commit !== null) return commit;
  throw new UserError('E_NOT_FOUND', `there is no commit ${JSON.stringify(name)} here`, 'git log --oneline --all', {
    exit: exitCode.notFound,
  });
}

async function changeOfItem(factory: Factory, id: string): Promise<Change> {
  const { item, base, head } = await requireItem(factory, id);
  if (base === null || head === null || base === head)
    throw new UserError('E_NO_CHANGE', `${id} has changed nothing so far`, `mw show ${id}`, {
      exit: exitCode.notFound,
    });
  const project = factory.home.project(item.project);
  const places = [project.candidate(item.id), savedRepository({ gitDir: project.trusted }), project.trusted];
  for (const gitDir of places)
    if (await isThere(gitDir)) return { gitDir, base, commit: head, rules: base, title: item.title, body: item.body };
  throw new UserError('E_NOT_FOUND', `the commits of ${id} are not there any more`, `mw show ${id}`, {
    exit: exitCode.notFound,
  });
}

/** A reviewer is told what was wanted, not how it came about. */
function withoutTrailers(message: string): string {
  return message.replaceAll(/^\s*(?:Millwright-\w+|Co-authored-by|Signed-off-by):.*\n?/gim, '').trim();
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
