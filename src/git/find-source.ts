/** Where a line of a commit was before that commit: pure, from the commit's patch. */
import { unquotePath } from './quoted-path.ts';

/** One stretch of a patch made without context lines. */
export interface Hunk {
  readonly oldPath: string;
  readonly newPath: string;
  /** From 1; the line after which nothing was taken away counts too. */
  readonly oldStart: number;
  readonly old: readonly string[];
  readonly newStart: number;
  readonly new: readonly string[];
}

export interface Source {
  readonly path: string;
  readonly line: number;
  /** moved: the same words elsewhere · reformatted: the same words in other lines · edited: other words. */
  readonly how: 'moved' | 'reformatted' | 'edited';
}

export function parsePatch(patch: string): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let oldPath = '';
  let newPath = '';
  let open: { old: string[]; new: string[] } | null = null;
  let left = { old: 0, new: 0 };
  for (const line of patch.split('\n')) {
    if (open !== null && left.old + left.new > 0) {
      if (line.startsWith('-')) {
        open.old.push(line.slice(1));
        left.old -= 1;
      } else if (line.startsWith('+')) {
        open.new.push(line.slice(1));
        left.new -= 1;
      }
      continue;
    }
    if (line.startsWith('--- ')) oldPath = readPatchPath(line.slice(4), 'a/');
    else if (line.startsWith('+++ ')) newPath = readPatchPath(line.slice(4), 'b/');
    const [, oldStart, oldCount = '1', newStart, newCount = '1'] =
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (oldStart === undefined) continue;
    open = { old: [], new: [] };
    left = { old: Number(oldCount), new: Number(newCount) };
    hunks.push({ oldPath, newPath, oldStart: Number(oldStart), newStart: Number(newStart), ...open });
  }
  return hunks;
}

