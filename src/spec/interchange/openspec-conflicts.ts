/**
 * What two changes that are under way at the same time do to one another. Found from their deltas alone, when they are
 * written: two changes fit together when the spec comes out the same whichever of them is applied first.
 */
import { readDelta, type Delta } from './openspec-delta.ts';
import { foldName, isSameText } from './openspec-pieces.ts';

/** One change's delta for one spec. */
export interface Proposal {
  readonly change: string;
  readonly delta: string;
}

export interface Place {
  readonly change: string;
  /** In its delta, from 1. */
  readonly line: number;
  /** `MODIFIED "Login"`. */
  readonly does: string;
}

export interface Conflict {
  readonly requirement: string;
  readonly one: Place;
  readonly other: Place;
}

/** What a change does to one requirement, seen from the name that it has in the spec as it stands. */
interface Touch {
  readonly name: string;
  readonly line: number;
  readonly removed: boolean;
  readonly renamedTo: string | null;
  readonly text: string | null;
  readonly isNew: boolean;
  /** Whether its old name, having been freed, is given to something else. */
  readonly isReplaced: boolean;
}

/** Every pair of proposals for one spec that does not fit together, in the order given. */
export function findConflicts(proposals: readonly Proposal[]): readonly Conflict[] {
  const read = proposals.map(({ change, delta }) => ({ change, ...readTouches(readDelta(delta)) }));
  return read.flatMap((one, index) => read.slice(index + 1).flatMap((other) => compare(one, other)));
}

interface Touches {
  readonly change: string;
  readonly touches: ReadonlyMap<string, Touch>;
  /** Names that requirements have only after the change. */
  readonly taken: ReadonlyMap<string, Touch>;
}

function readTouches({ added, modified, removed, renamed }: Delta): Omit<Touches, 'change'> {
  const touches = new Map<string, Touch>();
  const base = { removed: false, renamedTo: null, text: null, isNew: false, isReplaced: false };
  const oldNames = new Map(renamed.map(({ from, to }) => [foldName(to), from]));
  for (const { name, line } of removed) touches.set(foldName(name), { ...base, name, line, removed: true });
  for (const { from, to, line } of renamed) touches.set(foldName(from), { ...base, name: from, line, renamedTo: to });
  for (const { name, line, text } of modified) {
    const old = oldNames.get(foldName(name)) ?? name;
    const known = touches.get(foldName(old)) ?? { ...base, name: old, line };
    touches.set(foldName(old), { ...known, text });
  }
  for (const { name, line, text } of added) {
    const freed = touches.get(foldName(name));
    const touch = freed === undefined ? { ...base, name, line, text, isNew: true } : { ...freed, isReplaced: true };
    touches.set(foldName(name), touch);
  }
  const taken = [...touches.values()].filter(({ renamedTo, isNew }) => renamedTo !== null || isNew);
  return { touches, taken: new Map(taken.map((each) => [foldName(each.renamedTo ?? each.name), each])) };
}

function compare(one: Touches, other: Touches): readonly Conflict[] {
  const found: Conflict[] = [];
  const add = (a: Touch, b: Touch) =>
    found.push({ requirement: a.name, one: placeOf(one.change, a), other: placeOf(other.change, b) });
  for (const [fold, a] of one.touches) {
    const b = other.touches.get(fold);
    if (b !== undefined && !isCompatible(a, b)) add(a, b);
  }
  for (const [fold, a] of one.taken) {
    const b = other.taken.get(fold);
    // Two requirements that begin with one name are compared above.
    if (b !== undefined && foldName(a.name) !== foldName(b.name)) add(a, b);
    const user = other.touches.get(fold);
    if (user !== undefined && !user.isNew && !a.isNew) add(a, user);
  }
  for (const [fold, b] of other.taken) {
    const user = one.touches.get(fold);
    if (user !== undefined && !user.isNew && !b.isNew) add(user, b);
  }
  return found.sort((a, b) => a.one.line - b.one.line);
}

function isCompatible(a: Touch, b: Touch): boolean {
  // The second of the two would meet the new one under the old one's name.
  if (a.isReplaced || b.isReplaced) return false;
  if (a.removed || b.removed) return a.removed && b.removed;
  if (a.isNew !== b.isNew) return false;
  // Whoever renames takes the old name away from whoever does not.
  if (a.renamedTo !== b.renamedTo) return false;
  return a.text === null || b.text === null || isSameText(a.text, b.text);
}

function placeOf(change: string, { name, line, removed, renamedTo, text, isNew }: Touch): Place {
  const words = [
    ...(removed ? ['REMOVED'] : []),
    ...(renamedTo === null ? [] : ['RENAMED']),
    ...(isNew ? ['ADDED'] : text === null ? [] : ['MODIFIED']),
  ];
  return { change, line, does: `${words.join(' and ')} ${JSON.stringify(name)}` };
}
