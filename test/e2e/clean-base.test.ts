/** The proof of the clean base: of exactly the checks that a run can come to, and never taken for more than it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { git, makeRepository, openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, mwJson, projectFiles, type ShownItem } from '../support/cli-project.ts';

vi.setConfig({ testTimeout: 90_000 });

/** `break` makes the second check red; the phase `look` answers with a number that decides over the phase `deep`. */
const maker = `case "$ACT" in
break) echo broken > state.txt;;
*) echo done > "$MW_ITEM.txt";;
esac
if [ "$MW_PHASE" = look ]; then git checkout -q . && git clean -qfd; echo '{"summary":"small","files":0}' > "$MW_RESULT"; fi`;

const pipelines = {
  light: 'name: light\nphases:\n  - { id: build, instructions: build, output: text, checks: [types] }\n',
  full: 'name: full\nphases:\n  - { id: build, instructions: build, output: text, checks: [types, test] }\n',
  choosing: `name: choosing
phases:
  - { id: look, instructions: build, output: .millwright/report.schema.json, writes: false }
  - { id: build, instructions: build, output: text, checks: [types] }
  - { id: deep, checks: [test], loop: { to: build, max: 2 }, when: { look.files: 1 } }
`,
};

/** The first check takes its time, so that proofs of items that start together are under way together. */
const slowChecks = checksWith('sleep 1');

function checksWith(types: string): string {
  return `checks:
  types: { run: ${JSON.stringify(types)}, kind: command }
  test: { run: sh test.sh, kind: test }
`;
}

let desk: Desk;
beforeAll(() => {
  desk = openDesk(projectFiles({ maker, pipelines, checks: slowChecks }));
});
afterAll(() => desk.close());

function repositoryWith(name: string, state: string, checks = slowChecks): { readonly cwd: string } {
  const files = projectFiles({ maker, pipelines, checks, files: { 'state.txt': `${state}\n` } });
  return { cwd: makeRepository(desk.folder(name), files) };
}

it('takes a base that is being proven for some checks for no proof of others', async () => {
  const at = repositoryWith('two-sets', 'broken');
  const [light = '', full = '', also = ''] = await addItems(
    desk,
    [
      { title: 'Types', body: 'act: good', pipeline: 'light' },
      { title: 'Types and tests', body: 'act: good', pipeline: 'full' },
      { title: 'The same', body: 'act: good', pipeline: 'full' },
    ],
    at,
  );
  expect(await desk.mw(['up', '--until-empty'], at)).toMatchObject({ code: 3 });
  const show = (id: string) => mwJson<ShownItem>(desk, ['show', id], at);
  expect(await show(light)).toMatchObject({ state: 'landed' });
  for (const id of [full, also]) {
    const shown = await show(id);
    expect(shown).toMatchObject({ state: 'paused', reasonCode: 'base-red', attempts: [] });
    expect(shown.reason).toContain('check test: failed');
    expect(shown.reason).not.toContain('check types');
    expect(shown.next).toContain(`mw retry ${id}`);
  }
});

it('takes a landed commit for no proof of checks whose phase was left out', async () => {
  const at = repositoryWith('left-out', 'whole');
  const [first = ''] = await addItems(desk, [{ title: 'First', body: 'act: break', pipeline: 'choosing' }], at);
  expect(await desk.mw(['run', first], at)).toMatchObject({ code: 0 });
  expect(git(at.cwd, 'show', 'main:state.txt')).toBe('broken');
  const [second = ''] = await addItems(desk, [{ title: 'Second', body: 'act: good', pipeline: 'choosing' }], at);
  expect(await desk.mw(['run', second], at)).toMatchObject({ code: 3 });
  const shown = await mwJson<ShownItem>(desk, ['show', second], at);
  expect(shown).toMatchObject({ reasonCode: 'base-red', attempts: [] });
  expect(shown.reason).toContain('check test: failed');
});

it('proves a base once: what a run has seen pass on the commit that landed is not asked again', async () => {
  const seen = join(desk.root, 'checked');
  // Each run of the first check notes on which of the makers' files it was; without walls it may.
  const at = repositoryWith('once', 'whole', checksWith(`echo MW-*.txt >> ${seen}`));
  const run = async (title: string) => {
    const [id = ''] = await addItems(desk, [{ title, body: 'act: good', pipeline: 'full' }], at);
    expect(await desk.mw(['run', id], at)).toMatchObject({ code: 0 });
    return `${id}.txt`;
  };
  const checked = () => readFileSync(seen, 'utf8').trimEnd().split('\n');
  const first = await run('First');
  expect(checked()).toEqual(['MW-*.txt', first]);
  const second = await run('Second');
  expect(checked().slice(2)).toEqual([[first, second].toSorted().join(' ')]);
});