/** A path as a patch has it; git ends names that hold a blank with a tab. */
export function readPatchPath(text: string, prefix = ''): string {
  const name = unquotePath(text.replace(/\t$/, ''));
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What must agree before a part of a line counts as one that was broken off, or joined, in the same place. */
const fewestHere = 8;
/** What must agree before two stretches count as one that was moved: `return result;` is found everywhere. */
const fewestElsewhere = 13;
/** Neighbours that are looked at on either side, so that text that repeats itself takes no longer than other text. */
const mostNeighbours = 50;
/** A longer line is not one that anybody broke or joined; looking for its parts would take long. */
const longestLine = 10_000;
const similarEnough = 0.5;

/** The line's place before the commit; `null` when the commit brought it. */
export function findSource(hunks: readonly Hunk[], path: string, line: number): Source | null {
  const hunk = hunks.find(
    (each) => each.newPath === path && line >= each.newStart && line < each.newStart + each.new.length,
  );
  if (hunk === undefined) return null;
  const index = line - hunk.newStart;
  return inSameHunk(hunk, index) ?? findMoved(hunks, hunk, index) ?? findEdited(hunk, index);
}

/** The same words in the same place, perhaps in other lines. */
function inSameHunk(hunk: Hunk, index: number): Source | null {
  const before = hunk.old.map(compact);
  const after = hunk.new.map(compact);
  const offset = after.slice(0, index).join('').length;
  if (before.join('') === after.join('') && before.join('') !== '')
    return at(hunk, lineAtOffset(before, offset), 'reformatted');
  const wanted = after[index] ?? '';
  const run = longestRun(before, after, index);
  if (run !== null && (run.chars >= fewestHere || before.filter((text) => text === wanted).length === 1))
    return at(hunk, run.index, 'reformatted');
  const found = findBroken(before, after, index);
  return found === null ? null : at(hunk, found, 'reformatted');
}

/**
 * The line that this one was broken off, or the first of those that it was joined from. What stood beside its words must
 * stand there still, in whatever lines: otherwise somebody added words, or took some away.
 */
function findBroken(before: readonly string[], after: readonly string[], index: number): number | null {
  const wanted = after[index] ?? '';
  if (wanted.length < fewestHere || wanted.length > longestLine) return null;
  const old = before.join('');
  const found = old.indexOf(wanted);
  if (found === -1) return null;
  const first = lineAtOffset(before, found);
  const last = lineAtOffset(before, found + wanted.length - 1);
  const start = before.slice(0, first).join('').length;
  const end = before.slice(0, last + 1).join('').length;
  const left = old.slice(start, found).slice(-fewestHere);
  const right = old.slice(found + wanted.length, end).slice(0, fewestHere);
  const agrees =
    after.slice(0, index).join('').endsWith(left) &&
    after
      .slice(index + 1)
      .join('')
      .startsWith(right);
  return agrees ? first : null;
}

function findMoved(hunks: readonly Hunk[], hunk: Hunk, index: number): Source | null {
  const after = hunk.new.map(compact);
  let best: { readonly source: Source; readonly chars: number } | null = null;
  for (const other of hunks) {
    if (other === hunk) continue;
    const run = longestRun(other.old.map(compact), after, index);
    if (run === null || run.chars < fewestElsewhere || run.chars <= (best?.chars ?? 0)) continue;
    best = { source: at(other, run.index, 'moved'), chars: run.chars };
  }
  return best?.source ?? null;
}

function findEdited(hunk: Hunk, index: number): Source | null {
  const wanted = hunk.new[index] ?? '';
  let best = { index: -1, score: 0 };
  for (const [place, text] of hunk.old.entries()) {
    const score = similarity(text, wanted);
    if (score > best.score) best = { index: place, score };
  }
  if (best.score >= similarEnough) return at(hunk, best.index, 'edited');
  const whole = compact(wanted.slice(0, longestLine));
  const part = hunk.old.map(compact).findIndex((text) => text.length >= fewestHere && whole.includes(text));
  return part === -1 ? null : at(hunk, part, 'edited');
}

/** The place in `before` whose surroundings agree longest with those of `after[index]`. */
function longestRun(
  before: readonly string[],
  after: readonly string[],
  index: number,
): { readonly index: number; readonly chars: number } | null {
  let best: { index: number; chars: number } | null = null;
  for (const [place, text] of before.entries()) {
    if (text !== after[index]) continue;
    let chars = text.length;
    for (const way of [-1, 1]) {
      for (let step = 1; step <= mostNeighbours; step += 1) {
        const next = before[place + way * step];
        if (next === undefined || next !== after[index + way * step]) break;
        chars += next.length;
      }
    }
    if (best === null || chars > best.chars) best = { index: place, chars };
  }
  return best;
}

function at(hunk: Hunk, index: number, how: Source['how']): Source {
  return { path: hunk.oldPath, line: hunk.oldStart + index, how };
}

function lineAtOffset(lines: readonly string[], offset: number): number {
  let end = 0;
  for (const [index, text] of lines.entries()) {
    end += text.length;
    if (offset < end) return index;
  }
  return Math.max(lines.length - 1, 0);
}

/** What formatters leave alone: no white space, no commas and semicolons, one kind of quotes. */
function compact(text: string): string {
  return text.replaceAll(/[\s,;]+/g, '').replaceAll(/["`]/g, "'");
}

/** Dice's coefficient over pairs of characters: 1 for the same text, 0 for nothing in common. */
function similarity(a: string, b: string): number {
  const pairsA = pairsOf(compact(a).slice(0, 1_000));
  const pairsB = pairsOf(compact(b).slice(0, 1_000));
  if (pairsA.length + pairsB.length === 0) return 0;
  const counts = new Map<string, number>();
  for (const pair of pairsA) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  let common = 0;
  for (const pair of pairsB) {
    const left = counts.get(pair) ?? 0;
    if (left > 0) common += 1;
    counts.set(pair, left - 1);
  }
  return (2 * common) / (pairsA.length + pairsB.length);
}

function pairsOf(text: string): readonly string[] {
  return Array.from({ length: Math.max(text.length - 1, 0) }, (_, index) => text.slice(index, index + 2));
}
