/** YAML text to a value that a schema accepts, keeping the place of every key, so that later rules can point at it. */
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Path, shapeOf } from './expected-shape.ts';
import { explainIssue } from './explain-issue.ts';
import { findAliasFault } from './find-alias-fault.ts';
import { type Problem, sortProblems } from './problem.ts';

/** Configuration is small; anything larger is a mistake or an attack. */
const maxChars = 256 * 1024;

/** Makes a problem at the key or the value of a path, or at the nearest thing above it that exists. */
export type ProblemAt = (
  path: Path,
  message: string,
  options?: { readonly on?: 'key' | 'value'; readonly suggestion?: string | null },
) => Problem;

export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly problemAt: ProblemAt }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The value in `text`, checked by `schema`. Every mistake is a value: syntax, tabs, duplicate keys, unknown tags, alias
 * bombs and circles, wrong types, unknown keys. `file` is only named in problems.
 */
export function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>): Parsed<T> {
  if (text.length > maxChars) {
    return refuse({ file, line: 1, column: 1, message: `larger than ${maxChars / 1024} KiB`, suggestion: null });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false, stringKeys: true });
  const place = (offset: number) => ({ file, line: lines.linePos(offset).line, column: lines.linePos(offset).col });

  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return refuse(
      ...broken.map((error) => ({
        ...place(error.pos[0]),
        message: explainSyntax(error.code, error.message),
        suggestion: null,
      })),
    );
  }
  const fault = findAliasFault(document);
  if (fault !== null) return refuse({ ...place(fault.offset), message: fault.message, suggestion: null });

  const problemAt: ProblemAt = (path, message, { on = 'value', suggestion = null } = {}) => ({
    ...place(offsetOf(document, path, on)),
    message,
    suggestion,
  });
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  if (value === null || value === undefined)
    return refuse({ ...place(0), message: 'the file is empty', suggestion: null });
  const checked = schema.safeParse(value);
  if (checked.success) return { ok: true, value: checked.data, problemAt };
  const shape = shapeOf(schema);
  return refuse(
    ...checked.error.issues
      .flatMap((issue) => explainIssue(issue, shape, value))
      .map(({ path, on, message, suggestion }) => problemAt(path, message, { on, suggestion })),
  );
}

function refuse(...problems: readonly Problem[]): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems: sortProblems(problems) };
}

/** The parser’s complaint; the frequent ones in our words. */
function explainSyntax(code: string, message: string): string {
  const words: Readonly<Record<string, string>> = {
    DUPLICATE_KEY: 'this key is there twice',
    TAB_AS_INDENT: 'a tab indents this line: use spaces',
    MULTIPLE_DOCS: 'a second document starts here ("---"): one file holds one',
    TAG_RESOLVE_FAILED: 'tags ("!…") are not used here: write the plain value',
    NON_STRING_KEY: 'a key must be plain text',
    RESOURCE_EXHAUSTION: 'nested too deeply',
  };
  return words[code] ?? message.charAt(0).toLowerCase() + message.slice(1);
}

/** Where in the text the path leads; an absent end of the path counts as its last key that is there. */
function offsetOf(document: Document, path: Path, on: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) return offset;
      const isLast = index === path.length - 1;
      const keyOffset = startOf(pair.key) ?? offset;
      node = pair.value;
      offset = isLast && on === 'value' ? (startOf(node) ?? keyOffset) : keyOffset;
    } else {
      return offset;
    }
  }
  return offset;
}

/** Where a node starts; `null` for a value that was left out, whose key is the better place to point at. */
function startOf(node: unknown): number | null {
  if (!isNode(node) || node.range === null || node.range === undefined) return null;
  const [start, end] = node.range;
  return start === end ? null : start;
}
