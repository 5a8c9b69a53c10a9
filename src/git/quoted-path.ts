const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, '"': 34, '\\': 92, a: 7, b: 8, f: 12, r: 13, v: 11 };

/** A path as git writes it into lines: one with unusual characters stands in quotes, its bytes escaped. */
export function unquotePath(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  const bytes: number[] = [];
  const inner = text.slice(1, -1);
  for (let at = 0; at < inner.length; at += 1) {
    if (inner[at] !== '\\') bytes.push(inner.charCodeAt(at));
    else {
      const octal = /^[0-7]{3}/.exec(inner.slice(at + 1, at + 4))?.[0];
      bytes.push(octal === undefined ? (escapes[inner[at + 1] ?? ''] ?? 63) : Number.parseInt(octal, 8));
      at += octal === undefined ? 1 : 3;
    }
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
