/** What commits say: their tree, their parents, and who comes after whom. */
import { join } from 'node:path';
import { type GitObject, findObject, readObject, writeObject } from './objects.ts';
import { exists } from './repository-files.ts';

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
}

export async function readCommit(gitDir: string, id: string): Promise<Commit> {
  return parseCommit(await readObject(gitDir, id), id);
}

function parseCommit({ type, content }: GitObject, id: string): Commit {
  const text = content.toString('latin1');
  const header = text.slice(0, text.indexOf('\n\n'));
  const [, tree] = /^tree ([0-9a-f]+)$/m.exec(header) ?? [];
  if (type !== 'commit' || tree === undefined) throw new Error(`${id} is not a commit`);
  return { tree, parents: [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent ?? '') };
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** ISO 8601. */
  readonly date: string;
  readonly message: string;
}

/** Writes a commit object, byte for byte what `git commit-tree` makes of the same words. */
export async function writeCommit(gitDir: string, commit: NewCommit): Promise<string> {
  const seconds = Math.floor(Date.parse(commit.date) / 1_000);
  const person = ({ name, email }: NewCommit['author']): string => {
    // Such a name would end the line or the address early; only our own code gives names.
    if (/[<>\n\0]/.test(`${name}${email}`) || !Number.isFinite(seconds))
      throw new Error('not a name, an address and a date for a commit');
    return `${name} <${email}> ${seconds} +0000`;
  };
  const { message } = commit;
  if (message.includes('\0')) throw new Error('a commit message cannot hold a NUL character');
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${person(commit.author)}`,
    `committer ${person(commit.committer)}`,
  ];
  return writeObject(gitDir, 'commit', Buffer.from(`${lines.join('\n')}\n\n${message}`));
}

const longestWalk = 1_000;

/**
 * Whether `ancestor` is `commit` or comes before it, as far as a straight line of commits that lie open tells; `null`
 * when only git can say. Between landings history is such a line.
 */
export async function isAncestorOnLine(gitDir: string, ancestor: string, commit: string): Promise<boolean | null> {
  if (await exists(join(gitDir, 'shallow'))) return null;
  const first = await findObject(gitDir, ancestor);
  const before = first === null ? [] : parseCommit(first, ancestor).parents;
  let at = commit;
  for (let step = 0; step < longestWalk; step += 1) {
    if (at === ancestor) return true;
    // Nothing comes before its own parent, and on the way here it was not.
    if (before.includes(at)) return false;
    const object = await findObject(gitDir, at);
    const parents = object === null ? [] : parseCommit(object, at).parents;
    if (parents.length !== 1) return null;
    at = parents[0] ?? '';
  }
  return null;
}
