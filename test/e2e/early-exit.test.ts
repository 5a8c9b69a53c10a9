/** A run of tests that ends before its end, with an exit code that says that all is well. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';

const maker = `
case "$ACT" in
  quit) echo "export const sum = () => 0;" > src/sum.mjs; echo "process['reallyEx' + 'it'](0);" > test/a-first.test.mjs ;;
  good) echo "// a remark" >> src/sum.mjs ;;
esac
`;

vi.setConfig({ testTimeout: 60_000 });

describe('tests that run in one process', () => {
  let desk: Desk;
  beforeAll(() => {
    desk = openDesk(
      projectFiles({
        maker,
        checks: `checks:\n  test: { run: '${process.execPath} --test --test-isolation=none', kind: test }\n`,
        files: {
          'package.json': '{ "type": "module" }',
          'src/sum.mjs': 'export const sum = (a, b) => a + b;\n',
          'test/sum.test.mjs': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from '../src/sum.mjs';
test('adds', () => assert.equal(sum(1, 2), 3));
`,
        },
      }),
    );
  });
  afterAll(() => desk.close());

  it('have not passed when one of them ends the process with code 0', async () => {
    const [id = ''] = await addItems(desk, [{ title: 'End early', body: 'act: quit' }]);
    await desk.mw(['run', id]);
    const { state, checks } = await showItem(desk, id);
    expect(state).toBe('paused');
    expect(checks.find(({ name }) => name === 'test')).toMatchObject({
      status: 'crashed',
      excerpt: expect.stringContaining('did not come to their end') as string,
    });
  });

  it('pass when they come to their end', async () => {
    const [id = ''] = await addItems(desk, [{ title: 'Remark', body: 'act: good' }]);
    await desk.mw(['run', id]);
    expect(await showItem(desk, id)).toMatchObject({ state: 'landed' });
  });
});
