/**
 * Reads a spec-kit `spec.md` into a spec of ours. The two files go side by side, segment by segment and in one order:
 * most lines stand in both, a heading or an acceptance scenario stands in each as it is written there, and a few lines
 * of ours answer to nothing. That is what makes the way back exact: see `spec-kit-write.ts`.
 */
import { parseEars } from '../ears.ts';
import { isListItem, plainText } from '../plain-text.ts';
import { isThematicBreak, readHeading, type Line } from '../scan-lines.ts';
import { readLines } from './openspec-pieces.ts';
import { note, type Remark } from './remark.ts';
import { readScenarioItem, writeStepLines } from './spec-kit-steps.ts';

export interface Segment {
  /** Bytes of the foreign file; empty for what only we have. */
  readonly foreign: string;
  /** Text of ours; lines end in `\n`. */
  readonly ours: string;
  /** `break`: a line that only divides; the same in both. */
  readonly kind: 'same' | 'break' | 'heading' | 'scenario' | 'added';
}

export interface ReadSpecKit {
  /** Our spec. */
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly remarks: readonly Remark[];
}

/** A part between two headings. */
interface Part {
  readonly heading: Line | null;
  readonly depth: number;
  readonly title: string;
  /** Its title, and that of the part around it where it stands deeper than a story does. */
  readonly name: string;
  readonly items: readonly Item[];
  /** Whether something in it is a criterion. */
  readonly decides: boolean;
}

/** One line, or an entry of a list that is a scenario, with all of its lines. */
interface Item {
  readonly lines: readonly Line[];
  readonly kind: 'line' | 'scenario' | 'sentence';
}

/** `start`: the heading that becomes `## Requirements`. */
type Place = 'outside' | 'start' | 'inside';

const foreignId = /^(?:\*\*)?([A-Z]{1,5}-\d{1,5}[a-z]?)(?:\*\*)?:/;
export const generatedStatement = 'The system SHALL do what these scenarios say.';

/** Never throws; a file without anything that decides stays as it is, and is told so. */
export function readSpecKit(file: string): ReadSpecKit {
  const parts = cutParts(readLines(file));
  const deciding = parts.flatMap((part, index) => (part.decides ? [index] : []));
  const [firstDeciding, lastDeciding] = [deciding[0] ?? parts.length, deciding.at(-1) ?? -1];
  const section = parts.findLastIndex(({ depth }, index) => depth === 2 && index <= firstDeciding);
  const start = section === -1 ? firstDeciding : section;
  const remarks = parts.flatMap(({ items }) => items.flatMap(findUndecided));
  if (lastDeciding === -1) remarks.push(note('undecided', null, 'nothing in it is a criterion: all of it stays text'));
  const hasPurpose = parts.some(({ depth, title }) => depth === 2 && title.toLowerCase() === 'purpose');
  const segments = parts.flatMap((part, index) => {
    if (index < start || index > lastDeciding) return writePart(part, 'outside');
    const becomes = index === start && part.depth === 2 && !part.decides;
    return [
      ...(index === start && !hasPurpose ? writePurpose(parts) : []),
      ...(index === start && !becomes ? [added('## Requirements'), added('')] : []),
      ...writePart(part, becomes ? 'start' : 'inside'),
    ];
  });
  return { text: segments.map(({ ours }) => ours).join(''), segments, remarks };
}

function cutParts(lines: readonly Line[]): readonly Part[] {
  const raw: { heading: Line | null; depth: number; title: string; lines: Line[] }[] = [];
  for (const line of lines) {
    const heading = readHeading(line);
    if (heading !== null) raw.push({ heading: line, depth: heading.depth, title: heading.text, lines: [] });
    else if (raw.length === 0) raw.push({ heading: null, depth: 0, title: '', lines: [line] });
    else raw.at(-1)?.lines.push(line);
  }
  let story = '';
  return raw.map(({ lines: body, ...rest }) => {
    if (rest.depth <= 3) story = rest.depth === 3 ? rest.title : '';
    const name = rest.depth > 3 && story !== '' ? `${story}, ${rest.title}` : rest.title;
    // Only what has a heading above it can be a requirement.
    const items = cutItems(body, rest.depth >= 2);
    return { ...rest, name, items, decides: items.some(({ kind }) => kind !== 'line') };
  });
}

function cutItems(lines: readonly Line[], mayDecide: boolean): readonly Item[] {
  const items: Item[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as Line;
    const scenario = mayDecide ? takeScenario(lines, at) : null;
    if (scenario !== null) {
      items.push({ lines: scenario, kind: 'scenario' });
      at += scenario.length - 1;
    } else items.push({ lines: [line], kind: mayDecide && isSentence(line) ? 'sentence' : 'line' });
  }
  return items;
}

/** The entry that begins here, with its indented lines, when it is Given, When and Then. */
function takeScenario(lines: readonly Line[], at: number): readonly Line[] | null {
  const first = lines[at] as Line;
  if (first.literal || !isListItem(first.text) || /^\s{4}/.test(first.text)) return null;
  let end = at + 1;
  while (end < lines.length && end - at < 40 && goesOn(lines[end] as Line)) end += 1;
  const taken = lines.slice(at, end);
  return readScenarioItem(taken.map(({ text }) => text)) === null ? null : taken;
}

