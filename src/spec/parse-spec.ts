/**
 * Reads a spec: `## Purpose`, `## Requirements`, `### Requirement: NAME`, `#### Scenario: NAME`, as OpenSpec has them, and
 * below a requirement also list entries that are sentences in EARS form. Whatever else the file holds is the person's
 * own and left alone. Never throws: what cannot be read is simply not there, and `lintSpec` says what is missing.
 */
import { readId, readNext, numberOf } from './criterion-id.ts';
import { parseEars } from './ears.ts';
import { readEvidenceMark } from './evidence-mark.ts';
import { isListItem, plainText } from './plain-text.ts';
import { isThematicBreak, readHeading, scanLines, type Line } from './scan-lines.ts';
import type { Criterion, Requirement, Spec, Step, StepKind } from './spec.ts';

/** A longer line is no sentence; it is passed over, so that no text whatever takes long to read. */
export const maxLineChars = 10_000;

/** A longer statement or step is cut: each criterion repeats its statement, and a large file would fill the memory. */
export const maxTextChars = 4_000;

interface Section {
  readonly heading: Line;
  readonly depth: number;
  readonly text: string;
  readonly body: readonly Line[];
}

export function parseSpec(name: string, file: string): Spec {
  const lines = scanLines(file).map((line) => (line.text.length > maxLineChars ? { ...line, literal: true } : line));
  const sections = cutAtHeadings(lines);
  const purpose = sections.find(({ depth, text }) => depth === 2 && isNamed(text, 'purpose'));
  const title = sections.find(({ depth }) => depth === 1);
  const ids = lines.flatMap(({ text, number, literal }) => {
    const id = literal ? null : readId(text);
    return id === null ? [] : [{ id, line: number }];
  });
  const next = lines.find(({ text, literal }) => !literal && readNext(text) !== null);
  const own = ids.filter(({ id }) => id.startsWith(`${name}/`)).map(({ id }) => numberOf(id) + 1);
  return {
    name,
    title: title === undefined ? null : plainText(title.text),
    purpose: purpose === undefined ? '' : paragraph(purpose.body),
    purposeLine: purpose?.heading.number ?? null,
    assumptions: readList(sections.find(({ depth, text }) => depth === 2 && isNamed(text, 'assumptions'))?.body ?? []),
    useCase: paragraph(sections.find(({ depth, text }) => depth === 2 && isNamed(text, 'use case'))?.body ?? [])
      .replaceAll(/(^|\s)> ?/g, '$1')
      .trim(),
    requirements: readRequirements(sections),
    nextNumber: own.reduce((a, b) => Math.max(a, b), next === undefined ? 1 : (readNext(next.text) ?? 1)),
    layout: { ids, nextLine: next?.number ?? null, titleLine: title?.heading.number ?? null },
  };
}

function cutAtHeadings(lines: readonly Line[]): readonly Section[] {
  const sections: (Omit<Section, 'body'> & { body: Line[] })[] = [];
  for (const line of lines) {
    const heading = readHeading(line);
    if (heading !== null) sections.push({ heading: line, depth: heading.depth, text: heading.text, body: [] });
    else sections.at(-1)?.body.push(line);
  }
  return sections;
}

/** Requirements below `## Requirements`, up to the next heading of that level. */
function readRequirements(sections: readonly Section[]): readonly Requirement[] {
  const start = sections.findIndex(({ depth, text }) => depth === 2 && isNamed(text, 'requirements'));
  if (start === -1) return [];
  const rest = sections.slice(start + 1);
  const end = rest.findIndex(({ depth }) => depth <= 2);
  const inside = end === -1 ? rest : rest.slice(0, end);
  const requirements: Requirement[] = [];
  for (let index = 0; index < inside.length;) {
    const section = inside[index] as Section;
    const below: Section[] = [];
    for (index += 1; index < inside.length && (inside[index]?.depth ?? 0) > 3; index += 1)
      below.push(inside[index] as Section);
    const name = section.depth === 3 ? afterLabel(section.text, 'requirement') : null;
    if (name !== null) requirements.push(readRequirement(name, section, below));
  }
  return requirements;
}

function readRequirement(name: string, section: Section, below: readonly Section[]): Requirement {
  const entries = readEntries(section.body);
  const listed = new Set(entries.flat());
  const whole = paragraph(section.body.filter((line) => !listed.has(line)));
  // One character more than allowed, by which lint knows.
  const statement = whole.slice(0, maxTextChars + 1);
  const sentences = entries.flatMap((entry) => readSentence(entry, statement));
  const scenarios = below.flatMap((each) => {
    const label = each.depth === 4 ? afterLabel(each.text, 'scenario') : null;
    if (label === null) return [];
    const beside = sentencesBeside(readEntries(each.body));
    const lines = new Set(beside.flat());
    const own = each.body.filter((line) => !lines.has(line));
    return [
      readScenario(label, { ...each, body: own }, statement),
      ...beside.flatMap((entry) => readSentence(entry, statement)),
    ];
  });
  return { name, statement, criteria: [...sentences, ...scenarios], line: section.heading.number };
}

