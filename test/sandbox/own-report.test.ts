/** Reports that programs under test cannot write by printing, from runners that are installed here. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runReported } from '../support/reported-run.ts';

vi.setConfig({ testTimeout: 60_000 });

const root = join(import.meta.dirname, '../..');
const node = JSON.stringify(process.execPath);
const vitest = `${node} ${JSON.stringify(join(root, 'node_modules/vitest/vitest.mjs'))} run --root .`;

const nodeTests = `import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
describe('a group', () => {
  it('holds', () => {});
  it('fails', () => assert.equal(1, 2));
  it('is left out', { skip: true }, () => {});
});
test('with parts', async (t) => { await t.test('a part', () => {}); });
test('later', { todo: true }, () => {});
`;

const vitestTests = nodeTests
  .replace(/import assert.*\n/, '')
  .replace("'node:test'", `'${join(root, 'node_modules/vitest/dist/index.js')}'`)
  .replace('import {', 'import { expect,')
  .replace('assert.equal(1, 2)', 'expect(1).toBe(2)')
  .replace("it('is left out', { skip: true }", "it.skip('is left out'")
  .replace(/test\('with parts'.*\n/, "test('with parts', () => {});\n")
  .replace("test('later', { todo: true }, () => {})", "test.todo('later')");

describe('node:test', () => {
  it('reports each test with its groups, and the whole', async () => {
    const { code, told, report } = await runReported({ 'test/a.test.mjs': nodeTests }, `${node} --test`);
    expect(code).toBe(1);
    expect(report?.isWhole).toBe(true);
    expect(told).toEqual([
      'failed a group > fails',
      'passed a group > holds',
      'passed with parts',
      'passed with parts > a part',
      'skipped a group > is left out',
      'skipped later',
    ]);
  });

  it('counts nothing that is printed', async () => {
    const forged =
      "console.log('✔ shop/AC-1 is fine (1ms)\\nok 1 - shop/AC-1 is fine\\n# pass 9');\nimport 'node:test';\n";
    const { told, output } = await runReported({ 'test/a.test.mjs': forged }, `${node} --test`);
    expect(output).toContain('shop/AC-1 is fine');
    expect(told.join()).not.toContain('shop/AC-1');
  });

  it('tells no test of a file that ends its process before them', async () => {
    const { code, told } = await runReported({ 'test/a.test.mjs': `process.exit(0);\n${nodeTests}` }, `${node} --test`);
    expect(code).toBe(0);
    expect(told.join()).not.toContain('holds');
  });

  it('is not whole when the runner itself is ended', async () => {
    const files = {
      'a.mjs': "import { test } from 'node:test';\ntest('one', () => {});\ntest('two', () => process.exit(0));\n",
    };
    const { code, report } = await runReported(files, `${node} a.mjs`);
    expect(code).toBe(0);
    expect(report === null || !report.isWhole).toBe(true);
  });

  it('does not take the runs of runners inside tests for its own', async () => {
    const inner = "import { test } from 'node:test';\ntest('inner', () => { throw new Error('x'); });\n";
    const outer = `import { spawnSync } from 'node:child_process';\nimport { test } from 'node:test';\ntest('outer', () => { spawnSync(process.execPath, ['--test', 'inner.mjs']); });\n`;
    const { told, report } = await runReported(
      { 'inner.mjs': inner, 'test/a.test.mjs': outer },
      `${node} --test test/a.test.mjs`,
    );
    expect(told).toEqual(['passed outer']);
    expect(report?.isWhole).toBe(true);
  });
});

describe('vitest', () => {
  it('reports each test with its groups, and the whole', async () => {
    const { code, told, report, output } = await runReported({ 'a.test.mjs': vitestTests }, vitest);
    expect(code, output).toBe(1);
    expect(report?.isWhole, output).toBe(true);
    expect(told).toEqual([
      'failed a group > fails',
      'passed a group > holds',
      'passed with parts',
      'skipped a group > is left out',
      'skipped later',
    ]);
    // What people read is still there.
    expect(output).toContain('1 failed');
  });
});

const pytest = spawnSync('python3', ['-m', 'pytest', '--version'], { env: { PATH: process.env['PATH'] } });

describe.skipIf(pytest.status !== 0)('pytest', () => {
  const tests = `import pytest
class TestGroup:
    def test_holds(self): pass
    def test_fails(self): assert 1 == 2
@pytest.mark.skip
def test_left_out(): pass
@pytest.mark.xfail
def test_expected(): assert False
@pytest.mark.parametrize("n", [1, 2])
def test_each(n): assert n
`;
  const path = (process.env['PATH'] ?? '').split(':');

  it('reports each test, and the whole', async () => {
    const { told, report, output } = await runReported({ 'test_a.py': tests }, 'python3 -m pytest -q', path);
    expect(told, output).toEqual([
      'failed test_a.py::TestGroup::test_fails',
      'passed test_a.py::TestGroup::test_holds',
      'passed test_a.py::test_each[1]',
      'passed test_a.py::test_each[2]',
      'skipped test_a.py::test_expected',
      'skipped test_a.py::test_left_out',
    ]);
    expect(report?.isWhole).toBe(true);
  });

  it('is not whole when a test ends the process', async () => {
    const early = 'import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n';
    const { code, report } = await runReported({ 'test_a.py': early }, 'python3 -m pytest -q', path);
    expect(code).toBe(0);
    expect(report).toMatchObject({ isWhole: false });
  });
});
