/** What a power cut must not take: objects are on the disk before a branch names them. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deliver } from '../../src/git/delivery.ts';
import { landCandidate } from '../../src/git/landing.ts';
import { takeIn } from '../../src/git/take-in.ts';
import { commit, git, makeCandidate, openWorkshop, temporaryFolder } from './workshop.ts';

/** Inodes of what this process has flushed, in order. A file keeps its own when it is renamed. */
let flushed: number[];
/** Every git process, with how much was flushed when it started. */
let started: { readonly process: ChildProcess; readonly flushes: number }[];
const onStart = (message: unknown): void => {
  started.push({ process: (message as { process: ChildProcess }).process, flushes: flushed.length });
};

beforeEach(async () => {
  [flushed, started] = [[], []];
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  // oxlint-disable-next-line typescript/unbound-method -- called below with the handle it belongs to
  const { sync } = prototype;
  vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    const { ino } = await this.stat();
    await sync.call(this);
    flushed.push(ino);
  });
  subscribe('child_process', onStart);
});
afterEach(() => {
  unsubscribe('child_process', onStart);
  vi.restoreAllMocks();
});

function looseObjects(gitDir: string): string[] {
  const objects = join(gitDir, 'objects');
  return readdirSync(objects)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => readdirSync(join(objects, name)).map((file) => join(objects, name, file)));
}

/** Arguments of the git processes with this command, and what was flushed before the first of them. */
function gitRuns(command: string): { readonly args: readonly string[][]; readonly before: ReadonlySet<number> } {
  const runs = started.filter(({ process }) => process.spawnargs.includes(command));
  return {
    args: runs.map(({ process }) => process.spawnargs.slice(1)),
    before: new Set(flushed.slice(0, runs[0]?.flushes ?? 0)),
  };
}

function expectFlushed(paths: readonly string[], before: ReadonlySet<number>): void {
  expect(paths.length).toBeGreaterThan(0);
  const places = paths.flatMap((path) => [path, dirname(path), dirname(dirname(path))]);
  expect(places.filter((path) => !before.has(statSync(path).ino))).toEqual([]);
}

it.each([
  ['in a checkout', 'merge', []],
  ['beside one', 'update-ref', ['checkout', '-q', '-b', 'other']],
] as const)('flushes what it delivers, %s, and the folders that hold it, before the branch moves', async (...row) => {
  const [, mover, away] = row;
  const workshop = await openWorkshop();
  const { user, trusted, base } = workshop;
  if (away.length > 0) git(user, ...away);
  const made = await makeCandidate(workshop, 'MW-1', { 'a.txt': 'landed\n', 'new/deep.txt': 'new\n' });
  await landCandidate({ trusted, ...made, base, target: 'main' });
  const known = new Set(looseObjects(join(user, '.git')));
  [flushed, started] = [[], []];
  const delivery = await deliver({ trusted, target: 'main', commit: made.commit, mode: 'fast-forward' });
  expect(delivery).toEqual({ type: 'delivered', branch: 'main' });
  const arrived = looseObjects(join(user, '.git')).filter((path) => !known.has(path));
  expect(arrived).toHaveLength(5);
  expectFlushed(arrived, gitRuns(mover).before);
});

it('flushes what lands before the accepted branch moves', async () => {
  const workshop = await openWorkshop();
  const { trusted, base } = workshop;
  const made = await makeCandidate(workshop, 'MW-1', { 'a.txt': 'landed\n' });
  const known = new Set(looseObjects(trusted.gitDir));
  [flushed, started] = [[], []];
  expect(await landCandidate({ trusted, ...made, base, target: 'main' })).toEqual({ type: 'landed' });
  expectFlushed(
    looseObjects(trusted.gitDir).filter((path) => !known.has(path)),
    gitRuns('update-ref').before,
  );
});

it('has git flush what it writes of the user’s commits and of a merge with them', async () => {
  const workshop = await openWorkshop();
  const { user, trusted, base, root } = workshop;
  const made = await makeCandidate(workshop, 'MW-1', { 'landed.txt': 'landed\n' });
  await landCandidate({ trusted, ...made, base, target: 'main' });
  commit(user, { 'theirs.txt': 'theirs\n' });
  [flushed, started] = [[], []];
  expect(await takeIn({ trusted, target: 'main' })).toMatchObject({ type: 'merged' });
  for (const command of ['unpack-objects', 'merge-tree', 'commit-tree']) {
    const { args } = gitRuns(command);
    expect(args, command).toHaveLength(1);
    expect(countFlushes(args[0] ?? [], root), command).toBeGreaterThan(0);
  }
});

it('would see git not flush', () => {
  const root = temporaryFolder();
  expect(countFlushes(['-c', 'core.fsync=reference', 'unpack-objects', '-q'], root)).toBe(0);
  expect(countFlushes(['-c', 'core.fsync=committed', 'unpack-objects', '-q'], root)).toBeGreaterThan(0);
});

/** How often git flushes an object that it writes with the settings among these arguments, as it counts itself. */
function countFlushes(args: readonly string[], root: string): number {
  const repository = mkdtempSync(join(root, 'flush-'));
  git(repository, 'init', '-q');
  const settings = args.slice(
    0,
    args.findIndex((word, index) => word !== '-c' && args[index - 1] !== '-c'),
  );
  const log = join(repository, 'trace');
  execFileSync('git', [...settings, 'hash-object', '-w', '--stdin'], {
    cwd: repository,
    input: 'object',
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', GIT_DIR: join(repository, '.git'), GIT_TRACE2_EVENT: log },
  });
  const events = readFileSync(log, 'utf8').trim().split('\n');
  return events
    .map((line) => JSON.parse(line) as { event: string; category?: string; value?: string })
    .filter(({ event, category }) => event === 'data' && category === 'fsync')
    .reduce((sum, { value }) => sum + Number(value), 0);
}
