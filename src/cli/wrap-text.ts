/** A column that is narrower than this reads worse than lines that are too long. */
const narrowest = 30;

/** What `indent` leaves of the terminal's columns. */
export function widthBehind(indent: number, columns: number): number {
  return Math.max(columns - indent, narrowest);
}

/**
 * Lines of at most `width` characters, broken at spaces; a word that is longer than a line is cut up. `width` null: one
 * line, as where nothing limits it.
 */
export function wrapText(text: string, width: number | null): readonly string[] {
  if (width === null) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = cutUp(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return [...lines, line];
}

function cutUp(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < word.length; at += width) pieces.push(word.slice(at, at + width));
  return pieces;
}
