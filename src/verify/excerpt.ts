/** The part of an output that matters for the next attempt. */
import { showControl } from '../model/visible-text.ts';
import { isForeignFrame, statesFailure } from './failure-lines.ts';
import { plainLines } from './plain-lines.ts';

const longestLine = 600;
/** Room for one note on what was left out. */
const gapRoom = 40;
/** Lines shown before and after one that states a failure: the code frame above, the stack’s top below. */
const before = 2;
const after = 8;

interface Line {
  readonly text: string;
  /** How many lines of the output it stands for. */
  readonly count: number;
  readonly fails: boolean;
}

/**
 * At most `maxChars` characters of the output, safe to show: no terminal sequences, controls made visible. Everything
 * when it fits. Otherwise the end, where runners sum up; then the lines that state failures with what stands around them,
 * first ones first; then the beginning. Repeated lines, and stack frames of runtimes and libraries, are folded; each gap
 * says how many lines it leaves out. Total over any text; shorter than `gapRoom` only a cut is left.
 */
export function excerptOutput(output: string, maxChars: number): string {
  const lines = foldLines(plainLines(output));
  const whole = renderAll(lines);
  if (whole.length <= maxChars) return whole;
  const kept = chooseLines(lines, maxChars);
  return cutText(renderKept(lines, kept), maxChars);
}

/** Runs of one line become one with a count; foreign frames after the first of a stack fold into it. */
function foldLines(raw: readonly string[]): readonly Line[] {
  const lines: Line[] = [];
  let previous: string | null = null;
  for (const rawLine of raw) {
    const line = rawLine.trimEnd();
    const last = lines.at(-1);
    const foreign = isForeignFrame(line);
    const repeats = line === previous || (foreign && previous !== null && isForeignFrame(previous));
    previous = line;
    if (last !== undefined && repeats) {
      lines[lines.length - 1] = { ...last, count: last.count + 1 };
    } else {
      lines.push({ text: cutText(showControl(line), longestLine), count: 1, fails: !foreign && statesFailure(line) });
    }
  }
  while (lines.at(-1)?.text === '') lines.pop();
  while (lines[0]?.text === '') lines.shift();
  return lines;
}

function renderLine(line: Line): string {
  return line.count === 1 || line.text === '' ? line.text : `${line.text} [… and ${line.count - 1} more like it]`;
}

function renderAll(lines: readonly Line[]): string {
  return lines.map(renderLine).join('\n');
}

/** Indexes of the lines to show, within the room: the tail, then failures, then the head. */
function chooseLines(lines: readonly Line[], maxChars: number): ReadonlySet<number> {
  const kept = new Set<number>();
  let room = maxChars - gapRoom;
  // Every line pays for a gap behind it, so that the notes always fit.
  const keep = (index: number, floor: number): boolean => {
    const line = lines[index];
    if (line === undefined || kept.has(index)) return true;
    const gap = kept.has(index - 1) || kept.has(index + 1) ? 0 : gapRoom;
    const cost = renderLine(line).length + 1 + gap;
    if (room - cost < floor) return false;
    room -= cost;
    kept.add(index);
    return true;
  };
  const tailFloor = maxChars * 0.75;
  for (let index = lines.length - 1; index >= 0 && keep(index, tailFloor); index -= 1);
  const headFloor = maxChars * 0.1;
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    if (!line.fails || seen.has(line.text)) continue;
    seen.add(line.text);
    if (!keepAround(index, (near) => keep(near, headFloor))) break;
  }
  for (let index = 0; index < lines.length && keep(index, 0); index += 1);
  return kept;
}

/** The line first, then what stands around it, as far as there is room. */
function keepAround(index: number, keep: (index: number) => boolean): boolean {
  if (!keep(index)) return false;
  for (let near = index + 1; near <= index + after; near += 1) if (!keep(near)) return false;
  for (let near = index - 1; near >= index - before; near -= 1) if (!keep(near)) return false;
  return true;
}

function renderKept(lines: readonly Line[], kept: ReadonlySet<number>): string {
  const shown: string[] = [];
  let omitted = 0;
  for (const [index, line] of lines.entries()) {
    if (!kept.has(index)) {
      omitted += line.count;
      continue;
    }
    if (omitted > 0) shown.push(describeGap(omitted));
    omitted = 0;
    shown.push(renderLine(line));
  }
  if (omitted > 0) shown.push(describeGap(omitted));
  return shown.join('\n');
}

function describeGap(lines: number): string {
  return lines === 1 ? '[… 1 line left out …]' : `[… ${lines} lines left out …]`;
}

/** At most `maxChars` characters, never half of a surrogate pair, marked as cut where there is room for the mark. */
function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const mark = maxChars >= gapRoom ? ' [… cut]' : '';
  const end = Math.max(0, maxChars - mark.length);
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return text.slice(0, splitsPair ? end - 1 : end) + mark;
}
