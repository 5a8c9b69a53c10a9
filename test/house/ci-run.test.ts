/** .ci/run in a temporary tree, with an npm that plays its part. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const report = JSON.stringify({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: [],
});

/** Writes a report when it is asked to run a suite; `NPM_FAILS` names the script that fails without one. */
const npm = `#!/bin/sh
for word in "$@"; do [ "$word" = "$NPM_FAILS" ] && exit 7; done
for word in "$@"; do
  case "$word" in
    --outputFile.json=*) echo '${report}' > "\${word#--outputFile.json=}" ;;
    sum-reports) shift 4; exec '${process.execPath}' '${join(root, 'scripts/sum-reports.ts')}' "$@" ;;
  esac
done
`;

let tree = '';

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'mw-ci-'));
  for (const folder of ['.ci', 'tools', 'test/fault', 'test/agents'])
    mkdirSync(join(tree, folder), { recursive: true });
  copyFileSync(join(root, '.ci/run'), join(tree, '.ci/run'));
  for (const [name, text] of [
    ['npm', npm],
    ['git', '#!/bin/sh\n'],
    ['bwrap', '#!/bin/sh\n'],
  ] as const) {
    writeFileSync(join(tree, 'tools', name), text, { mode: 0o755 });
  }
});

afterEach(() => rmSync(tree, { recursive: true, force: true }));

function runCi(fails = 'nothing') {
  const { status, stdout, stderr } = spawnSync('bash', [join(tree, '.ci/run')], {
    env: { PATH: `${join(tree, 'tools')}:/usr/bin:/bin`, HOME: tree, NPM_FAILS: fails },
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1), stdout, stderr };
}

test('a green run ends with the sum of its suites and exit code 0, and names what it skipped', () => {
  const run = runCi();
  expect(run).toMatchObject({ status: 0, lastLine: '3 passed, 0 failed, 1 skipped', stderr: '' });
  expect(run.stdout).toContain('skipped npm run test:fault: there is no suite');
});

test('the longer suites run when they exist, and count', () => {
  writeFileSync(join(tree, 'test/fault/kill.test.ts'), '');
  writeFileSync(join(tree, 'test/agents/install.ts'), '');
  expect(runCi()).toMatchObject({ status: 0, lastLine: '9 passed, 0 failed, 3 skipped' });
  const red = runCi('test:fault');
  expect(red).toMatchObject({ status: 1, lastLine: '6 passed, 1 failed, 2 skipped' });
  expect(red.stdout).toContain('✗ npm run test:fault: exit 7');
});

test('a suite that dies without a report is a failure', () => {
  expect(runCi('test')).toMatchObject({ status: 1, lastLine: '0 passed, 1 failed, 0 skipped' });
});

test('a failed check fails the run, and the suites run all the same', () => {
  expect(runCi('check')).toMatchObject({ status: 1, lastLine: '3 passed, 0 failed, 1 skipped' });
});

test('without its dependencies nothing is run and nothing is green', () => {
  expect(runCi('ci')).toMatchObject({ status: 1, lastLine: '0 passed, 0 failed, 0 skipped' });
});