function goesOn({ text, literal }: Line): boolean {
  return !literal && /^\s+\S/.test(text) && !/^\s*\d{1,9}[.)]\s/.test(text);
}

/** An entry with a foreign id, such as FR-001, that a test can decide. */
function isSentence({ text, literal }: Line): boolean {
  if (literal || !isListItem(text)) return false;
  const plain = plainText(text);
  return foreignId.test(plain) && parseEars(plain) !== null;
}

function findUndecided({ lines: [line], kind }: Item): readonly Remark[] {
  if (line === undefined || kind !== 'line' || line.literal || !isListItem(line.text)) return [];
  const id = foreignId.exec(plainText(line.text))?.[1];
  if (id === undefined) return [];
  return [note('kept-as-text', line.number, `${id} is kept as text: it does not say what something SHALL do`)];
}

const added = (ours: string): Segment => ({ foreign: '', ours: `${ours}\n`, kind: 'added' });
const textOf = ({ text, end }: Line) => text + end;

/** What the person asked for, as spec-kit's header remembers it; else the title. */
function writePurpose(parts: readonly Part[]): readonly Segment[] {
  const lines = parts.flatMap(({ items }) => items.flatMap((item) => item.lines));
  const input = lines.find(({ text, literal }) => !literal && /^\*\*Input\*\*:/i.test(text))?.text ?? '';
  const said = input
    .replace(/^\*\*Input\*\*:\s*(?:User description:)?\s*/i, '')
    .trim()
    .replace(/^["“]/, '')
    .replace(/["”]$/, '');
  const title = (parts.find(({ depth }) => depth === 1)?.title ?? '').replace(/^feature specification:\s*/i, '');
  const purpose = said === '' || said.includes('$ARGUMENTS') ? title : said;
  return purpose === '' ? [] : [added('## Purpose'), added(''), added(purpose), added('')];
}

function writePart(part: Part, place: Place): readonly Segment[] {
  const { heading, items, decides } = part;
  const segments: Segment[] = [];
  if (heading !== null) segments.push(writeHeading(part, heading, place));
  if (place === 'outside') return [...segments, ...items.flatMap(({ lines }) => lines.map(keep))];
  const scenarios = items.some(({ kind }) => kind === 'scenario');
  const demands = items.some(({ lines }) => lines.some(({ text }) => /\b(?:shall|must)\b/i.test(text)));
  if (decides && scenarios && !demands) segments.push(added(''), added(generatedStatement));
  const lastSentence = items.findLastIndex(({ kind }) => kind === 'sentence');
  let count = 0;
  let open = false;
  for (const [index, { lines, kind }] of items.entries()) {
    if (kind === 'scenario') {
      count += 1;
      segments.push(...blankAfter(segments), writeScenario(nameOf(part, count), lines));
      open = true;
      continue;
    }
    // What follows a scenario would be read as its last step.
    if (open && lines.some(({ text, literal }) => literal || !(text.trim() === '' || isThematicBreak(text)))) {
      const heading = index <= lastSentence ? `### Requirement: ${part.name}, further` : '##### Further text';
      segments.push(...blankAfter(segments), added(heading), added(''));
      open = false;
    }
    segments.push(...lines.map(keep));
  }
  return segments;
}

/** A blank line, where there is none already. */
function blankAfter(segments: readonly Segment[]): readonly Segment[] {
  return segments.at(-1)?.ours.trim() === '' ? [] : [added('')];
}

function keep(line: Line): Segment {
  const kind = !line.literal && isThematicBreak(line.text) ? 'break' : 'same';
  return { foreign: textOf(line), ours: line.end === '' ? line.text : `${line.text}\n`, kind };
}

function writeHeading({ depth, title, name, decides }: Part, line: Line, place: Place): Segment {
  const foreign = textOf(line);
  if (place === 'start') return { foreign, ours: '## Requirements\n', kind: 'heading' };
  if (place === 'inside' && decides) return { foreign, ours: `### Requirement: ${name}\n`, kind: 'heading' };
  // A higher heading would end our requirements before the last of them.
  if (place === 'inside' && depth <= 2) return { foreign, ours: `### ${title}\n`, kind: 'heading' };
  return { ...keep(line), kind: 'heading' };
}

function writeScenario(name: string, lines: readonly Line[]): Segment {
  const scenario = readScenarioItem(lines.map(({ text }) => text));
  const ours = [`#### Scenario: ${name}`, ...writeStepLines(scenario?.steps ?? [])].map((line) => `${line}\n`).join('');
  return { foreign: lines.map(textOf).join(''), ours, kind: 'scenario' };
}

/** spec-kit's scenarios have a place and no name. */
function nameOf({ name }: Part, count: number): string {
  const story = /^user story \d{1,5}/i.exec(name)?.[0] ?? name;
  return `${story}, scenario ${count}`;
}
