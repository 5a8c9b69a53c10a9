/** What is built and what was edited since, by the history of a repository; what was read is kept for the next time. */
import { join } from 'node:path';
import picomatch from 'picomatch';
import type { ProjectConfig } from '../model/config.ts';
import { refreshCommitGraph } from '../git/commit-graph.ts';
import { isAncestor } from '../git/history.ts';
import { openReadingRoom } from '../git/reading-room.ts';
import { branchRef, readRef } from '../git/refs.ts';
import { listBranches, type UserRepository } from '../git/user-repository.ts';
import type { BuiltReading } from '../insight/built-reading.ts';
import { readBuilt, readDrift } from '../insight/read-built.ts';
import type { Built } from '../spec/built.ts';
import type { Drift } from '../spec/compare.ts';
import { keep, readKept } from './kept-reading.ts';
import { refuseShallow } from './refuse-shallow.ts';

export interface BuiltHere {
  readonly built: Built;
  readonly drifts: readonly Drift[];
  /** The commit that is checked out; `null` in a repository without one. */
  readonly head: string | null;
  /** The latest commit of the target, which work starts from; the one that is checked out where there is no such branch. */
  readonly accepted: string | null;
  /** Branches with landed work that the checkout does not have yet. */
  readonly undelivered: readonly string[];
}

/**
 * What the checkout, the target and the branches of landed work say; E_SHALLOW where history is cut off. `target`: the
 * branch that work lands on, `null` where nobody says. `isHandWritten`: paths whose edits are nobody's concern.
 */
export async function readBuiltHere(
  home: string,
  repository: UserRepository,
  target: string | null,
  isHandWritten: (path: string) => boolean,
): Promise<BuiltHere> {
  const { commonDir, gitDir } = repository;
  refuseShallow(commonDir);
  const head = await readRef(gitDir, 'HEAD');
  const branches = (await listBranches(repository)).filter((name) => /^millwright[/-]/.test(name));
  const kept = await Promise.all(branches.map((name) => readRef(commonDir, `refs/heads/${name}`)));
  const onTarget = target === null ? null : await readRef(commonDir, branchRef(target));
  // Work that landed while another branch is checked out is built all the same.
  const tips = [...new Set([head, onTarget, ...kept].filter((tip) => tip !== null))];
  const before = await readKept(home, commonDir);
  const room = await openReadingRoom(join(home, 'cache'), commonDir);
  // Beside each other: the graph of a long history takes as long as reading it.
  const [reading] = await Promise.all([
    readBuilt(room, tips, before),
    before === null ? refreshCommitGraph(room, tips) : null,
  ]);
  if (before !== null && isLonger(before, reading)) await refreshCommitGraph(room, tips);
  const { drifts, reading: after } = await readDrift(room, reading, isHandWritten);
  if (after !== before) await keep(home, commonDir, after);
  const undelivered: string[] = [];
  for (const [index, name] of branches.entries()) {
    const tip = kept[index] ?? null;
    if (tip !== null && (head === null || !(await isAncestor(commonDir, tip, head)))) undelivered.push(name);
  }
  return { built: after.built, drifts, head, accepted: onTarget ?? head, undelivered };
}

/** Protected paths are a person's own: nobody wonders who edits them. */
export function handWritten({ protect }: ProjectConfig): (path: string) => boolean {
  const matches = picomatch([...protect, 'specs/**', '.millwright/**', 'millwright.yaml'], { dot: true });
  return (path) => matches(path);
}

/** So many commits can be walked through without a graph. */
const commitsWithout = 1_000;

function isLonger(before: BuiltReading, after: BuiltReading): boolean {
  return Math.floor(after.built.length / commitsWithout) > Math.floor(before.built.length / commitsWithout);
}
