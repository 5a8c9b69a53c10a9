/** Tests that notice nothing: a tool changes the changed lines, and the work goes back until something is noticed. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';

/** A tool as small as one can be: it turns each `<=` of the lines that it is given into `<`, and writes the report of Stryker. */
const tool = `import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
if (process.env.TOOL === 'silent') process.exit(0);
const files = {};
for (const range of (process.env.MW_CHANGED_LINES ?? '').split(',')) {
  const [, path, from, to] = /^(.*):(\\d+)-(\\d+)$/.exec(range);
  const source = readFileSync(path, 'utf8');
  const mutants = (files[path] ??= { source, mutants: [] }).mutants;
  source.split('\\n').forEach((text, index) => {
    const at = text.indexOf('<=');
    if (at < 0 || index + 1 < Number(from) || index + 1 > Number(to)) return;
    writeFileSync(path, source.replace(text, text.replace('<=', '<')));
    let status = 'Survived';
    try { execFileSync(process.execPath, ['--test'], { stdio: 'ignore', env: {} }); } catch { status = 'Killed'; }
    writeFileSync(path, source);
    const location = { start: { line: index + 1, column: at + 1 }, end: { line: index + 1, column: at + 3 } };
    mutants.push({ id: String(mutants.length), mutatorName: 'EqualityOperator', replacement: '<', location, status });
  });
}
writeFileSync('mutation.json', JSON.stringify({ schemaVersion: '1.0', thresholds: { high: 80, low: 60 }, files }));
process.exit(3);
`;

const maker = `
case "$ACT" in
  words) echo more >> README.md; exit ;;
  noise) echo '// a remark' >> src/fits.mjs; exit ;;
  comma) echo 'export const many = (size, room) => size <= room;' > 'src/a,b.mjs'; exit ;;
esac
echo 'export const fits = (size, room) => size <= room;' > src/fits.mjs
tests() { printf "import assert from 'node:assert/strict';\\nimport { test } from 'node:test';\\nimport { fits } from '../src/fits.mjs';\\ntest('what is smaller fits', () => assert.ok(fits(1, 2)));\\n%s\\n" "$1" > test/fits.test.mjs; }
case "$prompt" in
  *'tests notice 0 of 1'*) tests "test('what is as large fits', () => assert.ok(fits(2, 2)));" ;;
  *) tests '' ;;
esac
`;

vi.setConfig({ testTimeout: 60_000 });

function open(run: string): Desk {
  return openDesk(
    projectFiles({
      maker,
      checks: `checks:\n  test: { run: npm test --silent, kind: test }\n  mutation: { run: ${run}, kind: mutation, report: mutation.json }\n`,
      files: {
        'package.json': JSON.stringify({ type: 'module', scripts: { test: `${process.execPath} --test` } }),
        'tools/mutate.mjs': tool,
        'README.md': 'words\n',
        'src/fits.mjs': 'export const none = 0;\n',
        'test/none.test.mjs': "import { test } from 'node:test';\ntest('is here', () => {});\n",
      },
    }),
  );
}

describe('a check of mutants', () => {
  let desk: Desk;
  beforeAll(() => {
    desk = open(`'${process.execPath} tools/mutate.mjs'`);
  });
  afterAll(() => desk.close());

  async function perform(title: string, act: string) {
    const [id = ''] = await addItems(desk, [{ title, body: `act: ${act}` }]);
    await desk.mw(['run', id]);
    return { id, shown: await showItem(desk, id) };
  }

  it('sends work back whose tests notice nothing, and says what they did not notice', async () => {
    const { id, shown } = await perform('Say what fits', 'build');
    expect(shown).toMatchObject({ state: 'landed', phases: [{ attempts: 2 }] });
    const { stdout } = await desk.mw(['logs', `${id}/build#2`, '--prompt']);
    expect(stdout).toContain('tests notice 0 of 1 changes to the changed lines (0 %, at least 60 %)');
    expect(stdout).toMatch(/- src\/fits\.mjs:1 \[[0-9a-f]{10}\]: "<=" could be "<", and every test passes/);
  });

  it('looks at changed lines of the program alone', async () => {
    const words = await perform('Write more', 'words');
    expect(words.shown.checks.find(({ name }) => name === 'mutation')).toMatchObject({
      status: 'passed',
      excerpt: 'no line of the program has changed',
    });
    const noise = await perform('Remark', 'noise');
    expect(noise.shown.checks.find(({ name }) => name === 'mutation')).toMatchObject({
      status: 'passed',
      excerpt: 'the tool made no mutant of the changed lines',
    });
  });

  it('does not pass what cannot be measured', async () => {
    const { shown } = await perform('Many', 'comma');
    expect(shown.state).toBe('paused');
    expect(shown.checks.find(({ name }) => name === 'mutation')).toMatchObject({
      status: 'failed',
      excerpt: expect.stringContaining('"src/a,b.mjs" has a comma in its name') as string,
    });
  });

  it('is no pass where its tool writes no report', async () => {
    const silent = open(`'TOOL=silent ${process.execPath} tools/mutate.mjs'`);
    try {
      const [id = ''] = await addItems(silent, [{ title: 'Say what fits', body: 'act: build' }]);
      await silent.mw(['run', id]);
      const { state, checks } = await showItem(silent, id);
      expect(state).toBe('paused');
      expect(checks.find(({ name }) => name === 'mutation')).toMatchObject({ status: 'crashed' });
    } finally {
      await silent.close();
    }
  });

  it('is refused without the file that its tool writes, and its words on other checks', async () => {
    const bare = openDesk(
      projectFiles({
        maker,
        checks: 'checks:\n  test: { run: x, kind: test, minimum: 3 }\n  m: { run: x, kind: mutation }\n',
      }),
    );
    try {
      const said = await bare.mw(['config', 'check']);
      expect(said.stdout + said.stderr).toContain('needs report: the JSON file that its tool writes');
      expect(said.stdout + said.stderr).toContain('minimum and equivalent are for checks of kind mutation');
    } finally {
      await bare.close();
    }
  });
});
