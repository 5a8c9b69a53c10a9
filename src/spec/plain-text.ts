/** Words of Markdown without what only changes how they look. */

const comment = /<!--.*?-->/g;

/** One line of text: no comments, emphasis of whole words, list marker or surplus white space; composed Unicode. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(comment, '')
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
