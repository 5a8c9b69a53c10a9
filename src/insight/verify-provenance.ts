/** Whether what is noted beside a commit agrees with the commit, link by link. */
import { createHash } from 'node:crypto';
import { parentsOf } from '../git/history.ts';
import type { Origin } from './trace-origin.ts';

export interface Link {
  readonly name: string;
  /** unknown: what it would be held against is not here. */
  readonly state: 'holds' | 'broken' | 'unknown';
  /** What is wrong, or missing. */
  readonly text: string;
}

/** Reads an artifact by its hash; `null` when this factory does not have it. */
export type ReadArtifact = (hash: string) => Promise<Buffer | null>;

/** In the order from the commit outward. `digest`: the hash of a criterion's text. */
export async function verifyOrigin(
  gitDir: string,
  { commit, trailers, record }: Origin,
  digest: (text: string) => string,
  readArtifact: ReadArtifact,
): Promise<readonly Link[]> {
  if (record === null)
    return [{ name: 'note', state: 'unknown', text: 'there is no note beside the commit, or none that can be read' }];
  const say = (name: string, holds: boolean, text: string): Link => ({
    name,
    state: holds ? 'holds' : 'broken',
    text: holds ? '' : text,
  });
  const [parent = null] = await parentsOf(gitDir, commit.commit);
  const told = [...trailers.implements.map(({ id, hash }) => `${id}@${hash}`), ...trailers.removes].sort();
  const noted = record.criteria.map(({ id, action, hash }) => (action === 'remove' ? id : `${id}@${hash}`)).sort();
  const adopted = record.criteria.some(({ action }) => action === 'adopt');
  const wrong = record.criteria.find(({ hash, text, action }) => action !== 'remove' && digest(text) !== hash);
  const strange = trailers.attempts.find((address) => record.attempts.every((attempt) => attempt.address !== address));
  const contents = new Map<string, string>();
  for (const { address, prompt, instructions } of record.attempts) {
    if (prompt !== null) contents.set(prompt, `prompt of ${address}`);
    if (instructions !== null) contents.set(instructions.hash, `instructions ${instructions.name}`);
  }
  return [
    say(
      'commit',
      record.commit === commit.commit && record.base === parent,
      `the note is of ${record.commit} on ${record.base}`,
    ),
    say(
      'item',
      trailers.items.includes(record.item),
      `the commit names ${trailers.items.join(', ')}, the note ${record.item}`,
    ),
    say(
      'criteria',
      adopted || told.join() === noted.join(),
      `the commit names ${told.join(', ') || 'none'}, the note ${noted.join(', ') || 'none'}`,
    ),
    say('texts', wrong === undefined, `the text of ${wrong?.id} is not the one that was built`),
    say('attempts', strange === undefined, `the note knows nothing of ${strange}`),
    ...(await Promise.all([...contents].map(([hash, name]) => verifyContent(hash, name, readArtifact)))),
  ];
}

async function verifyContent(hash: string, name: string, readArtifact: ReadArtifact): Promise<Link> {
  const content = await readArtifact(hash);
  if (content === null) return { name, state: 'unknown', text: `its text is not in this factory's artifacts` };
  const found = createHash('sha256').update(content).digest('hex');
  return found === hash
    ? { name, state: 'holds', text: '' }
    : { name, state: 'broken', text: `its text hashes to ${found.slice(0, 12)}, not to ${hash.slice(0, 12)}` };
}
