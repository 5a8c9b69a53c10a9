/** Pages do not lie about what can be looked up: links, commands and their options, npm scripts, files. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { defineEveryCommand } from '../../scripts/command-page.ts';
import { renderReference } from '../../scripts/reference.ts';
import { readAnchors, readCalls, readCode, readLinks } from '../support/markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = ['*.md', 'docs/**/*.md'].flatMap((pattern) => globSync(pattern, { cwd: root })).sort();

let program: Command;
beforeAll(async () => {
  program = await defineEveryCommand();
});

/** Links of a page that lead nowhere. */
function findDeadLinks(page: string, text: string): readonly string[] {
  return readLinks(text).filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, file))) return true;
    return anchor !== undefined && !readAnchors(path === '' ? text : read(file)).has(anchor);
  });
}

/** Why a call of `mw` would be refused for its words alone; empty when it would not. */
function findFaults([name = '', ...words]: readonly string[]): readonly string[] {
  if (/^(?:…|-V|--version|-h|--help|-C)$/.test(name)) return [];
  let command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return [`mw ${name}: no such command`];
  const below = command.commands.find((each) => each.name() === words[0]);
  if (command.commands.length > 0 && words.length > 0 && below === undefined)
    return [`mw ${name} ${words[0]}: no such command`];
  command = below ?? command;
  const known = command.options.flatMap(({ short, long }) => [short, long]);
  return words
    .filter((word) => /^--?[a-z]/.test(word) && !['-h', '--help'].includes(word))
    .filter((word) => !known.includes(word))
    .map((word) => `mw ${name}: no option ${word}`);
}

const findWrongCalls = (text: string) => readCode(text).flatMap(readCalls).flatMap(findFaults);

/** Files of ours that inline code or a shell line names and that are not there. */
function findMissingFiles(text: string): readonly string[] {
  const named = readCode(text).flatMap(
    (code) => code.match(/(?<![\w./-])(?:src|test|scripts|docs|bench|bin)\/[\w./-]+\.(?:ts|cjs|md|svg)\b/g) ?? [],
  );
  return named.filter((path) => !existsSync(join(root, path)));
}

function findUnknownScripts(text: string): readonly string[] {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const named = readCode(text).flatMap((code) =>
    Array.from(code.matchAll(/\bnpm run ([\w:-]+)/g), ([, name]) => name ?? ''),
  );
  return named.filter((name) => !(name in scripts));
}

describe.each(pages)('%s', (page) => {
  it('has no link that leads nowhere', () => expect(findDeadLinks(page, read(page))).toEqual([]));
  it('names files that exist', () => expect(findMissingFiles(read(page))).toEqual([]));
  it('names npm scripts that exist', () => expect(findUnknownScripts(read(page))).toEqual([]));
  it('calls mw with commands and options that it has', () => expect(findWrongCalls(read(page))).toEqual([]));
});

it('is a test of many pages and many calls', () => {
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flatMap((page) => readCode(read(page)).flatMap(readCalls)).length).toBeGreaterThan(150);
});

it('red control: what is wrong is found', () => {
  expect(
    findDeadLinks('docs/x.md', '[a](gone.md) [b](README.md) [c](README.md#nowhere) [d](https://example.com)'),
  ).toEqual(['gone.md', 'README.md#nowhere']);
  expect(findWrongCalls('`mw lsit`, `mw up --untill-empty`, `mw db bakcup f`, `mw add "--not-one" --json -`')).toEqual([
    'mw lsit: no such command',
    'mw up: no option --untill-empty',
    'mw db bakcup: no such command',
  ]);
  expect(findWrongCalls('```sh\ncd x && MW_HOME=/x mw gc --all # mw nothing\n```\n')).toEqual([
    'mw gc: no option --all',
  ]);
  expect(findMissingFiles('`test/house/gone.test.ts` and `test/house/docs.test.ts`')).toEqual([
    'test/house/gone.test.ts',
  ]);
  expect(findUnknownScripts('`npm run demmo && npm run demo`')).toEqual(['demmo']);
});

it('the reference is what the definitions say now', async () => {
  for (const [name, text] of await renderReference()) expect(read(`docs/reference/${name}`), name).toBe(text);
});
