/**
 * A Markdown file as lines, as far as a spec needs it. Done line by line, like OpenSpec does it, and not by a Markdown
 * parser: both must see the same headings, the time grows with the length alone whatever the text is, and every byte
 * stays where it was.
 */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end. */
  readonly text: string;
  /** `\n`, `\r\n`, or empty at the end of a file without one. */
  readonly end: string;
  /** In a fenced block or in a comment of several lines: nothing in it is a heading, a step or an id. */
  readonly literal: boolean;
}

/** Joining `text` and `end` of all lines gives the file back. */
export function scanLines(file: string): readonly Line[] {
  const lines: Line[] = [];
  let fence: string | null = null;
  let inComment = false;
  for (let at = 0, number = 1; at < file.length; number += 1) {
    const feed = file.indexOf('\n', at);
    const stop = feed === -1 ? file.length : feed;
    const bare = stop > at && feed !== -1 && file[stop - 1] === '\r' ? stop - 1 : stop;
    const text = file.slice(at, bare);
    const marker = inComment ? null : fenceMarker(text);
    const closes = fence !== null && marker !== null && isClosing(fence, marker, text);
    const opens = fence === null && marker !== null;
    lines.push({
      number,
      text,
      end: file.slice(bare, feed === -1 ? stop : feed + 1),
      literal: fence !== null || inComment || opens,
    });
    if (closes) fence = null;
    else if (opens) fence = marker;
    else if (fence === null) inComment = endsInComment(text, inComment);
    at = feed === -1 ? file.length : feed + 1;
  }
  return lines;
}

/** Depth and text of a heading with `#`; `null` for any other line. */
export function readHeading({ text, literal }: Line): { readonly depth: number; readonly text: string } | null {
  if (literal) return null;
  const marks = /^ {0,3}(#{1,6})(?=[ \t]|$)/.exec(text);
  if (marks === null) return null;
  const rest = text.slice(marks[0].length).trim();
  return { depth: marks[1]?.length ?? 0, text: rest.replace(/(?:^|[ \t])#+$/, '').trim() };
}

/** A line that only divides, such as `---`; it is no part of what stands above it. */
export function isThematicBreak(text: string): boolean {
  return /^\s*(?:-\s*){3,}$|^\s*(?:\*\s*){3,}$/.test(text);
}

function fenceMarker(text: string): string | null {
  return /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(text)?.[1] ?? null;
}

function isClosing(fence: string, marker: string, text: string): boolean {
  return marker[0] === fence[0] && marker.length >= fence.length && text.trim() === marker;
}

function endsInComment(text: string, inComment: boolean): boolean {
  let inside = inComment;
  for (let at = 0; ;) {
    const next = text.indexOf(inside ? '-->' : '<!--', at);
    if (next === -1) return inside;
    at = next + (inside ? 3 : 4);
    inside = !inside;
  }
}
