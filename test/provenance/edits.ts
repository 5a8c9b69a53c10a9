/** What may happen to files from one commit to the next, with the origin of every line kept. */
import { between, changeWord, hasWords, pick, writeLine, type Random } from './words.ts';

export interface KnownLine {
  readonly text: string;
  /** Numbers of the commits that its words come from: several after lines were joined. */
  readonly from: readonly number[];
}

export type Files = ReadonlyMap<string, readonly KnownLine[]>;

/** Who writes: whatever words are new belong to this commit. */
export interface Writer {
  readonly random: Random;
  readonly commit: number;
}

export type Edit = (writer: Writer, files: Files) => Files;

export function freshLines({ random, commit }: Writer, count: number): readonly KnownLine[] {
  return Array.from({ length: count }, () => ({ text: writeLine(random), from: [commit] }));
}

export function someFile({ random }: Writer, files: Files): readonly [string, readonly KnownLine[]] {
  return pick(
    random,
    [...files].filter(([, lines]) => lines.length > 4),
  );
}

/** Other words in some lines; a line without words stays as it is. */
export function changeWords(
  { random, commit }: Writer,
  lines: readonly KnownLine[],
  at: number,
  count: number,
): readonly KnownLine[] {
  return lines.map((line, index) => {
    if (index < at || index >= at + count) return line;
    const text = changeWord(random, line.text);
    return text === line.text ? line : { text, from: [commit] };
  });
}

export const editsOfPeople: readonly Edit[] = [
  rename,
  move,
  reformat,
  breakLines,
  joinLines,
  insert,
  remove,
  editWords,
];

function rename(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  const renamed = new Map(files).set(newPath(writer), lines);
  renamed.delete(path);
  return renamed;
}

function newPath({ random, commit }: Writer): string {
  return `src/${pick(random, ['a', 'b'])}/file-${commit}-${between(random, 100, 999)}.ts`;
}

/** A block, within the file, to another one or to a new one; with other indentation half of the time. */
function move(writer: Writer, files: Files): Files {
  const { random } = writer;
  const [path, lines] = someFile(writer, files);
  const at = somePlace(writer, lines);
  const indent = random() < 0.5 ? '    ' : '';
  const block = lines.slice(at, at + between(random, 3, 8)).map((line) => indented(line, indent));
  const moved = new Map(files).set(path, lines.toSpliced(at, block.length));
  const to = pick(random, [path, someFile(writer, files)[0], newPath(writer)]);
  const target = moved.get(to) ?? [];
  return moved.set(to, target.toSpliced(between(random, 0, target.length), 0, ...block));
}

function somePlace({ random }: Writer, lines: readonly KnownLine[]): number {
  return between(random, 0, Math.max(0, lines.length - 1));
}

function indented({ text, from }: KnownLine, indent: string): KnownLine {
  return { text: text === '' ? '' : `${indent}${text}`, from };
}

/** A whole file: indentation, quotes, semicolons, trailing commas. */
function reformat(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  const how = pick<(text: string) => string>(writer.random, [
    (text) => text.replace(/^(?=.)/, '  '),
    (text) => text.replace(/^ +/, '\t'),
    (text) => text.replaceAll('"', "'"),
    (text) => text.replaceAll("'", '"'),
    (text) => text.replace(/;$/, ''),
    (text) => text.replace(/\)$/, ',)'),
  ]);
  return new Map(files).set(
    path,
    lines.map(({ text, from }) => ({ text: how(text), from })),
  );
}

/** Calls in one line become calls with an argument a line. */
function breakLines(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  const broken = lines.flatMap((line) => {
    const [, start, inner, end] = /^(\s*\S.*?\()([^()]*, [^()]*)(\).*)$/.exec(line.text) ?? [];
    if (start === undefined || inner === undefined || end === undefined || writer.random() < 0.5) return [line];
    const parts = [start, ...inner.split(', ').map((part) => `      ${part},`), `    ${end}`];
    return parts.map((text) => ({ text, from: line.from }));
  });
  return new Map(files).set(path, broken);
}

/** Two or three neighbours become one line. */
function joinLines(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  const at = between(writer.random, 0, lines.length - 3);
  const parts = lines.slice(at, at + between(writer.random, 2, 3));
  const text = `  ${parts.map((each) => each.text.trim()).join(' ')}`.trimEnd();
  const from = [...new Set(parts.filter((each) => hasWords(each.text)).flatMap((each) => each.from))];
  return new Map(files).set(path, lines.toSpliced(at, parts.length, { text, from }));
}

function insert(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  const fresh = freshLines(writer, between(writer.random, 1, 6));
  return new Map(files).set(path, lines.toSpliced(somePlace(writer, lines), 0, ...fresh));
}

function remove(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  return new Map(files).set(path, lines.toSpliced(somePlace(writer, lines), between(writer.random, 1, 6)));
}

function editWords(writer: Writer, files: Files): Files {
  const [path, lines] = someFile(writer, files);
  const count = between(writer.random, 1, 4);
  return new Map(files).set(path, changeWords(writer, lines, somePlace(writer, lines), count));
}

/** Some lines go and others come, words are changed, and of what is kept a part is moved or indented. */
export function rewrite(writer: Writer, files: Files): Files {
  const { random } = writer;
  const [path, lines] = someFile(writer, files);
  const fresh = freshLines(writer, between(random, 2, 8));
  const replaced = lines.toSpliced(somePlace(writer, lines), between(random, 0, 6), ...fresh);
  const changed = changeWords(writer, replaced, somePlace(writer, replaced), between(random, 0, 3));
  const at = somePlace(writer, changed);
  const kept = changed.slice(at, at + between(random, 0, 6));
  const rest = changed.toSpliced(at, kept.length);
  const place = random() < 0.5 ? at : between(random, 0, rest.length);
  const block = kept.map((line) => indented(line, place === at ? '  ' : ''));
  return new Map(files).set(path, rest.toSpliced(place, 0, ...block));
}
