/** How close a run comes to the least time in which slots can work through agents of different length. */
import { drawLogNormal, listSchedule } from '../durations.ts';
import { addItems, runFactory, stopDatabase } from '../factory.ts';
import { bounded, createSamples, times, type Figure } from '../figure.ts';
import { runShellLoop } from '../shell-loop.ts';
import { withWorkspace } from '../workspace.ts';

const slots = 4;
const seconds = drawLogNormal(20, 1, 0.6, 1);
const job = { seconds, phases: 1, slots };

export function scheduleFigure(): Figure {
  const samples = createSamples();
  const least = listSchedule(seconds, slots) * 1_000;
  return {
    name: 'schedule',
    async round() {
      await withWorkspace(job, async (workspace) =>
        samples.add('loop', (await runShellLoop(workspace, 'plain')).wallMs),
      );
      await withWorkspace(job, async (workspace) => {
        try {
          await addItems(workspace);
          const run = await runFactory(workspace, { measureMemory: true });
          samples.add('factory', run.wallMs);
          samples.add('memory', run.peakMiB);
        } finally {
          await stopDatabase(workspace);
        }
      });
    },
    rows() {
      const [factory, loop, memory] = [samples.median('factory'), samples.median('loop'), samples.median('memory')];
      const measured = `${(factory / 1_000).toFixed(2)} s; the list schedule takes ${(least / 1_000).toFixed(2)} s, the shell loop ${(loop / 1_000).toFixed(2)} s (${times(loop / least)})`;
      return [
        bounded(
          '20 items, 4 slots, agents log-normal around 1 s: wall / list schedule',
          '<= 1.15',
          factory / least,
          1.15,
          measured,
          times(factory / least),
        ),
        bounded('own memory at 20 items, database included', '<= 250 MB', memory, 250, `${Math.round(memory)} MB`),
      ];
    },
  };
}
