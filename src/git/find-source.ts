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
    if (line.startsWith('--- ')) oldPath = pathIn(line.slice(4), 'a/');
    else if (line.startsWith('+++ ')) newPath = pathIn(line.slice(4), 'b/');
    const [, oldStart, oldCount = '1', newStart, newCount = '1'] =
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (oldStart === undefined) continue;
    open = { old: [], new: [] };
    left = { old: Number(oldCount), new: Number(newCount) };
    hunks.push({ oldPath, newPath, oldStart: Number(oldStart), newStart: Number(newStart), ...open });
  }
  return hunks;
}

/** git ends names that hold a blank with a tab. */
function pathIn(text: string, prefix: string): string {
  const name = unquotePath(text.replace(/\t$/, ''));
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** What must agree before two stretches count as one that was moved: a lone brace is found everywhere. */
const fewestChars = 8;
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
  if (run !== null && (run.chars >= fewestChars || before.filter((text) => text === wanted).length === 1))
    return at(hunk, run.index, 'reformatted');
  const joined = before.join('');
  const found = wanted.length >= fewestChars ? joined.indexOf(wanted) : -1;
  if (found !== -1) return at(hunk, lineAtOffset(before, found), 'reformatted');
  // Several lines became this one: it begins with one of them.
  const start = before.findIndex((text) => text.length >= fewestChars && wanted.includes(text));
  return start === -1 ? null : at(hunk, start, 'reformatted');
}

function findMoved(hunks: readonly Hunk[], hunk: Hunk, index: number): Source | null {
  const after = hunk.new.map(compact);
  let best: { readonly source: Source; readonly chars: number } | null = null;
  for (const other of hunks) {
    if (other === hunk) continue;
    const run = longestRun(other.old.map(compact), after, index);
    if (run === null || run.chars < fewestChars || run.chars <= (best?.chars ?? 0)) continue;
    best = { source: at(other, run.index, 'moved'), chars: run.chars };
  }
  return best?.source ?? null;
}

function findEdited(hunk: Hunk, index: number): Source | null {
  const wanted = hunk.new[index] ?? '';
  const scores = hunk.old.map((text) => similarity(text, wanted));
  const best = Math.max(-1, ...scores);
  return best < similarEnough ? null : at(hunk, scores.indexOf(best), 'edited');
}

/** So many neighbours on each side tell one place from another; more would make long runs of one line take forever. */
const furthest = 100;

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
    for (let step = 1; step <= furthest && isSame(before[place - step], after[index - step]); step += 1)
      chars += before[place - step]?.length ?? 0;
    for (let step = 1; step <= furthest && isSame(before[place + step], after[index + step]); step += 1)
      chars += before[place + step]?.length ?? 0;
    if (best === null || chars > best.chars) best = { index: place, chars };
  }
  return best;
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && a === b;
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
