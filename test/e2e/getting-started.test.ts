/** docs/getting-started.md, typed in from top to bottom up to the real agent, in a new folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { git, launcher, openDesk, type Desk } from '../support/cli-desk.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'getting-started.md'), 'utf8');

/** The `sh` blocks before the heading, as one script. */
function commandsBefore(heading: string): string {
  const [before = ''] = page.split(`\n## ${heading}\n`);
  return Array.from(before.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block ?? '').join('\n');
}

let desk: Desk;
beforeAll(() => {
  desk = openDesk({});
});
afterAll(() => desk.close());

it('lands its change after one failing check and one approval, as the page says', () => {
  const person = {
    GIT_AUTHOR_NAME: 'Pat',
    GIT_AUTHOR_EMAIL: 'pat@localhost',
    GIT_COMMITTER_NAME: 'Pat',
    GIT_COMMITTER_EMAIL: 'pat@localhost',
  };
  const typed = `mw() { ${JSON.stringify(process.execPath)} ${JSON.stringify(launcher)} "$@"; }\n${commandsBefore('With a real agent')}`;
  const { stdout, stderr } = spawnSync('bash', ['-c', typed], {
    cwd: desk.folder('projects'),
    env: { ...desk.env, ...person, PAGER: 'cat' },
    encoding: 'utf8',
    timeout: 90_000,
    killSignal: 'SIGKILL',
  });
  const said = stdout + stderr;
  expect(said).not.toMatch(/\[E_[A-Z_]+\]|Millwright itself failed/);
  for (const line of [
    'test failed (0 of 2 tests), guard passed: back to build #2',
    'test passed (3 tests), guard passed',
    'passed by 2 of 2',
    'MW-1 waiting: phase review asks for your approval',
    '1 of 1 landed, $0.00.',
    'Millwright-Attempt: MW-1/build#2',
  ]) {
    expect(said).toContain(line);
  }
  const repository = join(desk.root, 'projects', 'greeter');
  expect(git(repository, 'show', 'main:src/greet.js')).toContain('word = ');
  expect(git(repository, 'status', '--porcelain')).toBe('');
}, 120_000);
