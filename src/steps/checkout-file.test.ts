import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearCheckoutFile, readCheckoutFile } from './checkout-file.ts';

let root: string;
let tree: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mw-checkout-'));
  tree = join(root, 'tree');
  mkdirSync(join(tree, 'build'), { recursive: true });
  mkdirSync(join(root, 'outside'));
  writeFileSync(join(root, 'outside', 'secret'), 'secret');
  writeFileSync(join(tree, 'build', 'report'), 'written');
  symlinkSync(join(root, 'outside', 'secret'), join(tree, 'build', 'link'));
  symlinkSync(join(root, 'outside'), join(tree, 'elsewhere'));
  execFileSync('mkfifo', [join(tree, 'build', 'pipe')]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a plain file is read, and no link, no pipe, and nothing outside', async () => {
  expect(await readCheckoutFile(tree, 'build/report')).toBe('written');
  for (const path of ['build/link', 'elsewhere/secret', 'build/pipe', '../outside/secret', 'build', 'absent'])
    expect(await readCheckoutFile(tree, path), path).toBe('');
  expect(await readCheckoutFile(tree, 'build/report', 3)).toBe('');
});

test('what came with the candidate is taken away, and nothing behind a link', async () => {
  for (const path of ['build/report', 'build/link', 'elsewhere/secret']) await clearCheckoutFile(tree, path);
  expect(existsSync(join(tree, 'build', 'report'))).toBe(false);
  expect(existsSync(join(root, 'outside', 'secret'))).toBe(true);
});
