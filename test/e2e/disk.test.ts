/** The disk: full, read-only, and everything outside the places that are ours. */
import { mkdirSync, readdirSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { othersMayRead } from '../database/homes.ts';
import { fileAt, git, openDesk, type Desk } from '../support/cli-desk.ts';
import { runEnclosed } from '../support/cli-enclosure.ts';
import { expectRefusal, projectFiles, type ListedItem } from '../support/cli-project.ts';

vi.setConfig({ testTimeout: 90_000 });

const megabyte = 1024 * 1024;
const desks: Desk[] = [];

afterEach(() => Promise.all(desks.splice(0).map((desk) => desk.close())));

/** A desk whose home exists: what is mounted there needs a place. */
function deskWithHome(): Desk {
  const desk = openDesk(projectFiles({ maker: 'echo done > "$MW_ITEM.txt"' }));
  mkdirSync(desk.home, { mode: 0o755 });
  desks.push(desk);
  return desk;
}

function itemsIn(stdout: string): readonly ListedItem[] {
  return (JSON.parse(stdout) as { items: readonly ListedItem[] }).items;
}

/** A checkout that other users cannot read costs the home a copy of the database's programs, some 80 MB. */
const room = othersMayRead(import.meta.dirname) ? 150 : 240;

it('stops on a full disk with its name, keeps what is recorded, and goes on when there is space again', async () => {
  const desk = deskWithHome();
  const ran = await runEnclosed(
    desk,
    ['--bind', '/', '/', '--size', String(room * megabyte), '--tmpfs', desk.home, '--chmod', '755', desk.home],
    `
    mw first add first
    mw land up --until-empty
    mw second add second
    dd if=/dev/zero of=${desk.home}/filler bs=64k 2> /dev/null
    mw full-add add third --body "$(head -c 70000 /dev/urandom | base64 -w 0)"
    mw full-up up --until-empty
    mw full-list list --json
    rm ${desk.home}/filler
    mw later up --until-empty
    mw list list --json
    mw check db check --json`,
  );
  expect(ran('land'), ran('land').stderr).toMatchObject({ code: 0 });
  expectRefusal(ran('full-add'), 1, 'E_DISK_FULL');
  expectRefusal(ran('full-up'), 1, 'E_DISK_FULL');
  expect(ran('full-up').stderr).toContain(desk.home);
  expect(ran('full-up').stderr).not.toContain('Millwright itself failed');
  expect(itemsIn(ran('full-list').stdout).map(({ id, state }) => `${id} ${state}`)).toEqual([
    'MW-1 landed',
    // The start was still recorded, or it was not: in either case the item waits for space and nothing was charged.
    expect.stringMatching(/^MW-2 (?:queued|running)$/),
  ]);
  expect(ran('later'), ran('later').stderr).toMatchObject({ code: 0 });
  expect(itemsIn(ran('list').stdout).map(({ state }) => state)).toEqual(['landed', 'landed']);
  expect(JSON.parse(ran('check').stdout)).toMatchObject({ problems: [] });
  for (const id of ['MW-1', 'MW-2']) expect(fileAt(desk.repository, 'main', `${id}.txt`).toString()).toBe('done\n');
});

it('says that its home is read-only, whether it is new or has been used', async () => {
  const desk = deskWithHome();
  expect(await desk.mw(['add', 'first'])).toMatchObject({ code: 0 });
  expect(await desk.mw(['down'])).toMatchObject({ code: 0 });
  const ran = await runEnclosed(
    desk,
    ['--bind', '/', '/', '--ro-bind', desk.home, desk.home, '--dir', '/tmp'],
    `
    mw used list
    mw add add second
    mw up up --until-empty
    MW_HOME=${desk.home}/below mw new list`,
  );
  for (const name of ['used', 'add', 'up', 'new']) {
    expectRefusal(ran(name), 1, 'E_HOME_READ_ONLY');
    expect(ran(name).stderr).toContain(desk.home);
  }
  const listed = await desk.mw(['list', '--json']);
  expect(itemsIn(listed.stdout).map(({ id }) => id)).toEqual(['MW-1']);
});

it('writes nothing outside MW_HOME, the repository’s git data and the delivered branch', async () => {
  const desk = deskWithHome();
  const ran = await runEnclosed(
    desk,
    // The red control is the view itself: whoever wrote anywhere else would fail.
    ['--ro-bind', '/', '/', '--bind', desk.home, desk.home, '--bind', desk.repository, desk.repository],
    `
    touch ${desk.userHome}/probe 2> /dev/null || touch ${desk.home}/is-closed
    mw add add first
    mw up up --until-empty
    mw logs logs MW-1
    mw gc gc --copies
    mw backup db backup ${desk.home}/backup
    mw doctor doctor --quick`,
  );
  for (const name of ['add', 'up', 'logs', 'gc', 'backup', 'doctor'])
    expect(ran(name), `${name}: ${ran(name).stderr}`).toMatchObject({ code: 0 });
  expect(readdirSync(desk.home)).toContain('is-closed');
  expect(readdirSync(desk.userHome)).toEqual([]);
  // In the checkout, nothing but the delivered file; in its git data, nothing that git itself does not know.
  expect(git(desk.repository, 'status', '--porcelain', '--ignored')).toBe('');
  expect(git(desk.repository, 'diff', '--name-only', 'HEAD^', 'HEAD')).toBe('MW-1.txt');
  expect(git(desk.repository, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main\nrefs/notes/millwright');
});
