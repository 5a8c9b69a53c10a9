/**
 * A spec cut into pieces that a change may replace one by one: each requirement, and whatever lies between. Joined they
 * are the file again, byte for byte.
 */
import { maxLineChars } from '../parse-spec.ts';
import { plainText } from '../plain-text.ts';
import { readHeading, scanLines, type Line } from '../scan-lines.ts';

export interface Piece {
  /** The requirement's name as its heading has it; `null` for anything else. */
  readonly name: string | null;
  /** Line of its beginning, from 1. */
  readonly line: number;
  /** Up to its last line that is not blank, with the end of that line. */
  readonly text: string;
  /** The blank lines behind it. */
  readonly gap: string;
}

export interface CutSpec {
  readonly pieces: readonly Piece[];
  /** Where in `pieces` the requirements end, so that one more can be put there; `null` without `## Requirements`. */
  readonly end: number | null;
  /** `\r\n` when the first line ends so. */
  readonly lineEnd: string;
}

/** Lines in which a heading counts: not in fences, not in comments, not absurdly long. */
export function readLines(file: string): readonly Line[] {
  return scanLines(file).map((line) => (line.text.length > maxLineChars ? { ...line, literal: true } : line));
}

/** The name in `### Requirement: NAME`; `null` for any other line, and for a heading without a name. */
export function readRequirementName(line: Line): string | null {
  const heading = readHeading(line);
  return heading?.depth === 3 ? afterLabel(heading.text, 'requirement') : null;
}

/** The name of a scenario; with OpenSpec any heading of the fourth level is one, also without the word. */
export function readScenarioName(line: Line): string | null {
  const heading = readHeading(line);
  if (heading?.depth !== 4) return null;
  return afterLabel(heading.text, 'scenario') ?? heading.text;
}

function afterLabel(text: string, label: string): string | null {
  const colon = text.indexOf(':');
  if (colon === -1 || text.slice(0, colon).trim().toLowerCase() !== label) return null;
  return text.slice(colon + 1).trim() || null;
}

/** Names that differ only in this are one name, misspelt. */
export function foldName(name: string): string {
  return plainText(name).toLowerCase();
}

/** Blank lines and the kind of line ends make no difference to what a requirement says. */
export function isSameText(a: string, b: string): boolean {
  return normalize(a) === normalize(b);
}

function normalize(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

export function cutSpec(file: string): CutSpec {
  const lines = readLines(file);
  const pieces: Piece[] = [];
  let current: { name: string | null; lines: Line[] } = { name: null, lines: [] };
  let state: 'before' | 'inside' | 'after' = 'before';
  let end: number | null = null;
  const close = (name: string | null) => {
    if (current.lines.length > 0) pieces.push(makePiece(current.name, current.lines));
    current = { name, lines: [] };
  };
  for (const line of lines) {
    const heading = readHeading(line);
    if (heading !== null && state === 'inside' && heading.depth <= 2) {
      close(null);
      end = pieces.length;
      state = 'after';
    } else if (heading !== null && state === 'inside' && heading.depth === 3) close(readRequirementName(line));
    else if (state === 'before' && heading?.depth === 2 && heading.text.toLowerCase() === 'requirements')
      state = 'inside';
    current.lines.push(line);
  }
  close(null);
  if (state === 'inside') end = pieces.length;
  return { pieces, end, lineEnd: lines[0]?.end === '\r\n' ? '\r\n' : '\n' };
}

function makePiece(name: string | null, lines: readonly Line[]): Piece {
  const last = lines.findLastIndex(({ text }) => text.trim() !== '');
  const join = (some: readonly Line[]) => some.map(({ text, end }) => text + end).join('');
  return { name, line: lines[0]?.number ?? 1, text: join(lines.slice(0, last + 1)), gap: join(lines.slice(last + 1)) };
}

export function joinPieces(pieces: readonly Piece[]): string {
  return pieces.map(({ text, gap }) => text + gap).join('');
}
