/** Tests that fail and pass on the very same files: measured, set aside by name, and never passed over in silence. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openDesk, type Desk } from '../support/cli-desk.ts';
import { addItems, projectFiles, showItem } from '../support/cli-project.ts';

/**
 * The runner keeps count of its runs outside of every checkout: `shaky` fails in the runs that the file `bad` lists, `steady`
 * fails when the tree says so.
 */
const runner = (folder: string) => `
n=$(($(cat ${folder}/count 2> /dev/null || echo 0) + 1)); echo $n > ${folder}/count
shaky=ok; case " $(cat ${folder}/bad) " in *" $n "*) shaky='not ok' ;; esac
steady=ok; [ "$(cat state.txt)" = whole ] || steady='not ok'
echo "$shaky 1 - shaky"; echo "$steady 2 - steady"; echo 1..2
[ "$shaky$steady" = okok ]
`;

const maker = `
case "$ACT" in
  good) echo "$MW_ITEM" > work.txt ;;
  break) echo broken > state.txt ;;
esac
`;

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mw-flaky-'));
  desk = openDesk(projectFiles({ maker, files: { 'test.sh': runner(folder) } }));
});
afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true });
});

/** From now on, the runs with these numbers fail. */
function failIn(...runs: readonly number[]): void {
  writeFileSync(join(folder, 'bad'), runs.join(' '));
  writeFileSync(join(folder, 'count'), '0');
}
const countRuns = () => Number(readFileSync(join(folder, 'count'), 'utf8'));

async function perform(act: string): Promise<string> {
  const [id = ''] = await addItems(desk, [{ title: `Do ${act}`, body: `act: ${act}` }]);
  await desk.mw(['run', id]);
  return id;
}

it('runs what fails on the base again, sets aside what then passes, and says so', async () => {
  failIn(1);
  const [id = ''] = await addItems(desk, [{ title: 'Do good', body: 'act: good' }]);
  const { stdout } = await desk.mw(['run', id]);
  expect(await showItem(desk, id)).toMatchObject({ state: 'landed' });
  expect(stdout).toMatch(/the checks pass before any change\n +flaky, set aside by measurement: shaky/);
});

it('runs it again on a candidate that it alone fails on, and tells that it had to', async () => {
  failIn(1);
  const shown = await showItem(desk, await perform('good'));
  expect(shown).toMatchObject({ state: 'landed', checks: [{ name: 'test', status: 'passed', flaky: ['shaky'] }, {}] });
  expect(countRuns()).toBe(2);
});

it('does not run again what fails for another reason too', async () => {
  failIn(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const { checks, state } = await showItem(desk, await perform('break'));
  expect(state).toBe('paused');
  expect(checks[0]).toMatchObject({ name: 'test', status: 'failed' });
  expect(checks[0]).not.toHaveProperty('flaky');
});

it('does not believe in chance for ever: what fails four times has failed', async () => {
  failIn(1, 2, 3, 4);
  const { checks } = await showItem(desk, await perform('good'));
  expect(checks[0]).toMatchObject({ name: 'test', status: 'failed' });
});
