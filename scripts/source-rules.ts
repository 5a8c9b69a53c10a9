/** Rules of the house that the linter has no words for. `node scripts/source-rules.ts` reads src/ and prints breaks. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Layer } from './layers.ts';
import { layers } from './layers.ts';
import { deepest } from './lint-config.ts';

interface SourceRule {
  readonly name: string;
  readonly breaks: RegExp;
  /** Whether the rule holds for a file of this folder of src/. */
  readonly holds: (folder: string, layer: Layer | undefined) => boolean;
  readonly instead: string;
}

const rules: readonly SourceRule[] = [
  {
    name: 'git-spawn',
    // The program as the first argument of a call, alone or at the head of an argument list.
    breaks: /\b(?:\w*(?:spawn|exec|run|start|execa)\w*)\(\s*\[?\s*['"`](?:[\w/.-]*\/)?git(?:['"`]| )/gi,
    holds: (folder) => folder !== 'git',
    instead: 'only src/git spawns git: its environment is built from nothing there',
  },
  {
    name: 'clock',
    breaks: /\bnew Date\(\s*\)/g,
    holds: (_folder, layer) => layer !== undefined && !layer.node,
    instead: 'this layer is pure: the time comes in as an argument',
  },
  {
    name: 'unknown-folder',
    breaks: /^/g,
    holds: (_folder, layer) => layer === undefined,
    instead: 'add the folder to scripts/layers.ts first',
  },
];

/** Breaks of the rules in one file, as `file:line rule: what to do instead`. Pure; `file` is relative to the root. */
export function findSourceBreaks(file: string, text: string): readonly string[] {
  const [, folder = '', ...rest] = file.split('/');
  const layer = layers[folder];
  const found = rules
    .filter(({ holds }) => holds(folder, layer))
    .flatMap(({ name, breaks, instead }) =>
      Array.from(text.matchAll(breaks), ({ index }) => `${file}:${lineAt(text, index)} ${name}: ${instead}`),
    );
  const tooDeep =
    rest.length > deepest + 1 ? [`${file}:1 depth: the layer rules reach ${deepest} folders below src/${folder}`] : [];
  return [...found, ...tooDeep];
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const breaks = files.flatMap((file) =>
    findSourceBreaks(file.replaceAll('\\', '/'), readFileSync(`${root}${file}`, 'utf8')),
  );
  for (const line of breaks) console.error(`✗ ${line}`);
  if (breaks.length > 0) process.exitCode = 1;
}
