import { readJavascript } from './javascript/read-javascript.ts';
import { readByPattern } from './by-pattern/read-by-pattern.ts';
import { readPython } from './python/read-python.ts';
import { depthOf } from './depth.ts';
import { noFacts, type SourceFacts } from './source-facts.ts';

const byTree = new Set(['js', 'jsx', 'mjs', 'cjs', 'ts', 'tsx', 'mts', 'cts']);
const byPattern = new Set([
  'go',
  'rs',
  'java',
  'kt',
  'kts',
  'cs',
  'rb',
  'php',
  'swift',
  'ex',
  'exs',
  'scala',
  'groovy',
  'c',
  'cc',
  'cpp',
  'h',
  'hpp',
  'dart',
  'sh',
]);

/** Longer or deeper texts are not written by hand, and nobody reads them. */
const maxChars = 400_000;
const maxDepth = 400;

/** Whether texts of this name are read at all. */
export function isReadable(path: string): boolean {
  const extension = extensionOf(path);
  return byTree.has(extension) || byPattern.has(extension) || extension === 'py' || extension === 'pyi';
}

/** What a text says about tests and ways around them. Total over any text, by the kind that its path names. */
export function readSource(path: string, text: string, isTest: boolean): SourceFacts {
  if (text.length > maxChars || depthOf(text) > maxDepth) return unreadable(text);
  const extension = extensionOf(path);
  const place = { isTest, isProgram: isProgram(path, text) };
  if (byTree.has(extension)) return readJavascript(text, extension, place);
  if (extension === 'py' || extension === 'pyi') return readPython(text, place);
  return byPattern.has(extension) ? readByPattern(text, extension, isTest) : noFacts;
}

function unreadable(text: string): SourceFacts {
  const says = 'it is too long, or nests too deep, to be read by anybody';
  return { ...noFacts, marks: [{ family: 'unreadable', line: 1, text, says }] };
}

/** A program that people start: it may end itself. */
function isProgram(path: string, text: string): boolean {
  return (
    text.startsWith('#!') ||
    /(?:^|\/)(?:bin|cli|scripts|cmd|tools)\/|(?:^|\/)(?:main|cli|__main__|manage)\.\w+$/.test(path)
  );
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}
