/** What the message of a landed commit says of where it comes from; the state of a project is read from these lines alone. */
import { CriterionHash, CriterionId, type CriterionTask } from './criterion.ts';
import { runAddress, type ItemId } from './id.ts';

export interface Origin {
  readonly item: ItemId;
  readonly run: number;
  /** `MW-12/build#3`, all whose work is in the commit. */
  readonly attempts: readonly string[];
  readonly criteria: readonly Pick<CriterionTask, 'id' | 'action' | 'hash'>[];
}

/** What a message says; each list is empty where it says nothing. */
export interface Trailers {
  /** Several after a squash. */
  readonly items: readonly string[];
  readonly runs: readonly string[];
  readonly attempts: readonly string[];
  readonly implements: readonly { readonly id: CriterionId; readonly hash: CriterionHash }[];
  readonly removes: readonly CriterionId[];
  /** The commit that this one takes back, in the words of `git revert`. */
  readonly reverts: string | null;
  /** Where that commit is a merge: the side that stays. All that the merge had brought is taken back. */
  readonly revertsSince: string | null;
}

export function writeTrailers({ item, run, attempts, criteria }: Origin): string {
  return [
    ...criteria.map(({ id, action, hash }) => (action === 'remove' ? `Removes: ${id}` : `Implements: ${id}@${hash}`)),
    `Millwright-Item: ${item}`,
    `Millwright-Run: ${runAddress(item, run)}`,
    ...attempts.map((attempt) => `Millwright-Attempt: ${attempt}`),
  ].join('\n');
}

/**
 * Reads a whole message. The lines count wherever they stand below the subject, also indented: a squash puts the
 * messages of several commits one below the other.
 */
export function readTrailers(message: string): Trailers {
  const found = { items: [], runs: [], attempts: [], implements: [], removes: [] } as {
    items: string[];
    runs: string[];
    attempts: string[];
    implements: { id: string; hash: string }[];
    removes: string[];
  };
  const [, reverts = null, revertsSince = null] =
    /^This reverts commit ([0-9a-f]{40,64})\b(?:, reversing\s+changes made to ([0-9a-f]{40,64})\b)?/m.exec(
      message.slice(message.indexOf('\n') + 1),
    ) ?? [];
  for (const line of message.split('\n').slice(1)) {
    const [, key, value = ''] = /^\s{0,8}([A-Z][A-Za-z-]{0,40}): (\S{1,200})\s*$/.exec(line) ?? [];
    if (key === 'Millwright-Item') found.items.push(value);
    else if (key === 'Millwright-Run') found.runs.push(value);
    else if (key === 'Millwright-Attempt') found.attempts.push(value);
    else if (key === 'Implements') {
      const [id = '', hash = ''] = value.split('@');
      if (CriterionId.safeParse(id).success && CriterionHash.safeParse(hash).success)
        found.implements.push({ id, hash });
    } else if (key === 'Removes' && CriterionId.safeParse(value).success) found.removes.push(value);
  }
  return { ...found, reverts, revertsSince };
}
