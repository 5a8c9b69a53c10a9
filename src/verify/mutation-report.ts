/**
 * What a mutation run says of the lines that changed, in the format that Stryker, Stryker.NET, Stryker4s and Infection
 * share (mutation-testing-report-schema, versions 1 and 2). Pure.
 */
import { z } from 'zod';

const Place = z.object({ line: z.number().int().positive(), column: z.number().int().positive() });

const Mutant = z.object({
  mutatorName: z.string(),
  replacement: z.string().optional(),
  location: z.object({ start: Place, end: Place }),
  status: z.enum(['Killed', 'Survived', 'NoCoverage', 'CompileError', 'RuntimeError', 'Timeout', 'Ignored', 'Pending']),
  statusReason: z.string().optional(),
});
type Mutant = z.infer<typeof Mutant>;

const Report = z.object({ files: z.record(z.string(), z.object({ source: z.string(), mutants: z.array(Mutant) })) });

/** Lines that a change has added or altered, by path: first and last, both included. */
export type ChangedLines = ReadonlyMap<string, readonly (readonly [number, number])[]>;

/** A mutant that no test noticed. */
export interface Survivor {
  /** The same as long as its line, its mutator and what it puts there are: what people set aside is named by it. */
  readonly id: string;
  readonly path: string;
  readonly line: number;
  /** What stands there, and what was put in its place, on one line. */
  readonly before: string;
  readonly after: string;
  readonly isCovered: boolean;
}

export interface MutationScore {
  readonly killed: number;
  readonly survivors: readonly Survivor[];
  /** Set aside: they did not compile, change nothing, or are named as equivalent. */
  readonly setAside: number;
  /** Changed files that the report does not name. */
  readonly unseen: readonly string[];
}

export type MutationReading =
  | { readonly type: 'scored'; readonly score: MutationScore }
  | { readonly type: 'unusable'; readonly why: string };

/**
 * `sourceOf` answers the text of a file of the candidate, by which a report of other files is known. `nameOf` gives a text a
 * short name. `equivalent`: survivors that a person has looked at.
 */
export function readMutationReport(
  text: string,
  changed: ChangedLines,
  sourceOf: (path: string) => string | null,
  nameOf: (text: string) => string,
  equivalent: ReadonlySet<string>,
): MutationReading {
  const report = parse(text);
  if (report === null) return { type: 'unusable', why: 'it wrote no report of mutants that can be read' };
  const named = Object.keys(report.files);
  if (named.length > 0 && !named.some((path) => changed.has(path)))
    return { type: 'unusable', why: `its report is of other files, such as ${JSON.stringify(named[0])}` };
  let [killed, setAside] = [0, 0];
  const survivors: Survivor[] = [];
  for (const [path, ranges] of changed) {
    const file = Object.hasOwn(report.files, path) ? report.files[path] : undefined;
    if (file === undefined) continue;
    if (file.source !== sourceOf(path)) return { type: 'unusable', why: `its report is of another ${path}` };
    const lines = file.source.split('\n');
    for (const mutant of file.mutants.filter((each) => isOn(each, ranges))) {
      if (mutant.status === 'Pending') return { type: 'unusable', why: 'its run did not come to its end' };
      const survivor = describe(path, lines, mutant, nameOf);
      if (
        isOutside(mutant) ||
        isSame(cut(lines, mutant.location), mutant.replacement ?? '') ||
        equivalent.has(survivor.id)
      )
        setAside += 1;
      else if (mutant.status === 'Killed' || mutant.status === 'Timeout') killed += 1;
      else survivors.push(survivor);
    }
  }
  const unseen = [...changed.keys()].filter((path) => !named.includes(path));
  return { type: 'scored', score: { killed, survivors, setAside, unseen } };
}

/** Of a hundred mutants, those that a test has noticed; `null` where there was none. */
export function percentOf({ killed, survivors }: MutationScore): number | null {
  const all = killed + survivors.length;
  return all === 0 ? null : Math.floor((killed * 100) / all);
}

/** `src/a.js:3-8,src/b.js:10-10`, as Stryker takes it; a name that looks like a pattern is given as one, and whole. */
export function nameRanges(changed: ChangedLines): string {
  return [...changed]
    .flatMap(([path, ranges]) =>
      isPattern(path) ? [asPattern(path)] : ranges.map(([from, to]) => `${path}:${from}-${to}`),
    )
    .join(',');
}

const special = /[[\]{}()*?!+@\\]/g;

function isPattern(path: string): boolean {
  return path.search(special) >= 0;
}

function asPattern(path: string): string {
  return path.replaceAll(special, '?');
}

/** Why a file cannot be given to a tool, or not be read from its report; `null` where it can. */
export function unfitFor(path: string, text: string): string | null {
  if (path.includes(',')) return 'has a comma in its name, with which tools part names';
  if (/\r(?!\n)|[\u2028\u2029]/.test(text)) return 'has line breaks that tools count and git does not';
  return null;
}

function parse(text: string): z.infer<typeof Report> | null {
  try {
    const report = Report.safeParse(JSON.parse(text));
    return report.success ? report.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isOn({ location }: Mutant, ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.some(([from, to]) => location.start.line <= to && location.end.line >= from);
}

/** What a remark in the code has left out is left out by whoever wrote the code: it has not been noticed. */
function isOutside({ status, statusReason = '' }: Mutant): boolean {
  if (status === 'Ignored') return /\bstatic mutant\b|\bexcluded mutation\b/i.test(statusReason);
  return status === 'CompileError' || status === 'RuntimeError';
}

function describe(
  path: string,
  lines: readonly string[],
  { mutatorName, replacement = '', location, status }: Mutant,
  nameOf: (text: string) => string,
): Survivor {
  const before = cut(lines, location);
  const line = (lines[location.start.line - 1] ?? '').trim();
  return {
    id: nameOf(JSON.stringify([path, mutatorName, line, location.start.column, replacement])),
    path,
    line: location.start.line,
    before: oneLine(before),
    after: oneLine(replacement),
    isCovered: status !== 'NoCoverage',
  };
}

function cut(lines: readonly string[], { start, end }: Mutant['location']): string {
  const picked = lines.slice(start.line - 1, end.line);
  if (picked.length === 0) return '';
  const last = picked.length - 1;
  picked[last] = (picked[last] ?? '').slice(0, end.column - 1);
  picked[0] = (picked[0] ?? '').slice(start.column - 1);
  return picked.join('\n');
}

/** What differs in spaces, brackets around the whole, or the kind of quotes is the same program. */
function isSame(before: string, after: string): boolean {
  const bare = (text: string) => {
    let left = text.replaceAll(/\s+/g, '').replaceAll(/['"`]/g, '"');
    while (/^\([^()]*\)$/.test(left)) left = left.slice(1, -1);
    return left;
  };
  return bare(before) === bare(after);
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
