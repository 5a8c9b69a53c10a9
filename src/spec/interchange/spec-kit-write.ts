/**
 * Writes a spec of ours as a spec-kit `spec.md`. With the file that it came from, what was not edited keeps its bytes
 * and an edited criterion changes its own lines only; without one, the file is written anew.
 */
import { isCriterionId, readId, readNext } from '../criterion-id.ts';
import { matchSequences } from './match-sequences.ts';
import { note, type Remark } from './remark.ts';
import { readSpecKit, type Segment } from './spec-kit-read.ts';
import { isScenarioHeading, readUnits, writeUnit, type Unit } from './spec-kit-units.ts';

export interface Written {
  readonly text: string;
  /** What spec-kit has no place for; lines are those of our spec. */
  readonly remarks: readonly Remark[];
}

/** A segment that says something, with the foreign bytes that follow it and say nothing. */
interface Known {
  readonly segment: Segment;
  readonly key: string;
  readonly gap: string;
}

/** `origin`: the foreign file that `spec` was read from. */
export function writeSpecKit(spec: string, origin: string): Written {
  const { text, segments } = readSpecKit(origin);
  if (dropIds(spec) === dropIds(text)) return { text: origin, remarks: [] };
  const lineEnd = /^[^\n]*\r\n/.test(origin) ? '\r\n' : '\n';
  const { lead, known } = group(segments);
  const { units, purpose } = setPurposeAside(readUnits(dropIds(spec)), segments);
  const remarks = checkPurpose(purpose, segments);
  const stretches = matchSequences(
    known.map(({ key }) => key),
    units.map((unit) => keyOf(unit.text)),
  );
  const out = [lead];
  let last = 0;
  for (const { same, a, b } of stretches) {
    const [old, now] = [known.slice(...a), units.slice(...b)];
    if (same) {
      out.push(...old.map(({ segment, gap }) => segment.foreign + gap));
      last = lastNumber(old.at(-1)?.segment.foreign) ?? 0;
      continue;
    }
    for (const [unit, partner] of pair(now, old)) {
      const written = writeUnit(unit, partner?.segment ?? null, last);
      remarks.push(...written.remarks);
      last = written.number ?? last;
      const body = written.text.replaceAll('\n', lineEnd);
      const gap = partner === null ? unit.gap.replaceAll('\n', lineEnd) : lineEnd + partner.gap;
      out.push(closeLine(out, lineEnd), body, gap);
    }
  }
  const whole = out.join('');
  return { text: origin.endsWith('\n') || whole === '' ? whole : whole.replace(/(?:\r?\n)+$/, ''), remarks };
}

/** A line that was the last of its file may have no end. */
function closeLine(out: readonly string[], lineEnd: string): string {
  const last = out.findLast((part) => part !== '');
  return last === undefined || last.endsWith('\n') ? '' : lineEnd;
}

function keyOf(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** Our own ids are not spec-kit's: its lines stay as they are when criteria get theirs. */
export function dropIds(spec: string): string {
  return spec
    .split('\n')
    .filter((line) => readNext(line) === null && !isIdAlone(line))
    .map((line) => line.replace(/[ \t]*<!-- (\S{1,90}) -->\s*$/, (all, id: string) => (isCriterionId(id) ? '' : all)))
    .join('\n');
}

function isIdAlone(line: string): boolean {
  return readId(line) !== null && /^\s*<!--[^>]*-->\s*$/.test(line);
}

function group(segments: readonly Segment[]): { readonly lead: string; readonly known: readonly Known[] } {
  const aside = new Set(purposeOf(segments));
  const known: { segment: Segment; key: string; gap: string }[] = [];
  let lead = '';
  for (const segment of joinScenarios(segments.filter((each) => !aside.has(each)))) {
    const last = known.at(-1);
    const key = keyOf(dropIds(segment.ours));
    if (key !== '') known.push({ segment, key, gap: '' });
    else if (last === undefined) lead += segment.foreign;
    else last.gap += segment.foreign;
  }
  return { lead, known };
}

/** A scenario that was written in our way over there is one segment with its steps, as it is one unit here. */
function joinScenarios(segments: readonly Segment[]): readonly Segment[] {
  const joined: Segment[] = [];
  let open: Segment[] = [];
  const close = () => {
    const [foreign, ours] = [open.map((each) => each.foreign).join(''), open.map((each) => each.ours).join('')];
    if (open.length > 0) joined.push({ foreign, ours, kind: 'scenario' });
    open = [];
  };
  for (const segment of segments) {
    const begins = segment.kind === 'break' || (segment.kind !== 'same' && /^ {0,3}#/.test(segment.ours));
    if (begins) close();
    if (open.length > 0 || (segment.kind === 'heading' && isScenarioHeading(segment.ours))) open.push(segment);
    else joined.push(segment);
  }
  close();
  return joined;
}

/** The purpose that we made of what spec-kit's header says: a heading, a line, and blank ones. */
function purposeOf(segments: readonly Segment[]): readonly Segment[] {
  const start = segments.findIndex(({ kind, ours }) => kind === 'added' && ours === '## Purpose\n');
  return start === -1 ? [] : segments.slice(start, start + 4);
}

/** Units without those of a purpose that spec-kit does not have. */
function setPurposeAside(
  units: readonly Unit[],
  segments: readonly Segment[],
): { readonly units: readonly Unit[]; readonly purpose: readonly Unit[] } {
  if (purposeOf(segments).length === 0) return { units, purpose: [] };
  const start = units.findIndex(({ kind, text }) => kind === 'heading' && /^## purpose\s*$/i.test(text));
  if (start === -1) return { units, purpose: [] };
  const length = units.slice(start + 1).findIndex(({ kind, text }) => kind === 'heading' && /^#{1,2}\s/.test(text));
  const end = length === -1 ? units.length : start + 1 + length;
  return { units: [...units.slice(0, start), ...units.slice(end)], purpose: units.slice(start, end) };
}

function checkPurpose(purpose: readonly Unit[], segments: readonly Segment[]): Remark[] {
  const ours = purposeOf(segments).map((segment) => segment.ours);
  if (keyOf(ours.join('')) === keyOf(purpose.map(({ text }) => text).join('\n'))) return [];
  return [
    note('purpose', purpose[0]?.line ?? null, 'its purpose was edited; spec-kit has no place for one, it stays here'),
  ];
}

/** How far ahead a partner is looked for; edits are short, and no text may take long. */
const reach = 50;

/** Each unit with the segment that it has become of: one of its kind, in their order. */
function pair(units: readonly Unit[], known: readonly Known[]): readonly [Unit, Known | null][] {
  let next = 0;
  return units.map((unit) => {
    const found = known.slice(next, next + reach).findIndex(({ segment }) => isLike(unit, segment));
    if (found === -1) return [unit, null];
    next += found + 1;
    return [unit, known[next - 1] ?? null];
  });
}

function isLike({ kind }: Unit, { kind: before, ours }: Segment): boolean {
  if (before === 'scenario' || kind === 'scenario') return before === kind;
  return (kind === 'heading') === /^#{1,6}\s/.test(ours);
}

/** 2 for an entry that begins with `2.`. */
export function lastNumber(foreign: string | undefined): number | null {
  const found = /^\s*(\d{1,9})[.)]\s/.exec(foreign ?? '');
  return found === null ? null : Number(found[1]);
}
