/** Our spec in parts that spec-kit writes in its own way: headings, scenarios, and lines that are the same in both. */
import { isThematicBreak, readHeading, type Line } from '../scan-lines.ts';
import { readLines } from './openspec-pieces.ts';
import { caution, note, type Remark } from './remark.ts';
import { readStepLines, writeScenarioItem } from './spec-kit-steps.ts';

export interface Unit {
  readonly kind: 'heading' | 'scenario' | 'line';
  /** Without a line end at its end. */
  readonly text: string;
  /** Its own line end and the blank lines behind it. */
  readonly gap: string;
  readonly line: number;
}

/** Everything but blank lines at the beginning; a scenario goes on up to the next heading, or to a line that divides. */
export function readUnits(spec: string): readonly Unit[] {
  const units: { kind: Unit['kind']; lines: Line[] }[] = [];
  for (const line of readLines(spec)) {
    const last = units.at(-1);
    const heading = readHeading(line);
    const blank = line.text.trim() === '';
    if (heading !== null) {
      units.push({ kind: isScenarioHeading(line.text) ? 'scenario' : 'heading', lines: [line] });
    } else if (!line.literal && isThematicBreak(line.text)) units.push({ kind: 'line', lines: [line] });
    else if (last !== undefined && (blank || last.kind === 'scenario')) last.lines.push(line);
    else if (!blank) units.push({ kind: 'line', lines: [line] });
  }
  return units.map(({ kind, lines }) => {
    const end = lines.findLastIndex(({ text }) => text.trim() !== '') + 1;
    const text = lines.slice(0, end).map((line) => line.text);
    const gap = lines.slice(end - 1).map((line, index) => (index === 0 ? '' : line.text.trim()) + (line.end && '\n'));
    return { kind, text: text.join('\n'), gap: gap.join(''), line: lines[0]?.number ?? 1 };
  });
}

export function isScenarioHeading(text: string): boolean {
  return /^ {0,3}####[ \t]+scenario:/i.test(text);
}

interface WrittenUnit {
  readonly text: string;
  readonly remarks: readonly Remark[];
  /** The number of a scenario. */
  readonly number: number | null;
}

/** `partner`: what it was before it was edited. `last`: number of the scenario above. */
export function writeUnit(
  unit: Unit,
  partner: { readonly foreign: string; readonly ours: string } | null,
  last: number,
): WrittenUnit {
  const plain = (text: string): WrittenUnit => ({ text, remarks: [], number: null });
  if (unit.kind === 'line') return plain(unit.text);
  if (unit.kind === 'heading') return plain(writeHeading(unit.text, partner?.foreign ?? ''));
  if (isScenarioHeading(partner?.foreign ?? '')) return plain(unit.text);
  const [heading = '', ...lines] = unit.text.split('\n');
  const steps = readStepLines(lines);
  if (steps.length === 0) {
    const said = lines.filter((line) => line.trim() !== '').join('\n');
    const remark = caution('no-steps', unit.line, 'a scenario without steps is written as text', 'add WHEN and THEN');
    return { text: said === '' ? heading.replace(/^.*?:\s*/, '') : said, remarks: [remark], number: null };
  }
  const before = /^\s*([-*+]|\d{1,9}[.)])/.exec(partner?.foreign ?? '')?.[1] ?? `${last + 1}.`;
  const text = writeScenarioItem({ marker: before, steps });
  return { text, remarks: checkName(heading, partner, unit.line), number: Number.parseInt(before, 10) || null };
}

function checkName(heading: string, partner: { readonly ours: string } | null, line: number): readonly Remark[] {
  const known = partner?.ours.split('\n')[0]?.trim() === heading.trim() || /, scenario \d+\s*$/.test(heading);
  const name = heading.replace(/^.*?:\s*/, '').trim();
  return known ? [] : [note('name', line, `spec-kit’s scenarios have no names: ${JSON.stringify(name)} stays here`)];
}

/** A heading goes back to the level that it had. */
function writeHeading(text: string, foreign: string): string {
  const requirement = /^\s*###\s+requirement:\s*(.*)$/i.exec(text)?.[1];
  const before = /^\s{0,3}(#{1,6})\s/.exec(foreign)?.[1];
  if (requirement !== undefined) return `${before ?? '###'} ${requirement}`;
  return before === undefined ? text : `${before} ${text.replace(/^\s*#{1,6}\s+/, '')}`;
}
