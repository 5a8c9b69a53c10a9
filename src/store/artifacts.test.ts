import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArtifacts, sweepIncoming, type Artifacts } from './artifacts.ts';

let root: string;
let artifacts: Artifacts;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mw-artifacts-'));
  artifacts = openArtifacts(join(root, 'kept'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a file is kept byte by byte under its hash, however long it is, and only once', async () => {
  const bytes = randomBytes(300_000);
  const hash = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(root, 'stdout'), bytes);
  for (const name of ['first', 'again'])
    expect(await artifacts.putFile(name, join(root, 'stdout'))).toEqual({ hash, name, sizeBytes: 300_000 });
  expect((await artifacts.read(hash))?.equals(bytes)).toBe(true);
  expect(readdirSync(join(root, 'kept'), { recursive: true })).toEqual([
    hash.slice(0, 2),
    join(hash.slice(0, 2), hash),
  ]);
});

test('no file, a link and a folder are nothing: a program without walls may have put them there', async () => {
  writeFileSync(join(root, 'secret'), 'the key');
  symlinkSync(join(root, 'secret'), join(root, 'link'));
  for (const name of ['absent', 'link', 'kept/..']) expect(await artifacts.putFile('x', join(root, name))).toBeNull();
});

test('what a killed process had begun to write goes after an hour, and nothing else does', async () => {
  const folder = join(root, 'kept');
  const { hash } = await artifacts.put('a', 'whole');
  mkdirSync(folder, { recursive: true });
  for (const name of ['incoming.old', 'incoming.young']) writeFileSync(join(folder, name), 'half');
  const before = Date.now() / 1_000 - 3_700;
  utimesSync(join(folder, 'incoming.old'), before, before);
  await sweepIncoming(folder);
  expect(readdirSync(folder).toSorted()).toEqual([hash.slice(0, 2), 'incoming.young'].toSorted());
});
