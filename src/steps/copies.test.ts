import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { settleDeletions } from '../git/discard.ts';
import { listFreeCopies, openCopies, type Copies } from './copies.ts';

let root: string;
const folderOf = (project: string) => join(root, project);
/** A worker of its own: it knows nothing but what lies on disk. */
const open = () => openCopies(folderOf);
const none = async () => new Set<string>();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mw-copies-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function take(copies: Copies, effect: string): Promise<string> {
  const { directory, taken } = await copies.take('p', effect);
  return `${basename(directory)} ${taken}`;
}

it('gives each effect a copy of its own, and a free one before a new one', async () => {
  const copies = open();
  expect(await Promise.all(['a', 'b', 'c'].map((effect) => take(copies, effect)))).toHaveLength(3);
  expect(
    readdirSync(folderOf('p'))
      .filter((name) => !name.endsWith('.owner'))
      .sort(),
  ).toEqual(['1', '2', '3']);
  await copies.release('b');
  expect(await take(copies, 'd')).toMatch(/^[123] now$/);
  expect(await take(copies, 'e')).toBe('4 now');
});

it('lets no two workers take the same copy', async () => {
  const taken = await Promise.all(Array.from({ length: 12 }, (_, index) => take(open(), `effect-${index}`)));
  expect(new Set(taken).size).toBe(12);
});

it('finds the copy of a killed worker’s effect again, although the copy was made anew meanwhile', async () => {
  const first = await open().take('p', 'a');
  // What a fresh checkout does with a folder that cannot be kept.
  rmSync(first.directory, { recursive: true });
  mkdirSync(first.directory);
  expect(await open().take('p', 'a')).toEqual({ directory: first.directory, taken: 'again' });
  expect(await take(open(), 'b')).toBe('2 now');
});

it('frees what another worker took, when the effect is over', async () => {
  await open().take('p', 'a');
  const copies = open();
  await copies.sweep(['p'], async () => new Set(['a']));
  expect(await take(copies, 'b'), 'still owned').toBe('2 now');
  await copies.release('a');
  expect(await take(copies, 'c')).toBe('1 now');
});

it('sweeps owners that are over and what was half deleted, and asks who lives only after it has looked', async () => {
  await open().take('p', 'over');
  await open().take('p', 'live');
  for (const name of ['9.discarded-x', '1/trash.discarded-x'])
    mkdirSync(join(folderOf('p'), name), { recursive: true });
  const copies = open();
  await copies.sweep(['p'], async () => {
    await open().take('p', 'begun meanwhile');
    return new Set(['live']);
  });
  await settleDeletions();
  expect(readdirSync(folderOf('p')).sort()).toEqual(['1', '2', '2.owner', '3', '3.owner']);
  expect(existsSync(join(folderOf('p'), '1', 'trash.discarded-x'))).toBe(false);
  await open().sweep(['p', 'never seen'], none);
  expect(await listFreeCopies(folderOf('p'))).toEqual(['1', '2', '3'].map((name) => join(folderOf('p'), name)));
});
