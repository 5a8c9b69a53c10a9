/**
 * What the same work costs without a factory: xargs, git, and a kept working copy a slot. It keeps no state, survives
 * no kill, retries nothing and believes every agent.
 *
 * plain: the check runs in the agent's own working copy, and what was merged is not checked again.
 * verified: the check runs on a clean checkout of exactly the commit, and again on what will be main when main has moved
 * meanwhile, as the factory does it.
 */
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { mustRun, type ProgramRun } from './run-program.ts';
import { check, phaseNames, type Workspace } from './workspace.ts';

export type LoopKind = 'plain' | 'verified';

const beginning = `#!/bin/sh
set -e
item=$1
use() {
  # Two at a time trip over each other in .git/worktrees.
  [ -d "$1" ] || flock "$BENCH/worktree.lock" git -C "$REPOSITORY" worktree add -q --detach "$1" main
  cd "$1"
}
judge() { use "$BENCH/checks-$SLOT"; git reset -q --hard "$1"; git clean -qfdx; sh -c "$CHECK"; }
use "$BENCH/tree-$SLOT"
git reset -q --hard main
git clean -qfdx
for phase in $PHASES; do
  MW_ITEM=$item MW_PHASE=$phase "$BENCH/agent"
  git add -A
  git commit -q -m "$item $phase"
done
commit=$(git rev-parse HEAD)
`;

const endings: Readonly<Record<LoopKind, string>> = {
  plain: `
sh -c "$CHECK"
exec flock "$BENCH/merge.lock" git -C "$REPOSITORY" merge -q --no-edit "$commit"
`,
  verified: `
judge "$commit"
exec 9>"$BENCH/merge.lock"
flock 9
if ! git merge-base --is-ancestor main "$commit"; then
  use "$BENCH/tree-$SLOT"
  git rebase -q main
  commit=$(git rev-parse HEAD)
  judge "$commit"
fi
git -C "$REPOSITORY" merge -q --ff-only "$commit"
`,
};

/** Works through all items of the workspace. */
export async function runShellLoop(workspace: Workspace, kind: LoopKind): Promise<ProgramRun> {
  const script = join(workspace.folder, `item-${kind}`);
  writeFileSync(script, `${beginning}${endings[kind]}`, { mode: 0o755 });
  const run = await mustRun(
    ['xargs', '-P', String(workspace.job.slots), '-n', '1', '--process-slot-var=SLOT', script],
    {
      cwd: workspace.repository,
      env: {
        ...workspace.env,
        REPOSITORY: workspace.repository,
        CHECK: check,
        PHASES: phaseNames(workspace.job.phases).join(' '),
      },
      input: workspace.items().join('\n'),
    },
  );
  const landed = workspace.landed();
  if (landed !== workspace.items().length)
    throw new Error(`the shell loop landed only ${landed} items\n${run.stderr.slice(-4_000)}`);
  return run;
}
