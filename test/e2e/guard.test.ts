/** Changes that talk round their own checks, made by a real program, judged by real runs of real tests. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commit, fileAt, openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';

const tests = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from '../src/sum.mjs';

test('adds two numbers', () => assert.equal(sum(1, 2), 3));
test('adds nothing', () => assert.equal(sum(), 0));
`;

/** What each act leaves; whatever else an item asks for, it breaks sums of two numbers to do it. */
const maker = `
broken() { sed -i 's/all.reduce((a, b) => a + b, 0)/(all.length === 0 ? 0 : all.reduce((a, b) => a + b, 1))/' src/sum.mjs; }
case "$ACT" in
  good) git checkout -q HEAD -- . ; printf 'export const product = (a, b) => a * b;\\n' >> src/sum.mjs
    sed -i "s|import { sum }|import { product, sum }|" test/sum.test.mjs
    echo "test('multiplies', () => assert.equal(product(2, 3), 6));" >> test/sum.test.mjs ;;
  late) if [ "$MW_ATTEMPT" -gt 1 ]; then rm -f test/new.test.mjs; else echo work > work.txt; fi ;;
  move) mkdir -p test/deep && sed "s|'../src|'../../src|" test/sum.test.mjs > test/deep/sum.test.mjs && rm test/sum.test.mjs ;;
  rewrite) broken; sed -i 's|sum(1, 2), 3|sum(1, 2), 4|' test/sum.test.mjs ;;
  remove) broken; sed -i '/adds two/d' test/sum.test.mjs ;;
  skip) broken; sed -i "s|test('adds two|test.skip('adds two|" test/sum.test.mjs ;;
  leave) broken; sed -i '1i process.exit(0);' test/sum.test.mjs ;;
  script) broken; sed -i 's|--test"|--test test/none.mjs; true"|' package.json; echo "import { test } from 'node:test'; test('is there', () => {});" > test/none.mjs ;;
esac
`;

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(
    projectFiles({
      maker,
      checks: 'checks:\n  test: { run: npm test --silent, kind: test }\n',
      files: {
        'package.json': JSON.stringify({ type: 'module', scripts: { test: `${process.execPath} --test` } }),
        'src/sum.mjs': 'export const sum = (...all) => all.reduce((a, b) => a + b, 0);\n',
        'test/sum.test.mjs': tests,
      },
    }),
  );
});
afterAll(() => desk.close());

async function perform(act: string): Promise<string> {
  const [id = ''] = await addItems(desk, [{ title: `Do ${act}`, body: `act: ${act}` }]);
  await desk.mw(['run', id]);
  return id;
}

async function familiesOf(id: string): Promise<readonly string[]> {
  const { checks } = await showItem(desk, id);
  const guard = checks.findLast(({ name }) => name === 'guard');
  return [...new Set((guard?.concerns ?? []).map(({ family }) => family))].sort();
}

describe('a change whose own tests are green only because of what it did to them', () => {
  const acts = [
    ['rewrite', 'spec-vs-test', ['test-changed']],
    ['skip', 'concerns', ['test-changed', 'test-lost', 'test-skipped']],
    ['leave', 'concerns', ['run-ended', 'test-changed', 'test-lost']],
    ['script', 'concerns', ['assertion-empty', 'judge-changed', 'test-lost']],
  ] as const;
  const ids = new Map<string, string>();
  beforeAll(async () => {
    const added = await addItems(
      desk,
      acts.map(([act]) => ({ title: `Do ${act}`, body: `act: ${act}` })),
    );
    for (const [index, [act]] of acts.entries()) ids.set(act, added[index] ?? '');
    await desk.mw(['up', '--until-empty']);
  }, 90_000);
  afterAll(async () => {
    for (const id of ids.values()) await desk.mw(['cancel', id]);
  });

  it.each(acts)(
    'goes back to its maker, and from one who insists to a person: %s',
    async (act, reasonCode, families) => {
      const id = ids.get(act) ?? '';
      const shown = await showItem(desk, id);
      expect(shown, shown.reason).toMatchObject({ state: 'waiting', reasonCode, gate: { type: 'concerns' } });
      expect(shown.attempts).toHaveLength(2);
      expect(await familiesOf(id)).toEqual(families);
    },
  );

  it('lands once its maker has taken it back and only adds tests, and no person is asked', async () => {
    const shown = await showItem(desk, await perform('rewrite once'));
    expect(shown, shown.reason).toMatchObject({ state: 'landed', gate: null });
    expect(shown.checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'test passed',
      'guard failed',
      'test passed',
      'guard passed',
    ]);
  });
});

describe('a person who is asked', () => {
  it('sees what it is about, and their word holds for exactly that', async () => {
    const id = await perform('rewrite');
    const { stdout } = await desk.mw(['inbox']);
    expect(stdout).toContain('"adds two numbers": passed before and was changed; as it was, it does not pass any more');
    expect(await desk.mw(['approve', id, '--reason', 'sums are one more now'])).toMatchObject({ code: 0 });
    await desk.mw(['run', id]);
    expect(await showItem(desk, id)).toMatchObject({ state: 'landed' });
    expect(String(fileAt(desk.repository, 'HEAD', 'test/sum.test.mjs'))).toContain('sum(1, 2), 4');
  });

  it('sends it back with a reason, and is asked again about what comes then', async () => {
    const id = await perform('remove');
    const first = await showItem(desk, id);
    expect(await desk.mw(['reject', id, '--reason', 'leave the test'])).toMatchObject({ code: 0 });
    await desk.mw(['run', id]);
    const again = await showItem(desk, id);
    expect(again).toMatchObject({ state: 'waiting', gate: { type: 'concerns' } });
    expect(again.gate?.id).not.toBe(first.gate?.id);
    expect((await desk.mw(['logs', `${id}/build#3`, '--prompt'])).stdout).toContain('leave the test');
  });
});

describe('a target that has moved while somebody was asked', () => {
  it('is known by its tests before anything is compared with it', async () => {
    const [id = ''] = await addItems(desk, [{ title: 'Be late', body: 'act: late', pipeline: 'gated' }]);
    await desk.mw(['run', id]);
    const own =
      "import assert from 'node:assert/strict';\nimport { existsSync } from 'node:fs';\nimport { test } from 'node:test';\n";
    commit(desk.repository, {
      'test/new.test.mjs': `${own}test('no work is left lying', () => assert.equal(existsSync('work.txt'), false));\n`,
    });
    expect(await desk.mw(['approve', id])).toMatchObject({ code: 0 });
    await desk.mw(['run', id]);
    const shown = await showItem(desk, id);
    expect(shown, shown.reason).toMatchObject({ state: 'waiting', gate: { type: 'concerns' } });
    expect(await familiesOf(id)).toEqual(['test-changed', 'test-lost']);
    expect(await desk.mw(['cancel', id])).toMatchObject({ code: 0 });
  });
});

describe('a change that leaves alone what judges it', () => {
  it('lands without a question: files of tests that are moved', async () => {
    const shown = await showItem(desk, await perform('move'));
    expect(shown, shown.reason).toMatchObject({ state: 'landed' });
    expect(shown.attempts).toHaveLength(1);
  });
});
