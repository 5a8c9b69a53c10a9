/** stdout is data, stderr is talk. */
import { stripVTControlCharacters, styleText } from 'node:util';
import { printableJson, showControl } from '../model/visible-text.ts';
import { widthBehind, wrapText } from './wrap-text.ts';

/** Raised when the shape of JSON output changes in a way that breaks a reader. */
export const schemaVersion = 1;

type Tone = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface Output {
  /** Columns of the terminal, `null` when it is not one. */
  readonly columns: number | null;
  readonly rows: number | null;
  line(text: string): void;
  json(value: object): void;
  /** One value a line, for streams. */
  jsonLine(value: object): void;
  /** Something for a person, beside the data. */
  talk(text: string): void;
  readonly tone: (tone: Tone, text: string) => string;
  /** Redraws a block of lines at the end of stderr; nothing where that is not a terminal. */
  block(lines: readonly string[]): void;
}

export function createOutput(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, plain: boolean): Output {
  let drawn = 0;
  const clear = () => {
    if (drawn > 0) stderr.write(`\u001B[${drawn}A\u001B[J`);
    drawn = 0;
  };
  const coloured = !plain && stdout.isTTY === true;
  return {
    columns: stdout.isTTY ? stdout.columns : null,
    rows: stderr.isTTY ? stderr.rows : null,
    line(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    json: (value) => void stdout.write(`${printableJson({ schemaVersion, ...value }, stdout.isTTY ? 2 : 0)}\n`),
    jsonLine: (value) => void stdout.write(`${printableJson(value)}\n`),
    talk(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    tone: (tone, text) => (coloured ? styleText(tone, text) : text),
    block(lines) {
      if (!stderr.isTTY) return;
      clear();
      for (const line of lines) stderr.write(`${cutTo(line, stderr.columns)}\n`);
      drawn = lines.length;
    },
  };
}

/** Text of others on one line: control characters visible, cut to a width. */
export function oneLine(text: string, width: number): string {
  return cutTo(showControl(text.replaceAll(/\s+/g, ' ').trim()), width);
}

function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

/**
 * A text behind what leads it, as lines of at most `columns`; what is too long goes on below the text's own beginning.
 * `columns` null: as it is, where no terminal limits it.
 */
export function behind(lead: string, text: string, columns: number | null): readonly string[] {
  if (columns === null) return [`${lead}${text}`];
  const indent = stripVTControlCharacters(lead).length;
  const width = widthBehind(indent, columns);
  const lines = text.split('\n').flatMap((line) => (line.length <= width ? [line] : wrapText(line, width)));
  return lines.map((line, index) => `${index === 0 ? lead : ' '.repeat(indent)}${line}`.trimEnd());
}

/** Rows as columns of equal width; the last column takes what is left. */
export function table(rows: readonly (readonly string[])[], columns: number | null): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows.map((row) => {
    const line = row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ');
    return (columns === null ? line : cutTo(line, columns)).trimEnd();
  });
}
