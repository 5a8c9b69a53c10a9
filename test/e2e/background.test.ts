/** A factory in the background, one that works until a time of day, and watching from beside it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findProcess } from '../../src/sandbox/session/process-table.ts';
import { openDesk, waitFor, type Desk } from '../support/cli-desk.ts';
import { addItems, expectRefusal, listItems, mwJson, projectFiles } from '../support/cli-project.ts';

const maker = `
case "$ACT" in
  good) echo done > "$MW_ITEM.txt" ;;
  fail) exit 3 ;;
esac
`;
const files = projectFiles({ maker, config: 'sandbox: { rung: clone }\nlimits: { slots: 2, attempts: 1 }\n' });

vi.setConfig({ testTimeout: 90_000 });

let desk: Desk;
beforeEach(() => {
  desk = openDesk(files);
});
afterEach(async () => {
  // A factory in the background is no child of this desk.
  await desk.mw(['down', '--now']);
  await desk.close();
});

const workers = async () =>
  (await mwJson<{ workers: readonly { pid: number }[] }>(desk, ['status'])).workers.map(({ pid }) => pid);

it('runs in the background from a home that is not there yet, until it is told to stop', async () => {
  const started = await desk.mw(['up', '-d']);
  expect(started, started.stderr).toMatchObject({ code: 0 });
  const pid = Number(/\(process (\d+)\)/.exec(started.stdout)?.[1]);
  await waitFor('mw status sees it', 20_000, async () => (await workers()).includes(pid));
  expect((await desk.mw(['status'])).stdout).toContain(`running, process ${pid}`);

  const beside = await desk.mw(['up', '--until-empty']);
  expect(beside, beside.stderr).toMatchObject({ code: 0 });
  expect(beside.stderr).toContain(`A factory runs already (process ${pid}); this one joins it.`);
  expect(started.stderr).not.toContain('joins it');

  const [id = ''] = await addItems(desk, [{ title: 'Work for it', body: 'act: good' }]);
  expect(await desk.mw(['watch', id, '--timeout', '60s'])).toMatchObject({ code: 0 });
  expect(await listItems(desk)).toMatchObject([{ id, state: 'landed' }]);

  const down = await desk.mw(['down']);
  expect(down, down.stderr).toMatchObject({ code: 0, stdout: '1 factory stopped.\nThe database is stopped.\n' });
  // Nothing of it is left, and its last words were not cut off by the end of the database.
  expect(findProcess(pid)).toBeNull();
  expect(readFileSync(join(desk.home, 'up.log'), 'utf8')).toMatch(/★ landed .*\n\n1 of 1 landed, \$0\.00\.\n$/s);
  expect(await workers()).toEqual([]);
});

it('says until when it works, and takes no time of day that there is not', async () => {
  const then = new Date(Date.now() + 2 * 60_000).toISOString();
  const time = then.slice(11, 16);
  const up = desk.start(['up', '--until', time], { env: { TZ: 'UTC' } });
  await waitFor('it says until when', 20_000, () => up.stderr().includes(`Until ${time}`));
  await waitFor('it works', 20_000, async () => (await workers()).length === 1);
  up.child.kill('SIGINT');
  expect(await up.ended).toMatchObject({ code: 130 });

  for (const wrong of ['25:99', '24:00', '7', '07:60']) {
    const refused = await desk.mw(['up', '--until', wrong]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(`argument '${wrong}' is invalid. write it as 07:00.`);
  }
});

it('ends by itself at its time, whether that is near or too far for a timer', async () => {
  await addItems(desk, [{ title: 'Held', body: 'act: good' }]);
  expect(await desk.mw(['pause', '--all'])).toMatchObject({ code: 0 });
  expect(await desk.mw(['up', '--for', '1s'])).toMatchObject({ code: 8 });
  // The red control of what ends it: more milliseconds than a timer of Node counts.
  const long = desk.start(['up', '--for', '1000h']);
  await waitFor('it works', 20_000, async () => (await workers()).length === 1);
  expect(await desk.mw(['down'])).toMatchObject({ code: 0 });
  expect(await long.ended).toMatchObject({ code: 130 });
});

it('shows an item to its landing in plain lines, and ends', async () => {
  const [id = '', other = ''] = await addItems(desk, [
    { title: 'Watched', body: 'act: good' },
    { title: 'Not watched', body: 'act: good' },
  ]);
  const watch = desk.start(['watch', id]);
  const json = desk.start(['watch', id, '--json']);
  expect(await desk.mw(['watch', id, '--timeout', '1s'])).toMatchObject({ code: 8 });
  expect(await desk.mw(['up', '--until-empty'])).toMatchObject({ code: 0 });
  const [plain, events] = await Promise.all([watch.ended, json.ended]);
  expect(plain, plain.stderr).toMatchObject({ code: 0 });
  const lines = plain.stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${id}\\b.* [·✓★] `));
  expect(lines.at(-1)).toContain('★');
  expect(plain.stdout + plain.stderr).not.toContain('\u001B');
  expect(plain.stdout).not.toContain(other);
  const types = events.stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { body: { type: string } }).body.type);
  expect(events.code).toBe(0);
  expect(types).toContain('landed');
});

it('ends watching an item that needs a person, or is not there, with the code that says so', async () => {
  const [failing = '', gated = ''] = await addItems(desk, [
    { title: 'Fails', body: 'act: fail' },
    { title: 'Asks', body: 'act: good', pipeline: 'gated' },
  ]);
  const watches = [failing, gated].map((id) => desk.start(['watch', id]));
  expect(await desk.mw(['up', '--until-empty'])).toMatchObject({ code: 3 });
  expect((await Promise.all(watches.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([3, 4]);
  expectRefusal(await desk.mw(['watch', 'MW-999']), 5, 'E_NOT_FOUND');
});
