/** Reads what a change does to one spec: the four sections ADDED, MODIFIED, REMOVED and RENAMED Requirements. */
import { readHeading, type Line } from '../scan-lines.ts';
import { readLines, readRequirementName } from './openspec-pieces.ts';
import { caution, note, refusal, type Remark } from './remark.ts';

export interface Named {
  readonly name: string;
  readonly line: number;
}

/** A requirement that stands in a delta with all of its text. */
export interface DeltaBlock extends Named {
  /** Without blank lines at its end; `\n` between its lines and at its end. */
  readonly text: string;
}

export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

export interface Delta {
  readonly added: readonly DeltaBlock[];
  readonly modified: readonly DeltaBlock[];
  readonly removed: readonly Named[];
  readonly renamed: readonly Rename[];
  /** What stands below `## Purpose`; it is for a spec that does not exist yet. */
  readonly purpose: string | null;
  /** What in it is read by nobody. */
  readonly remarks: readonly Remark[];
}

const kinds = ['added', 'modified', 'removed', 'renamed'] as const;
type Kind = (typeof kinds)[number];

/** Never throws; what does not fit is in `remarks`. A section that stands twice counts twice. */
export function readDelta(file: string): Delta {
  const remarks: Remark[] = [];
  const found: Record<Kind, Line[][]> = { added: [], modified: [], removed: [], renamed: [] };
  let purpose: Line[] | null = null;
  let current: Line[] | null = null;
  let title = '';
  for (const line of readLines(file)) {
    const heading = readHeading(line);
    if (heading?.depth === 2) {
      title = heading.text;
      const kind = kinds.find((each) => title.toLowerCase() === `${each} requirements`);
      current = kind === undefined ? null : [];
      if (kind !== undefined && current !== null) found[kind].push(current);
      if (title.toLowerCase() === 'purpose') {
        purpose = [];
        current = purpose;
      }
      continue;
    }
    const name = readRequirementName(line);
    if (name !== null && (current === null || current === purpose)) remarks.push(strayRequirement(name, title, line));
    current?.push(line);
  }
  const take = (kind: 'added' | 'modified') => found[kind].flatMap((body) => readBlocks(body, remarks));
  return {
    added: take('added'),
    modified: take('modified'),
    removed: found.removed.flatMap((body) => readRemoved(body, remarks)),
    renamed: found.renamed.flatMap((body) => readRenames(body, remarks)),
    purpose: purpose === null ? null : textOf(purpose).trim() || null,
    remarks: remarks.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}

export function isEmptyDelta({ added, modified, removed, renamed }: Delta): boolean {
  return added.length + modified.length + removed.length + renamed.length === 0;
}

function strayRequirement(name: string, title: string, line: Line): Remark {
  return caution(
    'stray-requirement',
    line.number,
    `"${name}" stands ${title === '' ? 'above the first section' : `below "## ${title}"`}, where nothing is applied`,
    'move it below ## ADDED, MODIFIED or REMOVED Requirements',
  );
}

function readBlocks(body: readonly Line[], remarks: Remark[]): readonly DeltaBlock[] {
  const blocks: { name: string; line: number; lines: Line[] }[] = [];
  let skipping = true;
  for (const line of body) {
    const name = readRequirementName(line);
    const heading = readHeading(line);
    if (name !== null) {
      blocks.push({ name, line: line.number, lines: [line] });
      skipping = false;
    } else if (heading !== null && heading.depth <= 3) {
      skipping = true;
      remarks.push(
        caution(
          'not-a-requirement',
          line.number,
          `"${heading.text}" is no requirement; neither it nor what stands below it is applied`,
          'write it as "### Requirement: NAME", or put it into the spec by hand',
        ),
      );
    } else if (!skipping) blocks.at(-1)?.lines.push(line);
  }
  return blocks.map(({ name, line, lines }) => ({ name, line, text: `${textOf(lines).trimEnd()}\n` }));
}

function textOf(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => (end === '' ? text : `${text}\n`)).join('');
}

/** `### Requirement: NAME`, or the same in an entry of a list. */
function readRemoved(body: readonly Line[], remarks: Remark[]): readonly Named[] {
  const names: (Named & { explained: boolean })[] = [];
  for (const line of body) {
    const name = readRequirementName(line) ?? (line.literal ? null : readQuotedName(line.text, /^\s*[-*+]\s*/));
    if (name !== null) names.push({ name, line: line.number, explained: false });
    else if (/\b(?:reason|migration)\b/i.test(line.text)) {
      const last = names.at(-1);
      if (last !== undefined) last.explained = true;
    }
  }
  for (const { name, line, explained } of names) {
    if (!explained) remarks.push(note('no-reason', line, `"${name}" is removed without a Reason or a Migration`));
  }
  return names.map(({ name, line }) => ({ name, line }));
}

/** A heading in the middle of a line, perhaps in backticks. */
function readQuotedName(text: string, lead: RegExp): string | null {
  const start = lead.exec(text);
  if (start === null) return null;
  const rest = text.slice(start[0].length).trim().replace(/^`/, '').replace(/`$/, '');
  const heading = /^###\s*requirement:\s*/i.exec(rest);
  if (heading === null) return null;
  return rest.slice(heading[0].length).trim() || null;
}

/** A FROM and the TO that follows it; a half pair is refused, because any guess would rename what nobody named. */
function readRenames(body: readonly Line[], remarks: Remark[]): readonly Rename[] {
  const renames: Rename[] = [];
  let pending: Named | null = null;
  const half = ({ name, line }: Named, side: 'FROM' | 'TO') =>
    remarks.push(
      refusal(
        'half-rename',
        line,
        `${side} "${name}" has no ${side === 'FROM' ? 'TO' : 'FROM'}`,
        'write each rename as a line with FROM and right below it one with TO',
      ),
    );
  for (const { text, literal, number } of body) {
    if (literal) continue;
    const from = readQuotedName(text, /^\s*(?:[-*+]\s*)?FROM:\s*/);
    const to = readQuotedName(text, /^\s*(?:[-*+]\s*)?TO:\s*/);
    if (from !== null) {
      if (pending !== null) half(pending, 'FROM');
      pending = { name: from, line: number };
    } else if (to !== null) {
      if (pending === null) half({ name: to, line: number }, 'TO');
      else renames.push({ from: pending.name, to, line: pending.line });
      pending = null;
    }
  }
  if (pending !== null) half(pending, 'FROM');
  return renames;
}
