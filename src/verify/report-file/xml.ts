/** XML as test reports use it: elements, attributes, text, CDATA. Strict, and linear in the length of the text. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

export type XmlToken =
  | { readonly type: 'open'; readonly end: number; readonly name: string; readonly attributes: Map<string, string> }
  | { readonly type: 'close'; readonly end: number; readonly name: string | null }
  | { readonly type: 'text'; readonly end: number; readonly text: string }
  | { readonly type: 'ignored'; readonly end: number }
  | { readonly type: 'broken'; readonly end: number };

/** Reports nest a handful of levels. */
const deepest = 64;
const nameAt = /[\p{L}_][\p{L}\p{N}_:.-]*/uy;
const attributeAt = /[ \t\r\n]+([\p{L}_][\p{L}\p{N}_:.-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/uy;
const endAt = /[ \t\r\n]*(\/?>)/y;
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The root element; `null` when the text is not well-formed, nests deeper than 64 levels, or has a DOCTYPE: entities of
 * its own can make a small file endless. Control characters pass: runners copy them from outputs.
 */
export function readXml(text: string): XmlElement | null {
  const open: (XmlElement & { readonly children: XmlElement[]; text: string })[] = [];
  let root: XmlElement | null = null;
  for (const token of scanXml(text)) {
    const around = open.at(-1);
    switch (token.type) {
      case 'broken':
        return null;
      case 'ignored':
        break;
      case 'text':
        if (around !== undefined) around.text += token.text;
        else if (token.text.trim() !== '') return null;
        break;
      case 'open': {
        if (open.length === deepest || (around === undefined && root !== null)) return null;
        const element = { name: token.name, attributes: token.attributes, children: [], text: '' };
        around?.children.push(element);
        root ??= element;
        open.push(element);
        break;
      }
      case 'close':
        if (around === undefined || (token.name !== null && token.name !== around.name)) return null;
        open.pop();
        break;
    }
  }
  return open.length === 0 ? root : null;
}

/**
 * The text cut into tokens: each begins where the one before ended, none is empty but the close of `<a/>`, and the last
 * one is `broken` when the text is. The work on a token is in proportion to its length.
 */
export function* scanXml(text: string): Generator<XmlToken> {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const token = scanToken(text, at);
    yield token;
    if (token.type === 'broken') return;
    at = token.end;
    if (token.type === 'open' && text[at - 2] === '/') yield { type: 'close', end: at, name: null };
  }
}

function scanToken(text: string, at: number): XmlToken {
  const broken = { type: 'broken', end: text.length } as const;
  if (text[at] !== '<') {
    const next = text.indexOf('<', at);
    const end = next === -1 ? text.length : next;
    const decoded = decode(text.slice(at, end));
    return decoded === null ? broken : { type: 'text', end, text: decoded };
  }
  if (text.startsWith('<![CDATA[', at)) {
    const close = text.indexOf(']]>', at + 9);
    return close === -1 ? broken : { type: 'text', end: close + 3, text: text.slice(at + 9, close) };
  }
  if (text.startsWith('<!--', at)) return ignoreUntil('-->', text, at + 4);
  if (text.startsWith('<?', at)) return ignoreUntil('?>', text, at + 2);
  const closes = text[at + 1] === '/';
  const name = matchAt(nameAt, text, at + (closes ? 2 : 1))?.[0];
  if (name === undefined) return broken;
  let end = at + (closes ? 2 : 1) + name.length;
  const attributes = new Map<string, string>();
  for (let found = closes ? null : matchAt(attributeAt, text, end); found !== null;) {
    const [whole, key = '', double, single] = found;
    const value = decode(double ?? single ?? '');
    if (value === null || attributes.has(key)) return broken;
    attributes.set(key, value);
    end += whole.length;
    found = matchAt(attributeAt, text, end);
  }
  const [whole, bracket] = matchAt(endAt, text, end) ?? [];
  if (whole === undefined || (closes && bracket !== '>')) return broken;
  end += whole.length;
  return closes ? { type: 'close', end, name } : { type: 'open', end, name, attributes };
}

function ignoreUntil(mark: string, text: string, from: number): XmlToken {
  const close = text.indexOf(mark, from);
  return close === -1 ? { type: 'broken', end: text.length } : { type: 'ignored', end: close + mark.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** With its references resolved; `null` when one of them is not known. */
function decode(text: string): string | null {
  let known = true;
  const decoded = text.replace(/&([^;&]{0,10};)?/g, (_whole, reference: string | undefined) => {
    const character = reference === undefined ? null : resolve(reference.slice(0, -1));
    known &&= character !== null;
    return character ?? '';
  });
  return known ? decoded : null;
}

function resolve(reference: string): string | null {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(reference) ?? [];
  if (hex === undefined && decimal === undefined)
    return Object.hasOwn(named, reference) ? (named[reference] ?? null) : null;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : null;
}
