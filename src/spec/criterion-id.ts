/** Ids of criteria, kept in comments that no reader sees: `<!-- invoice-download/AC-3 -->`. */

const idText = '[a-z0-9][a-z0-9-]{0,63}/AC-[1-9][0-9]{0,5}';
const idComment = new RegExp(`<!--[ \\t]*(${idText})[ \\t]*-->`);
const nextComment = /^<!--[ \t]*next: AC-([1-9][0-9]{0,5})[ \t]*-->$/;
const specName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** What a folder below `specs/` may be called, so that it can be part of an id. */
export function isSpecName(name: string): boolean {
  return specName.test(name);
}

export function isCriterionId(id: string): boolean {
  return new RegExp(`^${idText}$`).test(id);
}

/** The id in a line; `null` when it has none. */
export function readId(text: string): string | null {
  return idComment.exec(text)?.[1] ?? null;
}

/** The line without its id, and without the white space before it. */
export function withoutId(text: string): string {
  const found = idComment.exec(text);
  return found === null ? text : text.slice(0, found.index).trimEnd() + text.slice(found.index + found[0].length);
}

/** The number of an id: 3 for `invoice-download/AC-3`. */
export function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

export function writeId(id: string): string {
  return `<!-- ${id} -->`;
}

/** The number in the line that remembers which comes next, so that none is used twice; `null` for any other line. */
export function readNext(text: string): number | null {
  const found = nextComment.exec(text.trim());
  return found === null ? null : Number(found[1]);
}

export function writeNext(number: number): string {
  return `<!-- next: AC-${number} -->`;
}
