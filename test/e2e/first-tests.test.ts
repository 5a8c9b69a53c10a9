/** A repository without tests: no evidence is possible, and an agent may write the first ones, apart from everything else. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { git, openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';

const agent = `
if [ -n "$MW_REVIEWER" ]; then echo '{"verdict":"pass","findings":[]}'; exit; fi
mkdir -p test; echo "import { test } from 'node:test'; import '../sum.mjs'; test('sum is there', () => {});" > test/sum.test.mjs
case "$ACT" in greedy) echo 'export const sum = () => 0;' > sum.mjs ;; esac
echo 'node --test'
`;

vi.setConfig({ testTimeout: 60_000 });

describe('a repository without tests', () => {
  let desk: Desk;
  beforeAll(() => {
    desk = openDesk(
      projectFiles({
        maker: agent,
        checks: 'checks: {}\n',
        files: { 'sum.mjs': 'export const sum = (a, b) => a + b;\n', 'package.json': '{ "type": "module" }' },
      }),
    );
  });
  afterAll(() => desk.close());

  async function perform(title: string, more: object) {
    const [id = ''] = await addItems(desk, [{ title, ...more }]);
    await desk.mw(['run', id]);
    return { id, shown: await showItem(desk, id) };
  }

  it('holds work before any agent is paid, and says what can be done', async () => {
    const { shown } = await perform('Add numbers', { pipeline: 'engineering' });
    expect(shown).toMatchObject({ state: 'paused', reasonCode: 'invalid-config', attempts: [] });
    expect(shown.reason).toContain('no evidence is possible');
    expect(shown.reason).toContain('--pipeline first-tests');
  });

  it('gets its first tests from an agent that may change nothing else, by a person’s word', async () => {
    const { id, shown } = await perform('Write the first tests', { pipeline: 'first-tests' });
    expect(shown, shown.reason).toMatchObject({ state: 'waiting', gate: { type: 'approval' } });
    await desk.mw(['approve', id]);
    await desk.mw(['run', id]);
    expect(await showItem(desk, id)).toMatchObject({ state: 'landed' });
    expect(git(desk.repository, 'show', '--name-only', '--format=', 'main').trim()).toBe('test/sum.test.mjs');
  });

  it('does not have its program changed on the way', async () => {
    const { shown } = await perform('Write tests, and more', { pipeline: 'first-tests', body: 'act: greedy' });
    expect(shown.state).toBe('paused');
    expect(shown.attempts.every(({ outcome }) => outcome === 'unsafe-content')).toBe(true);
  });
});
