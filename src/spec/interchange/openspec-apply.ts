/**
 * Applies what a change says about one spec to that spec, in OpenSpec's order: RENAMED, REMOVED, MODIFIED, ADDED. Every
 * byte of what the change does not name stays as it is. All or nothing: a rule that is broken refuses the whole delta.
 */
import { checkDelta } from './openspec-check-delta.ts';
import { readDelta, type Delta, type DeltaBlock } from './openspec-delta.ts';
import { keepIds } from './openspec-keep-ids.ts';
import { cutSpec, isSameText, joinPieces, type CutSpec, type Piece } from './openspec-pieces.ts';
import * as say from './openspec-remarks.ts';
import { findDroppedScenarios } from './openspec-scenarios.ts';
import { createShelf, type Shelf } from './openspec-shelf.ts';
import { isRefused, type Remark } from './remark.ts';
import { rememberNext } from './remember-next.ts';

export interface Counts {
  readonly renamed: number;
  readonly removed: number;
  readonly modified: number;
  readonly added: number;
}

export type Applied =
  | { readonly type: 'applied'; readonly text: string; readonly counts: Counts; readonly remarks: readonly Remark[] }
  /** At least one remark is an error. Lines are those of the delta, unless the text says otherwise. */
  | { readonly type: 'refused'; readonly remarks: readonly Remark[] };

/** `spec`: its text, `null` when the change makes it. `name`: of the spec, for the numbers of ids. */
export function applyDelta(name: string, spec: string | null, delta: string): Applied {
  const plan = readDelta(delta);
  const remarks = [...checkDelta(plan)];
  if (isRefused(remarks)) return { type: 'refused', remarks };
  const before = spec ?? beginSpec(name, plan);
  const cut = cutSpec(before);
  const shelf = createShelf(cut);
  remarks.push(...checkTarget(cut, plan, spec === null));
  if (isRefused(remarks)) return { type: 'refused', remarks };
  const counts = {
    renamed: rename(shelf, plan, remarks),
    removed: remove(shelf, plan, remarks),
    modified: modify(shelf, plan, remarks),
    added: add(shelf, plan, remarks),
  };
  const pieces = shelf.pieces();
  const text = joinPieces(pieces);
  // A fence or comment that is never closed would swallow what now follows it.
  if (namesOf(cutSpec(text).pieces) !== namesOf(pieces)) remarks.push(say.swallowed());
  if (isRefused(remarks)) return { type: 'refused', remarks };
  return { type: 'applied', text: rememberNext(name, before, text), counts, remarks };
}

function namesOf(pieces: readonly Piece[]): string {
  return pieces.flatMap(({ name }) => name ?? []).join('\n');
}

/** A spec that did not exist: the purpose that the delta gives it, or the question for one, which keeps it from being ready. */
function beginSpec(name: string, { purpose }: Delta): string {
  const title = name
    .split(/[-/]+/)
    .filter((word) => word !== '')
    .map((word, index) => (index === 0 ? `${word.slice(0, 1).toUpperCase()}${word.slice(1)}` : word))
    .join(' ');
  const question = '[NEEDS CLARIFICATION: who wants this, and why? The change that began it does not say]';
  return `# ${title}\n\n## Purpose\n\n${purpose ?? question}\n\n## Requirements\n`;
}

/** What makes a spec, or the lack of one, unfit for this delta. */
function checkTarget({ pieces }: CutSpec, plan: Delta, isNew: boolean): readonly Remark[] {
  if (isNew) {
    return [
      ...plan.modified.map((each) => say.noSpec(each, 'MODIFIED')),
      ...plan.renamed.map(({ from, line }) => say.noSpec({ name: from, line }, 'RENAMED')),
      ...(plan.purpose === null ? [say.noPurpose()] : []),
    ];
  }
  const seen = new Map<string, number>();
  const twice = pieces.flatMap(({ name, line }) => {
    if (name === null) return [];
    const first = seen.get(name);
    seen.set(name, first ?? line);
    return first === undefined ? [] : [say.targetTwice(name, first, line)];
  });
  return [...twice, ...(plan.purpose === null ? [] : [say.purposeUnused()])];
}

function rename(shelf: Shelf, { renamed }: Delta, remarks: Remark[]): number {
  let done = 0;
  for (const each of renamed) {
    const { from, to } = each;
    const near = shelf.nearest(shelf.has(from) ? to : from, shelf.has(from) ? from : to);
    if (!shelf.has(from) && shelf.has(to) && near === null) remarks.push(say.alreadyRenamed(each));
    else if (!shelf.has(from)) remarks.push(say.notThere(each.line, from, 'RENAMED', near));
    else if (shelf.has(to)) remarks.push(say.exists(each.line, to, to));
    else if (near !== null) remarks.push(say.exists(each.line, to, near));
    else {
      const piece = shelf.get(from);
      const heading = piece.text.slice(0, piece.text.indexOf('\n') + 1) || piece.text;
      const at = heading.lastIndexOf(from);
      const changed = `${heading.slice(0, at)}${to}${heading.slice(at + from.length)}`;
      shelf.put(from, { ...piece, name: to, text: `${changed}${piece.text.slice(heading.length)}` });
      done += 1;
    }
  }
  return done;
}

function remove(shelf: Shelf, { removed }: Delta, remarks: Remark[]): number {
  let done = 0;
  for (const { name, line } of removed) {
    const near = shelf.nearest(name, null);
    if (shelf.has(name)) {
      shelf.take(name);
      done += 1;
    } else if (near === null) remarks.push(say.alreadyRemoved(name, line));
    else remarks.push(say.notThere(line, name, 'REMOVED', near));
  }
  return done;
}

function modify(shelf: Shelf, { modified }: Delta, remarks: Remark[]): number {
  let done = 0;
  for (const block of modified) {
    const { name, line } = block;
    if (!shelf.has(name)) {
      remarks.push(say.notThere(line, name, 'MODIFIED', shelf.nearest(name, null)));
      continue;
    }
    const old = shelf.get(name);
    const dropped = findDroppedScenarios(old.text, block.text);
    if (dropped.length > 0) remarks.push(say.scenarioLost(block, dropped));
    const { text, lost } = keepIds(old.text, block.text);
    remarks.push(...lost.map((id) => say.idLost(block, id)));
    if (isSameText(old.text, text)) remarks.push(say.alreadyModified(block));
    else {
      shelf.put(name, { ...old, text: fit(text, shelf.lineEnd, old.text) });
      done += 1;
    }
  }
  return done;
}

/** The text with the line ends of the spec, and without a last one where the spec has none. */
function fit(text: string, lineEnd: string, old: string): string {
  const whole = lineEnd === '\n' ? text : text.replaceAll('\n', lineEnd);
  return old.endsWith('\n') ? whole : whole.slice(0, -lineEnd.length);
}

function add(shelf: Shelf, { added }: Delta, remarks: Remark[]): number {
  let done = 0;
  for (const block of added) {
    const { name, line } = block;
    const near = shelf.nearest(name, null);
    if (shelf.has(name)) {
      const { text } = shelf.get(name);
      const same = isSameText(text, keepIds(text, block.text).text);
      remarks.push(same ? say.alreadyAdded(block) : say.exists(line, name, name));
    } else if (near !== null) remarks.push(say.exists(line, name, near));
    else {
      shelf.append(pieceOf(block, shelf.lineEnd));
      done += 1;
    }
  }
  return done;
}

function pieceOf({ name, line, text }: DeltaBlock, lineEnd: string): Piece {
  return { name, line, text: fit(text, lineEnd, '\n'), gap: '' };
}
