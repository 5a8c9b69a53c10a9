/** Pasts in which the commits that touched a file mislead: what is said of its lines is what git says, or nothing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blame } from '../../src/git/blame.ts';
import { openKnownPasts } from '../../src/git/known-past.ts';
import { pastOf } from '../../src/insight/built-reading.ts';
import { readBuilt } from '../../src/insight/read-built.ts';

interface Scene {
  readonly git: (...args: readonly string[]) => string;
  /** Writes a file and commits it; `ours`: as the factory does. */
  readonly put: (path: string, text: string, ours?: 'ours') => string;
}

const dated = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  PATH: process.env['PATH'] ?? '',
  LC_ALL: 'C',
};

function makeScene(): Scene & { readonly gitDir: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mw-known-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let at = 1_700_000_000;
  const git = (...args: readonly string[]) => {
    at += 10;
    const env = { ...dated, HOME: folder, GIT_AUTHOR_DATE: `${at} +0000`, GIT_COMMITTER_DATE: `${at} +0000` };
    const own = ['-c', 'user.name=Pat', '-c', 'user.email=pat@localhost', '-c', 'merge.renames=true'];
    return execFileSync('git', [...own, ...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  };
  git('init', '-q', '-b', 'main');
  const put = (path: string, text: string, ours?: 'ours') => {
    writeFileSync(join(folder, path), text);
    git('add', '-A');
    git('commit', '-qm', ours === undefined ? `edit ${path}` : `work\n\nMillwright-Item: MW-1`);
    return git('rev-parse', 'HEAD');
  };
  return { git, put, gitDir: join(folder, '.git') };
}

const first = 'one\ntwo\nthree\n';
const second = 'one\nTWO\nthree\n';

/** Each leaves the file `f` at HEAD; the answer says whether its past is to be believed. */
const scenes: readonly (readonly [name: string, believed: boolean, play: (scene: Scene) => void])[] = [
  [
    'a line of the factory that a person edited',
    true,
    ({ put }) => {
      put('f', first, 'ours');
      put('other', 'x');
      put('f', second);
      put('other', 'y');
    },
  ],
  [
    'a change that was undone on a side branch',
    false,
    ({ git, put }) => {
      put('f', first, 'ours');
      git('checkout', '-qb', 'side');
      put('f', second);
      put('f', first);
      git('checkout', '-q', 'main');
      put('other', 'x');
      git('merge', '-q', '--no-edit', 'side');
    },
  ],
  [
    'the same change on both sides of a merge',
    false,
    ({ git, put }) => {
      put('f', first, 'ours');
      git('checkout', '-qb', 'side');
      put('f', second);
      git('checkout', '-q', 'main');
      put('f', second);
      git('merge', '-q', '--no-edit', 'side');
    },
  ],
  [
    'a file of a person that the factory renamed',
    false,
    ({ git, put }) => {
      put('start', 'x', 'ours');
      put('old', `${first}four\nfive\nsix\n`);
      git('mv', 'old', 'f');
      put('f', `${second}four\nfive\nsix\n`, 'ours');
    },
  ],
];

test.each(scenes)('%s: its past is believed = %s', async (_name, believed, play) => {
  const scene = makeScene();
  play(scene);
  const tip = scene.git('rev-parse', 'HEAD');
  const reading = await readBuilt(scene.gitDir, [tip], null);
  const pasts = openKnownPasts(scene.gitDir, (path) => pastOf(reading, path));
  const lines = (await blame({ gitDir: scene.gitDir, commit: tip, path: 'f' })) ?? [];
  expect(pastOf(reading, 'f'), 'it is a file of the factory').not.toBeNull();
  const said = await Promise.all(lines.map(({ line }) => pasts.blame(tip, 'f', line)));
  expect(said).toEqual(believed ? lines : lines.map(() => null));
});
