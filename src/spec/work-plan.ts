/**
 * How a spec's work is broken into items: `specs/NAME/work.md`, written by a planner or a person. Headings with numbers
 * nest at most three deep; what has no parts is an item. Pure, never throws: what is wrong with it `lintWorkPlan` says.
 */
import { isCriterionId } from './criterion-id.ts';
import { readHeading, scanLines } from './scan-lines.ts';
import { error, type SpecFinding } from './spec-finding.ts';

export interface WorkPart {
  /** `2.1` */
  readonly number: string;
  readonly title: string;
  readonly line: number;
  readonly depth: number;
  readonly criteria: readonly string[];
  /** Globs of the files that it will probably touch. */
  readonly files: readonly string[];
  readonly size: string;
  readonly after: readonly string[];
  readonly body: string;
  /** Whether other parts stand below it: then it is no item itself. */
  readonly hasParts: boolean;
}

const mostParts = 100;
const deepest = 3;
const longestBody = 20_000;
const numbered = /^([1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,5})\.?\s+(\S.*)$/;

export function parseWorkPlan(text: string): readonly WorkPart[] {
  const parts: { -readonly [K in keyof WorkPart]: WorkPart[K] }[] = [];
  const bodies: string[][] = [];
  for (const line of scanLines(text)) {
    const heading = readHeading(line);
    const [, number, title] = heading === null || heading.depth < 2 ? [] : (numbered.exec(heading.text.trim()) ?? []);
    if (number !== undefined && title !== undefined) {
      const depth = number.split('.').length;
      parts.push({
        number,
        title,
        line: line.number,
        depth,
        criteria: [],
        files: [],
        size: '',
        after: [],
        body: '',
        hasParts: false,
      });
      bodies.push([]);
      continue;
    }
    const part = parts.at(-1);
    if (part === undefined) continue;
    const [, field, value = ''] = line.literal
      ? []
      : (/^(Criteria|Files|Size|After):[ \t]*(.*)$/.exec(line.text) ?? []);
    if (field === undefined) bodies.at(-1)?.push(line.text);
    else if (field === 'Size') part.size = value.trim().toLowerCase();
    else part[field === 'Criteria' ? 'criteria' : field === 'Files' ? 'files' : 'after'] = listIn(value);
  }
  const around = new Set(parts.flatMap(({ number }) => numbersAround(number)));
  return parts.map((part, index) => ({
    ...part,
    body: (bodies[index] ?? []).join('\n').trim(),
    hasParts: around.has(part.number),
  }));
}

/** `2.1` and `2` for `2.1.3`. */
function numbersAround(number: string): readonly string[] {
  const steps = number.split('.');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('.'));
}

function listIn(value: string): readonly string[] {
  return value
    .split(',')
    .map((each) => each.trim().replace(/\.$/, ''))
    .filter((each) => each !== '' && each !== '-');
}

/** The items: parts without parts. */
export function leavesOf(parts: readonly WorkPart[]): readonly WorkPart[] {
  return parts.filter(({ hasParts }) => !hasParts);
}

/** Every criterion covered, none twice; no part too large, too deep or too many; no circle. `criteria`: those of the spec. */
export function lintWorkPlan(parts: readonly WorkPart[], criteria: readonly string[]): readonly SpecFinding[] {
  const leaves = leavesOf(parts);
  const found: SpecFinding[] = [];
  const say = (line: number, text: string, next: string) => found.push(error('work', line, text, next));
  if (leaves.length === 0) say(1, 'it names no item', 'write headings such as "## 1. What it makes true"');
  if (leaves.length > mostParts)
    say(1, `it has ${leaves.length} items; ${mostParts} are the most`, 'make the items larger, or the spec smaller');
  const numbers = new Set<string>();
  const owner = new Map<string, string>();
  const known = new Set(criteria);
  for (const { number, line, depth, size, hasParts, criteria: own, body } of parts) {
    if (numbers.has(number)) say(line, `the number ${number} stands twice`, 'give each its own');
    numbers.add(number);
    if (depth > deepest)
      say(line, `${number} lies ${depth} deep; ${deepest} is the most`, 'make items of the level above');
    if (hasParts && own.length > 0)
      say(line, `${number} has parts and criteria of its own`, 'give its criteria to its parts');
    if (hasParts) continue;
    if (size !== 'small' && size !== 'medium')
      say(
        line,
        size === 'large' ? `${number} is too large for one agent` : `${number} has no size`,
        size === 'large' ? `give it parts: ${number}.1, ${number}.2` : 'write "Size: small" or "Size: medium"',
      );
    if (body.length > longestBody)
      say(line, `${number} has ${body.length} characters; ${longestBody} are the most`, 'say less, or give it parts');
    if (own.length === 0) say(line, `${number} is for no criterion`, 'write "Criteria: SPEC/AC-1"');
    for (const id of own) {
      const other = owner.get(id);
      if (!isCriterionId(id) || !known.has(id)) say(line, `the spec has no criterion ${id}`, 'mw spec show lists them');
      else if (other !== undefined) say(line, `${id} is at ${other} already`, 'leave it at one of the two');
      owner.set(id, number);
    }
  }
  const missing = criteria.filter((id) => !owner.has(id));
  if (leaves.length > 0 && missing.length > 0)
    say(1, `no item is for ${missing.slice(0, 10).join(', ')}`, 'give each criterion to one item');
  for (const { number, line, after } of parts) {
    const unknown = after.find((each) => !numbers.has(each));
    if (unknown !== undefined)
      say(line, `${number} comes after ${unknown}, which there is not`, 'name the number of an item');
  }
  // A plan with other faults may be of any size; the search is for one that is small and sound.
  const circle = found.length === 0 ? findCircle(parts) : null;
  if (circle !== null)
    say(1, `these come after each other in a circle: ${circle.join(' → ')}`, 'take one "After" away');
  return found.sort((a, b) => a.line - b.line);
}

/** Items that one comes after, with those of the parts around it; a part with parts stands for all of them. */
export function predecessors(parts: readonly WorkPart[], leaf: WorkPart): readonly string[] {
  const around = parts.filter(({ number }) => number === leaf.number || leaf.number.startsWith(`${number}.`));
  const named = around.flatMap(({ after }) => after);
  const leaves = leavesOf(parts).map(({ number }) => number);
  const found = named.flatMap((each) => leaves.filter((number) => number === each || number.startsWith(`${each}.`)));
  return [...new Set(found)].filter((number) => number !== leaf.number);
}

function findCircle(parts: readonly WorkPart[]): readonly string[] | null {
  const next = new Map(leavesOf(parts).map((leaf) => [leaf.number, predecessors(parts, leaf)]));
  const done = new Set<string>();
  const visit = (number: string, path: readonly string[]): readonly string[] | null => {
    if (path.includes(number)) return [...path.slice(path.indexOf(number)), number];
    if (done.has(number)) return null;
    for (const each of next.get(number) ?? []) {
      const circle = visit(each, [...path, number]);
      if (circle !== null) return circle;
    }
    done.add(number);
    return null;
  };
  for (const number of next.keys()) {
    const circle = visit(number, []);
    if (circle !== null) return circle;
  }
  return null;
}
