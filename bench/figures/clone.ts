/** How soon an agent has its private clone of a large repository. */
import { join } from 'node:path';
import { openCandidate } from '../../src/git/candidate.ts';
import { settleDeletions } from '../../src/git/discard.ts';
import { takeIn } from '../../src/git/take-in.ts';
import { openTrustedRepository } from '../../src/git/trusted-repository.ts';
import { prepareWorkingCopy } from '../../src/git/working-copy.ts';
import { writeFileSync } from 'node:fs';
import { bounded, createSamples, ms, type Figure } from '../figure.ts';
import { withWorkspace } from '../workspace.ts';

export function cloneFigure(files: number): Figure {
  const samples = createSamples();
  return {
    name: 'clone',
    round: () =>
      withWorkspace({ seconds: [], phases: 1, slots: 1, filler: files }, async ({ folder, repository }) => {
        const trusted = await openTrustedRepository({
          directory: join(folder, 'project', 'trusted.git'),
          userRepository: repository,
        });
        const taken = await takeIn({ trusted, target: 'main' });
        if (!('tip' in taken)) throw new Error(`not taken in: ${taken.type}`);
        const { gitDir } = await openCandidate(join(folder, 'project', 'items', 'MW-1', 'candidate.git'), trusted);
        const prepare = async (): Promise<number> => {
          const begun = performance.now();
          const { tree } = await prepareWorkingCopy({
            directory: join(folder, 'project', 'copies', '1'),
            gitDir,
            commit: taken.tip,
            agentGit: { base: taken.tip, acceptedGitDir: trusted.gitDir, ignore: [] },
          });
          const took = performance.now() - begun;
          // What an agent leaves behind.
          writeFileSync(join(tree, 'work', 'new.txt'), 'new\n');
          writeFileSync(join(tree, 'filler', '0', 'file-1.txt'), 'changed\n');
          return took;
        };
        samples.add('cold', await prepare());
        await prepare();
        samples.add('kept', await prepare());
        await settleDeletions();
      }),
    rows: () => [
      bounded(
        `private clone of ${files} files, working copy kept`,
        '<= 300 ms',
        samples.median('kept'),
        300,
        ms(samples.median('kept')),
      ),
      { figure: 'the same, first time', goal: '', measured: ms(samples.median('cold')), ratio: '', reached: null },
    ],
  };
}
