/** What tests did on a commit, by name, kept for the comparison with what comes after it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Reporter, Roll } from '../guard/census.ts';
import type { StepContext, StepItem } from './context.ts';
import { proofFile, readProof } from './proof.ts';
import type { RanCheck } from './run-commands.ts';

const SavedRolls = z.array(
  z.strictObject({
    check: z.string(),
    passed: z.number().int(),
    reporter: z.enum(['ours', 'theirs']).nullable(),
    tests: z.array(
      z.strictObject({
        name: z.string(),
        file: z.string().nullable(),
        status: z.enum(['passed', 'failed', 'skipped']),
      }),
    ),
  }),
);

/** The rolls of the checks that are tests. */
export function rollsOf(ran: readonly RanCheck[]): readonly Roll[] {
  return ran.flatMap(({ result, tests, reporter }) =>
    result.kind === 'test' ? [{ check: result.name, tests, passed: result.tests?.passed ?? 0, reporter }] : [],
  );
}

/** Who reported, by check. */
export function reportersOf(rolls: readonly Roll[]): ReadonlyMap<string, Reporter> {
  return new Map(rolls.flatMap(({ check, reporter }) => (reporter === null ? [] : [[check, reporter] as const])));
}

/** As an artifact: commits with the same tests share it. Answers its hash. */
export async function saveRolls(rolls: readonly Roll[], context: StepContext): Promise<string> {
  return (await context.artifacts.put('tests.json', JSON.stringify(rolls))).hash;
}

/** `null` when they are not there any more, or not readable. */
async function loadRolls(hash: string, context: StepContext): Promise<readonly Roll[] | null> {
  const content = await context.artifacts.read(hash);
  if (content === null) return null;
  const parsed = SavedRolls.safeParse(JSON.parse(content.toString('utf8')));
  return parsed.success ? parsed.data : null;
}

/** Notes what the tests of a candidate did: when it lands, it is the next one's base. */
export async function noteRolls(about: StepItem, commit: string, hash: string, context: StepContext): Promise<void> {
  const folder = context.home.project(about.item.project).rolls(about.item.id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, commit), hash, { mode: 0o600 });
}

/** The hash that was noted; `null` when none was. */
export async function findRolls(about: StepItem, commit: string, context: StepContext): Promise<string | null> {
  const file = join(context.home.project(about.item.project).rolls(about.item.id), commit);
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** What tests did on a candidate; empty where nobody noted it. */
export async function rollsOfCandidate(
  about: StepItem,
  commit: string,
  context: StepContext,
): Promise<readonly Roll[]> {
  const hash = await findRolls(about, commit, context);
  return hash === null ? [] : ((await loadRolls(hash, context)) ?? []);
}

/** What tests did on an accepted commit, as its proof says; `null` where nothing is proven. */
export async function rollsOfBase(
  about: StepItem,
  base: string,
  context: StepContext,
): Promise<readonly Roll[] | null> {
  const hash = await readProof(proofFile(about, base, context));
  return hash === null ? null : loadRolls(hash, context);
}
