import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runStep } from '../../scripts/run-step.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mw-step-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function step(code: string, limitMs: number) {
  const file = join(folder, 'step.cjs');
  writeFileSync(file, code);
  return { name: 'planted', argv: [process.execPath, file], limitMs, next: 'nothing' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toMatch(/ESRCH|ENOENT/);
    return false;
  }
}

test('a step holds with exit code 0 only', async () => {
  expect(await runStep(step('', 20_000), folder)).toBe(true);
  expect(await runStep(step('process.exitCode = 1', 20_000), folder)).toBe(false);
  expect(await runStep(step('process.kill(process.pid, "SIGKILL")', 20_000), folder)).toBe(false);
});

test('a tool that does not exist is a step that does not hold', async () => {
  expect(await runStep({ ...step('', 20_000), argv: [process.execPath, join(folder, 'absent.js')] }, folder)).toBe(
    false,
  );
});

test('a step that hangs is ended at its limit, with the processes it started', async () => {
  const pidFile = join(folder, 'pid');
  const hanging = `
    const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    setInterval(() => {}, 1000);`;
  const begin = performance.now();
  expect(await runStep(step(hanging, 1_500), folder)).toBe(false);
  expect(performance.now() - begin).toBeLessThan(15_000);
  await expect.poll(() => isAlive(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
});
