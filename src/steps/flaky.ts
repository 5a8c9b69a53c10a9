/**
 * Tests that fail and pass on the very same files. They are found by measuring: what fails on the base is run again, and
 * what then passes is set aside by name, for a while. On a candidate only these are run again; that they had to be is told.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { shortName } from '../store/home.ts';
import type { CheckRoom } from './check-room.ts';
import type { StepContext, StepItem } from './context.ts';
import type { Reporter } from '../guard/census.ts';
import { runCommands, type RanCheck } from './run-commands.ts';

/** Runs of one check beyond the first, at most. */
const rounds = 3;
/** After this long without a sign of it a test counts as steady again. */
const keptMs = 14 * 24 * 3_600_000;

/** By check and test: when it was last seen to fail and pass, ISO 8601. */
const Seen = z.record(z.string(), z.record(z.string(), z.string()));
type Seen = z.infer<typeof Seen>;

/** Names of a project's flaky tests. */
export async function readFlaky({ item }: StepItem, context: StepContext): Promise<ReadonlySet<string>> {
  const seen = await readSeen(context.home.project(item.project).flaky);
  const since = new Date(Date.now() - keptMs).toISOString();
  return new Set(
    Object.values(seen).flatMap((tests) => Object.keys(tests).filter((name) => (tests[name] ?? '') > since)),
  );
}

/** What several runs of the checks together say. A run that passes as a whole is needed: luck in parts is not enough. */
export async function settleFlaky(
  ran: readonly RanCheck[],
  mayBe: (name: string) => boolean,
  about: StepItem,
  room: CheckRoom,
  reporters: ReadonlyMap<string, Reporter>,
  context: StepContext,
  signal: AbortSignal,
): Promise<readonly RanCheck[]> {
  const settled: RanCheck[] = [];
  for (const first of ran) {
    const { name } = first.result;
    const again = async (round: number): Promise<RanCheck> => {
      const sessionOf = () => `q${shortName(`${name} ${round}`)}`;
      const [next] = await runCommands([name], room, context, signal, reporters, sessionOf);
      if (next === undefined) throw new Error(`${name} gave no result`);
      return next;
    };
    const end = await settleOne(first, mayBe, again);
    if (end.result.flaky !== undefined) await recordFlaky(about, name, end.result.flaky, context);
    settled.push(end);
  }
  return settled;
}

async function settleOne(
  first: RanCheck,
  mayBe: (name: string) => boolean,
  again: (round: number) => Promise<RanCheck>,
): Promise<RanCheck> {
  const failed = new Set(failedIn(first));
  if (failed.size === 0 || ![...failed].every(mayBe)) return first;
  for (let round = 1; round <= rounds; round += 1) {
    const next = await again(round);
    if (next.result.status === 'passed')
      return { ...next, result: { ...next.result, flaky: [...failed].map((name) => name.slice(0, 500)).slice(0, 50) } };
    const names = failedIn(next);
    if (names.length === 0 || !names.every(mayBe)) return first;
    for (const name of names) failed.add(name);
  }
  return first;
}

function failedIn({ result, tests }: RanCheck): readonly string[] {
  if (result.kind !== 'test' || result.status !== 'failed') return [];
  return tests.flatMap(({ name, status }) => (status === 'failed' ? [name] : []));
}

async function recordFlaky(
  { item }: StepItem,
  check: string,
  names: readonly string[],
  context: StepContext,
): Promise<void> {
  const file = context.home.project(item.project).flaky;
  const seen = await readSeen(file);
  const now = new Date().toISOString();
  const next: Seen = { ...seen, [check]: { ...seen[check], ...Object.fromEntries(names.map((name) => [name, now])) } };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(next, null, 1), { mode: 0o600 });
  await rename(draft, file);
}

async function readSeen(file: string): Promise<Seen> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return Seen.parse(JSON.parse(text));
}
