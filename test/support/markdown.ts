/** What a Markdown page claims that can be looked up: links, headings, commands, files. Pure. */

/** Targets of links and pictures, as written. Code is left out. */
export function readLinks(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target ?? '');
}

/** The anchors that GitHub gives the headings. */
export function readAnchors(text: string): ReadonlySet<string> {
  const headings = Array.from(text.matchAll(/^#{1,6} (.+)$/gm), ([, title]) => title ?? '');
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Inline code, and the lines of shell blocks. */
export function readCode(text: string): readonly string[] {
  const shell = Array.from(text.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block ?? '').flatMap((block) =>
    block.split('\n'),
  );
  const inline = Array.from(
    text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g),
    ([, code]) => code ?? '',
  );
  return [...shell, ...inline];
}

/** Calls of `mw` in a line of shell, each as its words; what follows a `#` or stands in quotes is not looked at. */
export function readCalls(line: string): readonly (readonly string[])[] {
  const plain = line.replaceAll(/"[^"]*"|'[^']*'/g, 'TEXT').replace(/(^|\s)#.*$/, '');
  return plain
    .split(/&&|\|\||[|;<>&]|, (?:or|then) |: /)
    .map((part) =>
      part
        .trim()
        .replace(/^(?:[A-Z_]+=\S+ +|npx |env )+/, '')
        .split(/\s+/),
    )
    .filter(([program, ...rest]) => program === 'mw' && rest.length > 0)
    .map(([, ...words]) => words);
}
