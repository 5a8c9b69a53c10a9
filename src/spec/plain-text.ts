/** Words of Markdown without what only changes how they look. */

/** One line of text: no comments, emphasis of whole words, list marker or surplus white space; composed Unicode. */
export function plainText(markdown: string): string {
  return withoutEmphasis(withoutComments(markdown))
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

/** Text in backquotes, or signs of emphasis that stand together. */
const spanOrSigns = /`[^`]*`|[*_]+/g;

/**
 * Takes away pairs of `*`, `**`, `***`, `_` and so on around words, nested or not. Signs that stand alone are the
 * writer's own: `2 * 3`, `*.ts`, `snake_case`. One look at each character, whatever the text is.
 */
function withoutEmphasis(text: string): string {
  const open = new Map<string, number>();
  const gone: (readonly [at: number, length: number])[] = [];
  for (const { 0: signs, index } of text.matchAll(spanOrSigns)) {
    if (signs.startsWith('`')) continue;
    const before = text[index - 1] ?? ' ';
    const after = text[index + signs.length] ?? ' ';
    let at = index;
    for (const [sign] of signs.matchAll(/\*+|_+/g)) {
      const start = open.get(sign);
      if (start !== undefined && closes(sign, before, after)) {
        gone.push([start, sign.length], [at, sign.length]);
        open.delete(sign);
      } else if (opens(sign, before, after)) open.set(sign, at);
      at += sign.length;
    }
  }
  let kept = '';
  let from = 0;
  for (const [at, length] of gone.sort(([a], [b]) => a - b)) {
    kept += text.slice(from, at);
    from = at + length;
  }
  return kept + text.slice(from);
}

const letter = /[\p{L}\p{N}]/u;

function opens(sign: string, before: string, after: string): boolean {
  if (sign.length > 3 || /\s/.test(after)) return false;
  if (sign.length > 1 && sign.startsWith('*')) return true;
  return !letter.test(before) && (sign.length > 1 || letter.test(after) || /["'(`]/.test(after));
}

function closes(sign: string, before: string, after: string): boolean {
  if (/\s/.test(before)) return false;
  if (sign.length > 1 && sign.startsWith('*')) return true;
  return !letter.test(after) && (sign.length > 1 || letter.test(before) || /["')`.,:;!?%]/.test(before));
}
