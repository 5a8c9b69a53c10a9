import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rewriteFileUrls } from '../../scripts/build.ts';
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

test('the build points files that are started beside the code at their built form', () => {
  expect(rewriteFileUrls("new URL('./wrapper.ts', import.meta.url)")).toBe("new URL('./wrapper.js', import.meta.url)");
  expect(rewriteFileUrls("new URL('../sql/1.sql', import.meta.url)")).toBe("new URL('../sql/1.sql', import.meta.url)");
});

test('tests inherit nothing of the person who runs them', () => {
  expect(process.env['HOME']).toMatch(/mw-test-home-/);
  expect(Object.keys(process.env).filter((name) => /TOKEN|KEY|SECRET|PASSWORD|^GIT_|^SSH_|^XDG_/.test(name))).toEqual(
    [],
  );
});
