import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findStarted, locate } from '../../scripts/build.ts';
import { writeLayerTable } from '../../scripts/layer-table.ts';
import { layers } from '../../scripts/layers.ts';
import { findSourceBreaks } from '../../scripts/source-rules.ts';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

test('ARCHITECTURE.md prints the table of layers that the linter enforces', () => {
  expect(writeLayerTable(read('ARCHITECTURE.md'), layers)).toBe(read('ARCHITECTURE.md'));
});

test('red control: another table would be noticed', () => {
  const { machine: _, ...fewer } = layers;
  expect(writeLayerTable(read('ARCHITECTURE.md'), fewer)).not.toBe(read('ARCHITECTURE.md'));
});

test('ARCHITECTURE.md says of every dependency why it is there', () => {
  const manifest = JSON.parse(read('package.json')) as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const names = ['dependencies', 'optionalDependencies', 'devDependencies']
    .flatMap((kind) => Object.keys(manifest[kind] ?? {}))
    .filter((name) => !name.startsWith('@types/'));
  const rows = Array.from(read('ARCHITECTURE.md').matchAll(/^\| ([@a-z][\w@/*, -]*) \|/gm), ([, cell]) => cell ?? '');
  const listed = rows.flatMap((cell) => cell.split(', ')).map((name) => name.replace('*', ''));
  const unexplained = names.filter(
    (name) => !listed.some((row) => name === row || (row.endsWith('/') && name.startsWith(row))),
  );
  expect(names.length).toBeGreaterThan(10);
  expect(unexplained).toEqual([]);
});

test('arrows point down only: the table of layers has no circle', () => {
  const reach = (folder: string, path: readonly string[]): void => {
    expect(path).not.toContain(folder);
    for (const allowed of layers[folder]?.allow ?? []) reach(allowed.split('/')[0] ?? '', [...path, folder]);
  };
  for (const folder of Object.keys(layers)) reach(folder, []);
});

test('every layer that is named in the table has a row of its own', () => {
  const named = Object.values(layers).flatMap(({ allow }) => allow.map((path) => path.split('/')[0]));
  expect(Object.keys(layers)).toEqual(expect.arrayContaining(named));
});

test.each([
  ['src/steps/land.ts', "await execa('git', ['push']);", 'git-spawn'],
  ['src/steps/land.ts', "spawn(\n  'git',\n  []);", 'git-spawn'],
  ['src/cli/land.ts', 'execSync(`git push ${branch}`);', 'git-spawn'],
  ['src/app/land.ts', "runProcess(['/usr/bin/git', 'push']);", 'git-spawn'],
  ['src/machine/when.ts', 'const now = new Date();', 'clock'],
  ['src/helpers/x.ts', 'export const x = 1;', 'unknown-folder'],
  ['src/git/a/b/c/x.ts', 'export const x = 1;', 'depth'],
])('in %s, %j breaks a rule of the house', (file, text, rule) => {
  expect(findSourceBreaks(file, text).join('\n')).toContain(`:1 ${rule}: `.replace(':1 depth: ', ':1 depth: '));
});

test.each([
  ['src/git/push.ts', "await execa('git', ['push']);"],
  ['src/steps/land.ts', "explain('git is not installed');"],
  ['src/machine/when.ts', 'const at = new Date(event.at);'],
  ['src/cli/when.ts', 'const now = new Date();'],
  ['src/git/a/b/x.ts', 'export const x = 1;'],
])('in %s, %j is fine', (file, text) => {
  expect(findSourceBreaks(file, text)).toEqual([]);
});

test('the build finds the programs that are started beside the code', () => {
  const both =
    "new URL('./relay.ts', import.meta.url); new URL(`../egress/main${extname(import.meta.url)}`, import.meta.url)";
  expect(findStarted('sandbox/walls/walls.ts', both)).toEqual(['sandbox/walls/relay', 'sandbox/egress/main']);
  expect(findStarted('store/migrate.ts', "new URL('./migrations/', import.meta.url)")).toEqual([]);
});

test('what a module knows of its own place stays true in another file', () => {
  const place = locate('sandbox/walls/walls.ts', 'chunks/up-1.js').replace(
    'import.meta.url',
    '"file:///dist/chunks/up-1.js"',
  );
  expect(place).toBe('new URL("../sandbox/walls/walls.js", "file:///dist/chunks/up-1.js").href');
});

test('tests inherit nothing of the person who runs them', () => {
  expect(process.env['HOME']).toMatch(/mw-test-home-/);
  expect(Object.keys(process.env).filter((name) => /TOKEN|KEY|SECRET|PASSWORD|^GIT_|^SSH_|^XDG_/.test(name))).toEqual(
    [],
  );
});
