/** Work that stands in a foreign list, ready to be added to the backlog. */
export interface NewWork {
  /** The foreign id, unique in the project: adding it again adds nothing. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** Keys of other work that must have landed first. */
  readonly after: readonly string[];
  /** -100 to 100; higher starts earlier, 0 is usual. */
  readonly priority: number;
  /** In the foreign file, from 1; `null` where it has no lines. */
  readonly line: number | null;
}

/** How a work item of the backlog stands, as far as a foreign list can say. */
export type WorkState = 'waiting' | 'started' | 'landed' | 'cancelled';

/** Titles have at most so many characters; what is cut off stands in the body. */
const maxTitleChars = 500;

/** A title of one line, and the body with the whole of it where that is longer. */
export function fitTitle(title: string, body: string): { readonly title: string; readonly body: string } {
  const line = title.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= maxTitleChars) return { title: line, body };
  return { title: `${line.slice(0, maxTitleChars - 1)}…`, body: `${line}\n\n${body}`.trim() };
}