/** Entries of lists, each with the indented lines that go on with it. */
function readEntries(body: readonly Line[]): readonly (readonly Line[])[] {
  const entries: Line[][] = [];
  let open = false;
  for (const line of body) {
    const { text, literal } = line;
    if (!literal && isListItem(text)) {
      entries.push([line]);
      open = true;
    } else if (open && !literal && /^[ \t]+\S/.test(text)) entries.at(-1)?.push(line);
    else open = false;
  }
  return entries;
}

function readSentence(entry: readonly Line[], statement: string): readonly Criterion[] {
  const sentence = paragraph(entry);
  const [first] = entry;
  if (first === undefined || parseEars(sentence) === null) return [];
  const meaning = meaningOf(statement, [sentence]);
  const id = entry.flatMap(({ text }) => readId(text) ?? []).at(0) ?? null;
  const evidence = entry.flatMap(({ text }) => readEvidenceMark(text) ?? []).at(0) ?? null;
  const { number: line } = first;
  const endLine = entry.at(-1)?.number ?? line;
  return [{ id, kind: 'sentence', name: '', steps: [], sentence, line, endLine, evidence, meaning }];
}

function readScenario(name: string, section: Section, statement: string): Criterion {
  const steps = readSteps(section.body);
  const id = section.body.flatMap(({ text, literal }) => (literal ? [] : (readId(text) ?? []))).at(0) ?? null;
  const evidence =
    section.body.flatMap(({ text, literal }) => (literal ? [] : (readEvidenceMark(text) ?? []))).at(0) ?? null;
  const meaning = meaningOf(
    statement,
    steps.map(({ kind, text }) => `${kind.toUpperCase()} ${text}`),
  );
  const { number: line } = section.heading;
  return { id, kind: 'scenario', name, steps, sentence: '', line, endLine: line, evidence, meaning };
}

/**
 * Sentences of the requirement that were written below a scenario. No step begins with IF; and what begins with WHEN once
 * the scenario has come to its THEN, and demands something, is no step of it either.
 */
function sentencesBeside(entries: readonly (readonly Line[])[]): readonly (readonly Line[])[] {
  let decided = false;
  return entries.filter((entry) => {
    const plain = paragraph(entry);
    const word = stepWord.exec(plain)?.[1]?.toLowerCase() ?? null;
    if (word === 'then') decided = true;
    const outside = word === null || (word === 'when' && decided);
    return outside && /^(?:[-*+]|\d{1,9}[.)])\s/.test(entry[0]?.text ?? '') && parseEars(plain) !== null;
  });
}

const stepWord = /^(given|when|then|and|but)\b[:,]?\s*/i;

/** List entries that begin with a keyword; a line that goes on belongs to the step before it. */
function readSteps(body: readonly Line[]): readonly Step[] {
  const steps: Step[] = [];
  let open = false;
  for (const { text, literal, number } of body) {
    if (text.trim() === '') open = false;
    if (literal || isThematicBreak(text)) continue;
    const plain = plainText(text);
    const word = stepWord.exec(plain);
    if (word !== null && (isListItem(text) || steps.length === 0 || /^\s*\*\*/.test(text))) {
      const kind = word[1]?.toLowerCase() ?? 'and';
      const known: StepKind = kind === 'given' || kind === 'when' || kind === 'then' ? kind : 'and';
      // "But" joins what must not be; its own word is a part of what it says.
      steps.push({
        kind: known,
        text: kind === 'but' ? `but ${plain.slice(word[0].length)}` : plain.slice(word[0].length),
        line: number,
      });
      open = true;
    } else if (plain !== '' && open && (steps.at(-1)?.text.length ?? Infinity) <= maxTextChars) {
      const last = steps.pop() as Step;
      steps.push({ ...last, text: `${last.text} ${plain}`.trim() });
    }
  }
  return steps;
}

/** What a criterion demands; names, markup and white space play no part. */
function meaningOf(statement: string, demands: readonly string[]): string {
  return [statement, ...demands].filter((line) => line !== '').join('\n');
}

function readList(body: readonly Line[]): readonly string[] {
  return body.flatMap(({ text, literal }) => (literal || !isListItem(text) ? [] : [plainText(text)]));
}

/** Lines as one text: what is marked may begin in one and end in the next. */
function paragraph(body: readonly Line[]): string {
  return plainText(
    body
      .filter(({ literal }) => !literal)
      .map(({ text }) => text.trim())
      .join(' '),
  );
}

/** The name behind `Requirement:`; `null` when the heading is another one. */
function afterLabel(text: string, label: string): string | null {
  const colon = text.indexOf(':');
  if (colon === -1 || !isNamed(text.slice(0, colon), label)) return null;
  return plainText(text.slice(colon + 1));
}

function isNamed(text: string, name: string): boolean {
  return text.trim().toLowerCase() === name;
}
