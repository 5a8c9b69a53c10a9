/** Upkeep: backup, restore, check, and freeing space. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeRepository, openDesk, queryDatabase, type Desk } from '../support/cli-desk.ts';
import { addItems, mwJson, projectFiles } from '../support/cli-project.ts';

const maker = 'echo done > "$MW_ITEM.txt"';

const files = projectFiles({ maker });
vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeAll(() => {
  desk = openDesk(files);
});
afterAll(() => desk.close());

function repositoryOf(name: string): { readonly cwd: string } {
  return { cwd: makeRepository(desk.folder(name), files) };
}

it('backs up, restores into an empty home, and checks: the same items and states', async () => {
  const at = repositoryOf('backup');
  const [id = ''] = await addItems(desk, [{ title: 'Kept', body: 'act: good' }], at);
  expect(await desk.mw(['run', id], at)).toMatchObject({ code: 0 });
  const file = join(desk.root, 'everything.backup');
  expect(await desk.mw(['db', 'backup', file])).toMatchObject({ code: 0 });
  const other = openDesk(files);
  try {
    expect(await other.mw(['db', 'restore', file])).toMatchObject({ code: 0 });
    expect(await mwJson(other, ['list', '--all'])).toEqual(await mwJson(desk, ['list', '--all']));
    expect(await mwJson(other, ['db', 'check'])).toMatchObject({ problems: [] });
    const again = await other.mw(['db', 'restore', file]);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/\[E_\w+\]\n {2}Next: /);
    // The red control: a state that its journal does not give is found.
    await queryDatabase(
      other.home,
      `update millwright.item set state = jsonb_set(state::jsonb, '{run}', '7') where id = '${id}'`,
    );
    const checked = await other.mw(['db', 'check']);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain(`${id}: its journal folds to another state than the stored one`);
  } finally {
    await other.close();
  }
});

it('frees what nobody needs, and keeps every commit', async () => {
  const at = repositoryOf('garbage');
  const [landed = '', cancelled = ''] = await addItems(
    desk,
    [
      { title: 'Landed', body: 'act: good' },
      { title: 'Cancelled', body: 'act: good', pipeline: 'gated' },
    ],
    at,
  );
  expect(await desk.mw(['run', landed], at)).toMatchObject({ code: 0 });
  expect(await desk.mw(['run', cancelled], at)).toMatchObject({ code: 4 });
  expect(await desk.mw(['cancel', cancelled], at)).toMatchObject({ code: 0 });
  const { removed } = await mwJson<{ removed: { what: string; path: string }[] }>(
    desk,
    ['gc', '--dry-run', '--copies'],
    at,
  );
  expect(removed.map(({ what }) => what)).toEqual(expect.arrayContaining(['candidate repository', 'working copy']));
  for (const { path } of removed) expect(existsSync(path)).toBe(true);
  expect(await desk.mw(['gc', '--copies'], at)).toMatchObject({ code: 0 });
  for (const { path } of removed) expect(existsSync(path), path).toBe(false);
  for (const id of [landed, cancelled]) expect((await desk.mw(['diff', id], at)).stdout).toContain('+done');
});
