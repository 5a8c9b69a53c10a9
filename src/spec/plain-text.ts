/** Words of Markdown without what only changes how they look. */

/** One line of text: no comments, emphasis of whole words, list marker or surplus white space; composed Unicode. */
export function plainText(markdown: string): string {
  return withoutComments(markdown)
    .replaceAll(/(\*\*|__)(?=\S)([^*_]*?\S)\1/g, '$2')
    .replace(/^\s*(?:[-*+]|\d{1,9}[.)])\s+/, '')
    .normalize('NFC')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Whether the line begins an entry of a list. */
export function isListItem(text: string): boolean {
  return /^\s*(?:[-*+]|\d{1,9}[.)])\s+\S/.test(text);
}

/** By hand: a pattern would look for the end of the line again at each comment that is not closed. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const opens = text.indexOf('<!--', at);
    const closes = opens === -1 ? -1 : text.indexOf('-->', opens + 4);
    if (closes === -1) return parts.join('') + text.slice(at);
    parts.push(text.slice(at, opens));
    at = closes + 3;
  }
}
