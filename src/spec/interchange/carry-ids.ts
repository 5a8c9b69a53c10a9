import { keepIds } from './openspec-keep-ids.ts';
import { cutSpec, joinPieces } from './openspec-pieces.ts';
import { rememberNext } from './remember-next.ts';

/**
 * A spec that comes from elsewhere, with the ids that its criteria have in the spec that it replaces: requirement by
 * requirement of one name, see `keepIds`. Where there is no id to carry over, the same bytes. `name`: of the spec.
 */
export function carryIds(name: string, before: string, after: string): string {
  const old = new Map(
    cutSpec(before).pieces.flatMap((piece) => (piece.name === null ? [] : [[piece.name, piece.text]])),
  );
  const pieces = cutSpec(after).pieces.map((piece) => {
    const known = piece.name === null ? undefined : old.get(piece.name);
    return known === undefined ? piece : { ...piece, text: keepIds(known, piece.text).text };
  });
  return rememberNext(name, before, joinPieces(pieces));
}
