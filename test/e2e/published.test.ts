/** The package as it would be published: built, with nothing of the sources beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = openDesk({ 'README.md': 'a project\n' });
  await desk.usePackage();
});
afterAll(() => desk.close());

test('holds no source', () => {
  expect(existsSync(join(desk.root, 'package', 'src'))).toBe(false);
  expect(existsSync(join(desk.root, 'package', 'dist', 'cli', 'main.js'))).toBe(true);
});

test('proves the walls with the programs that it starts inside them', async () => {
  const { stdout } = await desk.mw(['doctor', '--json']);
  const { findings } = JSON.parse(stdout) as { findings: readonly { about: string; text: string }[] };
  const walls = findings.filter(({ about }) => about.startsWith('sandbox '));
  expect(walls.length, stdout).toBeGreaterThan(0);
  for (const { text } of walls) expect(text).toMatch(/none got through|is not installed/);
});

test('builds the demo', async () => {
  const { code, stdout, stderr } = await desk.mw(['demo']);
  expect(stdout + stderr).not.toMatch(/\[E_[A-Z_]+\]|Millwright itself failed/);
  expect(code, stdout + stderr).toBe(0);
}, 120_000);
