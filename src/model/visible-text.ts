/**
 * Characters that act on a display instead of showing on it: controls, escapes, bidirectional overrides, zero-width and
 * other ignorable code points, tag characters, line and paragraph separators, lone surrogates. Tab, line feed and the
 * emoji variation selector (U+FE0F) stay.
 */
const acting = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\u{FE0F}\t\n]]/gv;

/**
 * The text with every such character written as `\u{…}`, so that no output of an agent can move the cursor, hide a word
 * or turn a line around. To be used wherever foreign text is shown. Total; a second pass changes nothing.
 */
export function showControl(text: string): string {
  return text.replace(acting, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The text without such characters, for what is kept and handed on. Total; a second pass changes nothing. */
export function dropControl(text: string): string {
  return text.replace(acting, '');
}

/**
 * JSON in which such characters stand as `\uXXXX`: the same value to whoever parses it, and harmless on a terminal.
 * `indent` as in `JSON.stringify`.
 */
export function printableJson(value: unknown, indent = 0): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // Outside of strings JSON has none of them but line feeds, which stay.
  return JSON.stringify(value, null, indent).replace(acting, (character) => character.split('').map(escape).join(''));
}
