/**
 * What a file declares for others to use, without how it does it: for somebody who is to test the work and not to read it.
 * Read line by line, for any language; comments are left out, because they are its maker's words.
 */

const declaration = new RegExp(
  [
    String.raw`^(?:export\b|module\.exports\b|exports\.)`,
    String.raw`^\s*(?:(?:pub(?:\([^)]*\))?|public|protected|static|async|abstract|final|override|open|virtual|sealed|readonly|get|set|unsafe|extern|const|default|suspend|inline|data)\s+)*(?:class|interface|enum|struct|trait|impl|record|protocol|module|namespace|object|type|def|defp?|defmodule|fn|func|fun|function|sub)\b`,
    String.raw`^\s*(?:public|protected|internal|open)\s`,
    String.raw`^\s+(?:(?:static|async|get|set)\s+)*[\w$]+\s*\([^;]*\)\s*(?::[^{;]+)?\{\s*$`,
  ].join('|'),
  'u',
);
const hidden =
  /^\s*(?:private\b|#|\/\/|\/\*|\*|(?:static\s+|async\s+)*#|(?:if|for|while|switch|catch|return|else|do|try|with)\b|(?:async\s+)?def\s+_(?!_))/;

const maxLines = 400;

/** One line for each declaration, at most four hundred; a signature over several lines is joined to one. */
export function outlineOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  const found: string[] = [];
  for (let at = 0; at < lines.length && found.length < maxLines; at += 1) {
    const line = lines[at] ?? '';
    if (line.length > 2_000 || hidden.test(line) || !declaration.test(line)) continue;
    let signature = line.trimEnd();
    if (isShape(signature)) {
      const shape = readShape(lines.slice(at, at + maxShape));
      found.push(...shape);
      at += Math.max(0, shape.length - 1);
      continue;
    }
    for (let next = at + 1; next < Math.min(at + 30, lines.length) && isOpen(signature); next += 1)
      signature = `${signature} ${(lines[next] ?? '').trim()}`.slice(0, 2_000);
    found.push(withoutBody(signature));
  }
  // Where a file says what it exports, the rest is its own business.
  const isModule = found.some((line) => line.startsWith('export'));
  return found.filter((line) => line !== '' && (!isModule || /^(?:export|\s|[})])/.test(line)));
}

/** Names that a file declares. */
export function namesIn(outline: readonly string[]): readonly string[] {
  const noun =
    /\b(?:class|interface|enum|struct|trait|record|object|type|def|fn|func|fun|function|const|let|var)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu;
  return outline.flatMap((line) => [...line.matchAll(noun)].map(([, name = '']) => name));
}

const maxShape = 80;

/** What has no body but its fields: they are the interface. */
function isShape(line: string): boolean {
  return /^\s*(?:export\s+)?(?:pub\s+)?(?:declare\s+)?(?:interface|type|enum|struct)\b.*[{(]\s*$/.test(line);
}

/** To the bracket that closes it. */
function readShape(lines: readonly string[]): readonly string[] {
  let depth = 0;
  const kept: string[] = [];
  for (const line of lines) {
    depth += line.split(/[{(]/).length - line.split(/[})]/).length;
    kept.push(/^\s*(?:\/\/|\/\*|\*|#(?!\[))/.test(line) ? '' : line.trimEnd());
    if (depth <= 0) break;
  }
  return kept;
}

/** Whether a bracket of the parameters is still open. */
function isOpen(signature: string): boolean {
  const count = (bracket: string) => signature.split(bracket).length;
  return count('(') > count(')');
}

/** Up to where what it does begins. */
function withoutBody(signature: string): string {
  if (/^\s*(?:export\s+)?(?:declare\s+)?(?:interface|type|enum)\b/.test(signature)) return signature;
  const arrow = signature.indexOf('=>');
  if (arrow >= 0) return signature.slice(0, arrow).trimEnd();
  const brace = signature.search(/\{\s*(?:$|\/\/|return\b)|\)\s*(?::[^={]+|->[^{]+)?\{/);
  const cut = brace < 0 ? signature : signature.slice(0, signature.indexOf('{', brace));
  const value = /^(\s*export\s+(?:const|let|var)\s+[\w$]+[^=]*)=/.exec(cut);
  return (value?.[1] ?? cut).trimEnd();
}
