/** A known past as a repository, for the time of some work. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startThroughShell } from '../../src/git/short-git.ts';
import { makeKnownPast, type KnownPast } from './known-past.ts';

export interface PastRepository {
  readonly past: KnownPast;
  readonly gitDir: string;
  /** The latest commit. */
  readonly tip: string;
  /** The number of each commit in the past, by its id. */
  readonly numbers: ReadonlyMap<string, number>;
}

export async function withPast<T>(
  seed: number,
  edits: number,
  work: (repository: PastRepository) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mw-past-'));
  const endShell = startThroughShell();
  try {
    const past = makeKnownPast(seed, edits);
    const numbers = importPast(folder, past.stream);
    const tip = execFileSync('git', ['rev-parse', 'main'], { cwd: folder, encoding: 'utf8' }).trim();
    return await work({ past, gitDir: join(folder, '.git'), tip, numbers });
  } finally {
    await endShell();
    rmSync(folder, { recursive: true, force: true });
  }
}

function importPast(cwd: string, stream: string): ReadonlyMap<string, number> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (args: readonly string[], input = '') => execFileSync('git', args, { cwd, env, input });
  git(['init', '-q', '-b', 'main']);
  git(['fast-import', '--quiet', `--export-marks=${join(cwd, 'marks')}`], stream);
  const marks = readFileSync(join(cwd, 'marks'), 'utf8').trim().split('\n');
  return new Map(marks.map((line) => [line.slice(line.indexOf(' ') + 1), Number(/^:(\d+) /.exec(line)?.[1])]));
}
