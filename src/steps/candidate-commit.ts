/** The candidate's one commit: what an attempt left, taken in as content, with trailers that say where it comes from. */
import { GitFailed } from '../git/git-call.ts';
import { readFileAt, treeOf } from '../git/history.ts';
import { commitTree, importTree } from '../git/import-tree.ts';
import { builtCriteria } from '../model/built-criteria.ts';
import type { EffectOf } from '../model/effect.ts';
import { attemptAddress } from '../model/id.ts';
import type { PinnedPhase } from '../model/pipeline.ts';
import { writeTrailers } from '../model/trailers.ts';
import { adoptedCriteria } from './adopted-criteria.ts';
import { pinned, type StepItem } from './context.ts';
import { numberCriteria } from './number-criteria.ts';
import { isOutOfReach } from './protected-paths.ts';
import type { Workplace } from './workplace.ts';

const maxImportFiles = 20_000;
const maxImportBytes = 512 * 1024 * 1024;

/** Content that git itself refuses, for example an encoding that a file does not have, is as unusable as a device. */
export async function importWork(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  phase: PinnedPhase,
  place: Workplace,
): ReturnType<typeof importTree> {
  const pipeline = pinned(about);
  if (phase.checks.includes('specs')) {
    const { gitDir } = place.candidate;
    const before = async (name: string) =>
      (await readFileAt(gitDir, effect.base, `specs/${name}/spec.md`))?.toString('utf8') ?? '';
    await numberCriteria(place.copy.tree, before);
  }
  const isProtected = isOutOfReach(pipeline, phase.maker?.paths ?? null);
  return take(effect, about, place, { head: effect.start, isProtected, conflicted: effect.conflicts });
}

/** What a breaker left beside the accepted files; it is never landed as it is. */
export function importCases(work: Work, about: StepItem, place: Workplace): ReturnType<typeof importTree> {
  const isProtected = isOutOfReach(pinned(about), null);
  return take(work, about, place, { head: work.base, isProtected, conflicted: [] });
}

async function take(
  work: Work,
  about: StepItem,
  place: Workplace,
  what: Pick<Parameters<typeof importTree>[0], 'head' | 'isProtected' | 'conflicted'>,
): ReturnType<typeof importTree> {
  const importing = importTree({
    copy: place.copy,
    candidate: place.candidate,
    base: work.base,
    ...what,
    ...(await describeCommit(work, about, place)),
    limits: { maxBytes: Math.min(pinned(about).limits.copyBytes, maxImportBytes), maxFiles: maxImportFiles },
    ignore: place.ours,
  });
  return importing.catch((error: unknown) => {
    if (error instanceof GitFailed)
      return { type: 'unsafe', problems: [`git cannot take it: ${error.stderr.slice(0, 1_000)}`] };
    throw error;
  });
}

/** Whoever says that criteria hold already says it in a commit, which must pass every gate like any other. */
export async function claimCriteria(
  effect: EffectOf<'attempt'>,
  about: StepItem,
  place: Workplace,
): Promise<{ readonly commit?: string }> {
  if (about.item.criteria.length === 0 || effect.start !== effect.base) return {};
  const tree = await treeOf(place.candidate.gitDir, effect.base);
  return { commit: await commitFiles(effect, about, place, tree) };
}

/** A commit of files that git has already. */
export async function commitFiles(work: Work, about: StepItem, place: Workplace, tree: string): Promise<string> {
  return commitTree(place.candidate, { tree, base: work.base, ...(await describeCommit(work, about, place)) });
}

/** Whose work a commit is: of a phase's maker, or of its breaker. */
export interface Work {
  readonly item: string;
  readonly run: number;
  /** `build`, or `build.breaker`. */
  readonly phase: string;
  readonly number: number;
  readonly base: string;
  readonly contributors: readonly string[];
}

async function describeCommit(
  { item: id, run, phase, number, contributors }: Work,
  about: StepItem,
  { copy }: Workplace,
) {
  const { item } = about;
  const title = item.title.replaceAll(/\s+/g, ' ').trim().slice(0, 72);
  const attempts = [...new Set([...contributors, attemptAddress(id, phase, number)])];
  const criteria = await adoptedCriteria(copy.tree, builtCriteria(item.criteria, pinned(about), attempts));
  return {
    message: `${title}\n\n${writeTrailers({ item: id, run, attempts, criteria })}\n`,
    author: { name: 'Millwright', email: 'millwright@localhost', date: new Date().toISOString() },
    attempt: `${run}/${phase}-${number}`,
  };
}
