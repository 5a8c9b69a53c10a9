/** Tests run on files of two commits, in a checkout that is thrown away. */
import { join } from 'node:path';
import type { Reporter } from '../guard/census.ts';
import { mixCommits } from '../git/mixed-commit.ts';
import { discardWorkingCopy } from '../git/working-copy.ts';
import { shortName } from '../store/home.ts';
import type { CheckRoom } from './check-room.ts';
import { pinned, type StepContext, type StepItem } from './context.ts';
import { runCommands, type RanCheck } from './run-commands.ts';
import { takeWorkplace } from './workplace.ts';

type Mix = Omit<Parameters<typeof mixCommits>[0], 'gitDir'>;

/** Answers how to run them, by a name that is used once in an effect. */
export function runElsewhere(
  effect: string,
  about: StepItem,
  room: CheckRoom,
  reporters: ReadonlyMap<string, Reporter>,
  context: StepContext,
  signal: AbortSignal,
) {
  const { checks } = pinned(about);
  // Tests may need what another check has built.
  const usual = Object.keys(checks).filter((name) => ['build', 'test'].includes(checks[name]?.kind ?? ''));
  return async (name: string, mix: Mix, names: readonly string[] = usual): Promise<readonly RanCheck[]> => {
    const { gitDir } = room.place.candidate;
    const commit = await mixCommits({ gitDir, ...mix });
    const directory = join(room.folder, `${name}.copy`);
    try {
      const place = await takeWorkplace(
        { effect, about, commit, base: commit, accepted: false, keep: false, directory },
        context,
        signal,
      );
      const sessionOf = (check: string) => `b${shortName(`${name} ${check}`)}`;
      return await runCommands(names, { ...room, place }, context, signal, reporters, sessionOf);
    } finally {
      await discardWorkingCopy(directory);
    }
  };
}
