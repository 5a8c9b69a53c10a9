import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { UserError } from '../../model/user-error.ts';

export const formatName = 'millwright-backup';
export const formatVersion = 1;

const Header = z.strictObject({
  type: z.literal('header'),
  format: z.literal(formatName),
  formatVersion: z.number().int(),
  schemaVersion: z.number().int().nonnegative(),
  at: z.iso.datetime(),
});

const TableHead = z.strictObject({
  type: z.literal('table'),
  table: z.string(),
  /** Name and type, as PostgreSQL writes the type. */
  columns: z.array(z.tuple([z.string(), z.string()])),
});
export type TableHead = z.infer<typeof TableHead>;

const Sequence = z.strictObject({ name: z.string(), last: z.string().regex(/^-?[0-9]+$/), called: z.boolean() });
export type Sequence = z.infer<typeof Sequence>;

/** One row: PostgreSQL's own text of each value, in the order of the table's columns. */
export type Row = readonly (string | null)[];
const Row = z.array(z.string().nullable());

const Entry = z.discriminatedUnion('type', [
  Header,
  TableHead,
  z.strictObject({ type: z.literal('sequences'), sequences: z.array(Sequence) }),
  z.strictObject({ type: z.literal('end'), lines: z.number().int(), sha256: z.string() }),
]);

/** One line of a backup. Rows follow their table's head. */
export type BackupLine = z.infer<typeof Entry> | Row;

/** Tells rows, the many, from the few other lines. */
export function isRow(line: BackupLine): line is Row {
  return Array.isArray(line);
}

/** The lines of a backup, as they come. Fails with E_BACKUP_DAMAGED where the file stops being one. */
export async function* readBackup(file: string): AsyncGenerator<BackupLine> {
  for await (const text of readText(file)) yield parseLine(file, text);
}

/**
 * Reads the whole file once and answers its schema version. Fails with E_BACKUP_DAMAGED unless it is complete to its
 * last line and every byte is as it was written, with E_BACKUP_NEWER for a later format.
 */
export async function verifyBackup(file: string): Promise<{ readonly schemaVersion: number }> {
  const hash = createHash('sha256');
  let lines = 0;
  let header: z.infer<typeof Header> | undefined;
  let ended = false;
  for await (const text of readText(file)) {
    if (ended) throw damaged(file, 'there is more after its end');
    const line = parseLine(file, text);
    if (lines === 0) header = readHeader(file, line);
    if (!isRow(line) && line.type === 'end') {
      ended = line.lines === lines && line.sha256 === hash.digest('hex');
      if (!ended) throw damaged(file, 'its content does not fit its checksum');
      continue;
    }
    hash.update(`${text}\n`);
    lines += 1;
  }
  if (header === undefined || !ended) throw damaged(file, 'it is not complete');
  return header;
}

/** Splits at line feeds only: node:readline also splits inside texts, at U+2028. */
async function* readText(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unzipped = createGunzip().setEncoding('utf8');
  source.on('error', (error) => unzipped.destroy(error)).pipe(unzipped);
  let rest = '';
  try {
    for await (const chunk of unzipped as AsyncIterable<string>) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    throw explainReading(file, error);
  } finally {
    source.destroy();
  }
  if (rest !== '') throw damaged(file, 'it is not complete');
}

function readHeader(file: string, line: BackupLine): z.infer<typeof Header> {
  if (isRow(line) || line.type !== 'header') throw damaged(file, 'it does not begin like one');
  if (line.formatVersion > formatVersion) {
    throw new UserError(
      'E_BACKUP_NEWER',
      `${file} has backup format ${line.formatVersion}; this mw knows ${formatVersion}.`,
      'Update mw: npm install --global millwright@latest',
    );
  }
  return line;
}

function parseLine(file: string, text: string): BackupLine {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? Row.parse(value) : Entry.parse(value);
  } catch (error) {
    throw error instanceof SyntaxError || error instanceof z.ZodError
      ? damaged(file, 'a line is not readable', error)
      : error;
  }
}

function explainReading(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return new UserError(
      'E_BACKUP_MISSING',
      `There is no file ${file}.`,
      'Name a file that mw db backup has written.',
      {
        cause: error,
      },
    );
  return code?.startsWith('Z_') === true ? damaged(file, 'it is not complete, or not a gzip file', error) : error;
}

function damaged(file: string, why: string, cause?: unknown): UserError {
  return new UserError(
    'E_BACKUP_DAMAGED',
    `${file} is not a whole backup: ${why}. Nothing was restored.`,
    'Use another backup.',
    { cause },
  );
}
