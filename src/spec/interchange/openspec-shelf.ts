/** The requirements of a spec while a change is applied: found by name, replaced, taken away, appended. */
import { foldName, type CutSpec, type Piece } from './openspec-pieces.ts';

export interface Shelf {
  readonly lineEnd: string;
  has(name: string): boolean;
  /** Must be there. */
  get(name: string): Piece;
  /** Replaces what has this name, perhaps by something with another one. */
  put(name: string, piece: Piece): void;
  take(name: string): void;
  /** Behind the last requirement, with a blank line between. */
  append(piece: Piece): void;
  /** A name that differs only in capitals or spaces, other than `except`; `null` when there is none. */
  nearest(name: string, except: string | null): string | null;
  pieces(): readonly Piece[];
}

export function createShelf({ pieces, end, lineEnd }: CutSpec): Shelf {
  const inside = pieces.slice(0, end ?? undefined);
  const behind = end === null ? [] : pieces.slice(end);
  const gone = new Set<number>();
  const places = new Map<string, number>();
  const folded = new Map<string, Set<string>>();
  let hasSection = end !== null;
  const enter = (name: string, at: number) => {
    places.set(name, at);
    const fold = foldName(name);
    folded.set(fold, (folded.get(fold) ?? new Set()).add(name));
  };
  const forget = (name: string) => {
    places.delete(name);
    folded.get(foldName(name))?.delete(name);
  };
  const placeOf = (name: string): number => {
    const at = places.get(name);
    if (at === undefined) throw new Error(`there is no requirement ${name}`);
    return at;
  };
  const push = (piece: Piece) => {
    dropLast(inside, gone);
    const last = inside.at(-1);
    if (last !== undefined) {
      const text = last.text.endsWith('\n') || last.text === '' ? last.text : `${last.text}${lineEnd}`;
      inside[inside.length - 1] = { ...last, text, gap: last.gap === '' ? lineEnd : last.gap };
    }
    if (piece.name !== null) enter(piece.name, inside.length);
    inside.push({ ...piece, gap: last?.gap ?? '' });
  };
  for (const [at, { name }] of inside.entries()) if (name !== null) enter(name, at);
  return {
    lineEnd,
    has: (name) => places.has(name),
    get: (name) => inside[placeOf(name)] as Piece,
    put(name, piece) {
      const at = placeOf(name);
      inside[at] = piece;
      forget(name);
      enter(piece.name ?? name, at);
    },
    take(name) {
      gone.add(placeOf(name));
      forget(name);
    },
    append(piece) {
      if (!hasSection) push({ name: null, line: 0, text: `## Requirements${lineEnd}`, gap: '' });
      hasSection = true;
      push(piece);
    },
    nearest(name, except) {
      for (const other of folded.get(foldName(name)) ?? []) if (other !== name && other !== except) return other;
      return null;
    },
    pieces() {
      dropLast(inside, gone);
      return [...inside.filter((_, at) => !gone.has(at)), ...behind];
    },
  };
}

/** When the last pieces have gone, the last that is left is followed by what followed them. */
function dropLast(pieces: Piece[], gone: Set<number>): void {
  const last = pieces.at(-1);
  const left = pieces.findLastIndex((_, at) => !gone.has(at));
  if (left === pieces.length - 1 || last === undefined) return;
  for (let at = left + 1; at < pieces.length; at += 1) gone.delete(at);
  pieces.length = left + 1;
  const end = pieces.pop();
  if (end !== undefined) pieces.push({ ...end, gap: last.gap });
}
