/** What a project may cost a day: reached, it is said, and a session that ends by itself does not wait for tomorrow. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { commit, makeRepository, openDesk, waitFor, type Desk } from '../support/cli-desk.ts';
import { addItems, mwJson, projectFiles, type ShownItem } from '../support/cli-project.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Each session may cost a dollar, and does not say what it did cost. */
function filesWith(dayUsd: number): ReturnType<typeof projectFiles> {
  const files = projectFiles({ maker: 'echo done > "$MW_ITEM.txt"' });
  const config = String(files['millwright.yaml'])
    .replace('free: true', 'sessionUsd: 1')
    .replace('limits: {', `limits: { dayUsd: ${dayUsd},`);
  return { ...files, 'millwright.yaml': config };
}

/** How the line about it ends: the day may have changed since `from`. */
function untilTomorrow(from: number): RegExp {
  const days = [from, Date.now()].map((now) => new Date(now + 86_400_000).toISOString().slice(0, 10));
  return new RegExp(`until (${days.join('|')}) 00:00 UTC`);
}

let desk: Desk;
beforeAll(() => {
  desk = openDesk(filesWith(1.5));
});
afterAll(() => desk.close());

it('ends --until-empty with the exit code of a bound, and leaves the rest queued with the reason', async () => {
  const items = await addItems(desk, [
    { title: 'One', body: 'act: good' },
    { title: 'Two', body: 'act: good' },
  ]);
  const from = Date.now();
  const ran = await desk.mw(['up', '--until-empty', '--slots', '1']);
  expect(ran).toMatchObject({ code: 7 });
  const said = `today's budget of $1.50 has no room for a session of up to $1.00`;
  expect(ran.stderr).toContain(said);
  expect(ran.stderr).toMatch(untilTomorrow(from));
  expect(ran.stderr.split(said), 'once').toHaveLength(2);
  expect(ran.stdout).toMatch(/^Stopped at the project's budget of the day, limits\.dayUsd\.$/m);
  expect(ran.stdout).not.toContain('--max-cost');
  const shown = await Promise.all(items.map((id) => mwJson<ShownItem>(desk, ['show', id])));
  // Whichever was prepared first had the money.
  expect(shown.map(({ state }) => state).toSorted()).toEqual(['landed', 'queued']);
  const left = shown.find(({ state }) => state === 'queued');
  expect(left).toMatchObject({ reasonCode: 'day-budget' });
  expect(left?.reason).toContain(said);
  expect(left?.next).toContain('limits.dayUsd');
  expect(await desk.mw(['up', '--until-empty', '--json'])).toMatchObject({ code: 7 });
});

it('waits without --until-empty, and says so', async () => {
  const from = Date.now();
  const factory = desk.start(['up']);
  await waitFor('a line about the budget', 30_000, () => untilTomorrow(from).test(factory.stderr()));
  expect(factory.child.exitCode).toBeNull();
  factory.child.kill('SIGINT');
  expect(await factory.ended).toMatchObject({ code: 130 });
});

it('says of a limit that no session fits into, today or tomorrow, that it needs a person', async () => {
  const at = { cwd: makeRepository(desk.folder('too-small'), filesWith(0.5)) };
  const [id = ''] = await addItems(desk, [{ title: 'One', body: 'act: good' }], at);
  const ran = await desk.mw(['run', id], at);
  expect(ran).toMatchObject({ code: 7 });
  const shown = await mwJson<ShownItem>(desk, ['show', id], at);
  expect(shown).toMatchObject({ state: 'paused', reasonCode: 'day-budget' });
  expect(shown.reason).toBe('a session of up to $1.00 never fits into the $0.50 that the project may cost a day');
  expect(shown.next).toBe(
    `raise limits.dayUsd in millwright.yaml or lower the agent's sessionUsd, commit it, then mw retry ${id}`,
  );
  expect((await desk.mw(['inbox'], at)).stdout).toContain(id);

  commit(at.cwd, filesWith(2));
  expect(await desk.mw(['retry', id], at)).toMatchObject({ code: 0 });
  expect(await desk.mw(['run', id], at)).toMatchObject({ code: 0 });
});
