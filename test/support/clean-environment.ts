/**
 * Runs before the workers start: they, and every process that a test starts, inherit an environment without anything of
 * the person or machine that runs the suite, and a HOME of their own that is removed at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedFolder } from './shared-package.ts';

/** What the runner itself and the tools on PATH need. */
const kept =
  /^(?:PATH|TMPDIR|LANG|LC_\w+|TERM|TZ|CI|NO_COLOR|FORCE_COLOR|NODE_ENV|VITEST\w*|TEST|DEV|PROD|MODE|MW_TEST_\w+)$/;

/** Vitest calls it once before all suites, and what it returns after them. */
export function setup(): () => void {
  for (const name of Object.keys(process.env)) if (!kept.test(name)) delete process.env[name];
  const home = mkdtempSync(join(tmpdir(), 'mw-test-home-'));
  process.env['HOME'] = home;
  const shared = mkdtempSync(join(tmpdir(), 'mw-test-package-'));
  process.env[sharedFolder] = shared;
  return () => {
    for (const folder of [home, shared]) rmSync(folder, { recursive: true, force: true });
  };
}
