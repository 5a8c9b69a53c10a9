/** The package as it would be published: built, with nothing of the sources beside it. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePackage } from '../../scripts/build.ts';
import { openDesk, type Desk } from '../support/cli-desk.ts';

let desk: Desk;
let mw: (...args: readonly string[]) => {
  readonly code: number | null;
  readonly stdout: string;
  readonly said: string;
};
beforeAll(async () => {
  desk = openDesk({ 'README.md': 'a project\n' });
  const launcher = await makePackage(desk.folder('package'));
  mw = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
      cwd: desk.repository,
      env: desk.env,
      encoding: 'utf8',
      timeout: 90_000,
      killSignal: 'SIGKILL',
    });
    return { code: status, stdout, said: stdout + stderr };
  };
});
afterAll(() => desk.close());

test('holds no source', () => {
  expect(existsSync(join(desk.root, 'package', 'src'))).toBe(false);
  expect(existsSync(join(desk.root, 'package', 'dist', 'cli', 'main.js'))).toBe(true);
});

test('proves the walls with the programs that it starts inside them', () => {
  const { stdout, said } = mw('doctor', '--json');
  const { findings } = JSON.parse(stdout) as { findings: readonly { about: string; status: string; text: string }[] };
  const walls = findings.filter(({ about }) => about.startsWith('sandbox '));
  expect(walls.length, said).toBeGreaterThan(0);
  for (const { text } of walls) expect(text).toMatch(/none got through|is not installed/);
});

test('builds the demo', () => {
  const { code, said } = mw('demo');
  expect(said).not.toMatch(/\[E_[A-Z_]+\]|Millwright itself failed/);
  expect(code, said).toBe(0);
}, 120_000);
