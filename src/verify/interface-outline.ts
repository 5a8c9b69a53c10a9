/**
 * What a file declares for others to use, without how it does it: for somebody who is to test the work and not to read it.
 * Read line by line, for any language; comments and default values are left out, because they are its maker's words.
 */

const modifiers = String.raw`(?:(?:pub(?:\([^)]*\))?|public|protected|internal|static|async|abstract|final|override|open|virtual|sealed|readonly|unsafe|extern|const|suspend|inline|data|export|default|declare)\s+)*`;
const nouns =
  'class|interface|enum|struct|trait|record|protocol|module|namespace|object|type|def|defp|defmodule|fn|func|fun|function|sub';
const declaration = new RegExp(
  [
    // A noun and a name, or an implementation for something.
    String.raw`^\s*${modifiers}(?:${nouns})\b\*?\s*(?:\([^)]*\)\s*)?[\p{L}_$]`,
    String.raw`^\s*impl\b`,
    String.raw`^export\s+(?:default\s+)?(?:const|let|var|function|class|async|abstract|\{)`,
    String.raw`^(?:module\.)?exports\b`,
    String.raw`^\s*(?:public|protected|internal|open)\s`,
    // A method: a name, parameters without further calls in them, and the beginning of a body.
    String.raw`^\s+(?:(?:static|async|get|set|\*)\s*)*[\w$]+\s*\([^()]*\)\s*(?::[^={;]+)?\{`,
  ].join('|'),
  'u',
);
const hidden =
  /^\s*(?:private\b|(?:static\s+|async\s+)*#|(?:if|for|while|switch|catch|return|else|do|try|with|match|loop)\b|(?:async\s+)?def\s+_(?!_))/;
const shape =
  /^\s*(?:export\s+)?(?:pub\s+)?(?:declare\s+)?(?:interface|type|enum|struct)\b[^(]*\{\s*$|^type\s+\w+\s+struct\s*\{\s*$/;

const maxLines = 400;
const maxChars = 400_000;
const maxLineChars = 400;
const maxShape = 80;
const maxSignature = 30;

/** One line for each declaration, at most four hundred; a signature over several lines is joined to one. */
export function outlineOf(text: string): readonly string[] {
  if (text.length > maxChars) return [];
  const lines = stripComments(text).split(/\r?\n/);
  const found: string[] = [];
  for (let at = 0; at < lines.length && found.length < maxLines; at += 1) {
    const line = (lines[at] ?? '').trimEnd();
    if (line.length > maxLineChars || hidden.test(line) || !declaration.test(line)) continue;
    const fields = shape.test(line) ? readShape(lines.slice(at, at + maxShape)) : null;
    if (fields !== null) {
      found.push(...fields);
      at += fields.length - 1;
      continue;
    }
    let signature = line;
    for (let next = at + 1; next < Math.min(at + maxSignature, lines.length) && isOpen(signature); next += 1)
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

/** What a text says beside its comments; lines stay lines, and what stands in quotes stays. */
function stripComments(text: string): string {
  const token =
    /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|(?<![^\s;{])#(?![\w[!{])[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(token, (found) => {
    if (/^["'`]/.test(found)) return found;
    return '\n'.repeat(found.split('\n').length - 1);
  });
}

/** What has no body but its fields, to the bracket that closes it; `null` where that is not near. */
function readShape(lines: readonly string[]): readonly string[] | null {
  let depth = 0;
  const kept: string[] = [];
  for (const line of lines) {
    depth += count(line, /[{(]/g) - count(line, /[})]/g);
    kept.push(line.trimEnd());
    if (depth <= 0) return kept.filter((each) => each !== '');
  }
  return null;
}

/** Whether a bracket of the parameters is still open. */
function isOpen(signature: string): boolean {
  return count(signature, /\(/g) > count(signature, /\)/g);
}

function count(text: string, bracket: RegExp): number {
  return [...text.matchAll(bracket)].length;
}

/** Up to where it says what it does: a body, a value, a default. */
function withoutBody(signature: string): string {
  let depth = 0;
  let kept = '';
  let isSkipping = false;
  for (let at = 0; at < signature.length; at += 1) {
    const letter = signature[at] ?? '';
    if (letter === '(' || letter === '[' || letter === '<') depth += 1;
    if (
      (letter === ')' ||
        letter === ']' ||
        (letter === '>' && signature[at - 1] !== '=' && signature[at - 1] !== '-')) &&
      depth > 0
    ) {
      depth -= 1;
      isSkipping = false;
    }
    const isSign =
      letter === '=' && !'=>'.includes(signature[at + 1] ?? ' ') && !'=<>!'.includes(signature[at - 1] ?? ' ');
    if (depth === 0) {
      if (letter === '{' && !/export\s*$/.test(kept) && !/(?:const|let|var)\s*$/.test(kept)) break;
      if (isSign || (letter === '=' && signature[at + 1] === '>')) {
        // A function that is a value has its parameters behind the sign.
        const value = /^=\s*(?:async\s*)?(\([^()]*\))(\s*:[^={]+)?\s*=>/.exec(signature.slice(at));
        if (value === null) break;
        return `${kept.trimEnd()} = ${withoutBody(value[1] ?? '')}${(value[2] ?? '').trimEnd()}`;
      }
      // In Python a colon ends what is declared; elsewhere a type follows it.
      if (letter === ':' && /\bdef\b|^\s*class\b/.test(kept) && /\)\s*(?:->[^:]+)?$|^\s*class\s+\w+$/.test(kept)) break;
    } else if (isSign) {
      isSkipping = true;
      kept = kept.trimEnd();
    } else if (letter === ',') isSkipping = false;
    if (!isSkipping) kept += letter;
  }
  return kept.trimEnd();
}
