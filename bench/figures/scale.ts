/** Many items of no length: what the factory itself takes, and whether it takes more for each when there are more. */
import { addItems, runFactory, stopDatabase } from '../factory.ts';
import { bounded, createSamples, ms, times, type Figure } from '../figure.ts';
import { runShellLoop } from '../shell-loop.ts';
import { withWorkspace } from '../workspace.ts';

export function scaleFigure(many: number): Figure {
  const few = Math.max(1, Math.round(many / 10));
  const jobOf = (count: number) => ({ seconds: Array.from({ length: count }, () => 0), phases: 1, slots: 4 });
  const samples = createSamples();
  return {
    name: 'scale',
    async round() {
      for (const kind of ['plain', 'verified'] as const) {
        await withWorkspace(jobOf(many), async (workspace) =>
          samples.add(kind, (await runShellLoop(workspace, kind)).wallMs),
        );
      }
      for (const count of [few, many]) {
        await withWorkspace(jobOf(count), async (workspace) => {
          try {
            const added = await addItems(workspace);
            const run = await runFactory(workspace, { measureMemory: true });
            samples.add(`factory ${count}`, run.wallMs);
            samples.add(`processor ${count}`, (run.cpuMs + run.databaseCpuMs) / count);
            samples.add(`memory ${count}`, run.peakMiB);
            samples.add(`added ${count}`, added.wallMs);
          } finally {
            await stopDatabase(workspace);
          }
        });
      }
    },
    rows() {
      const wall = samples.median(`factory ${many}`);
      const [plain, verified] = [samples.median('plain'), samples.median('verified')];
      const [each, eachOfFew] = [wall / many, samples.median(`factory ${few}`) / few];
      const memory = samples.median(`memory ${many}`);
      const added = samples.median(`added ${many}`);
      const seconds = (value: number): string => `${(value / 1_000).toFixed(1)} s`;
      return [
        bounded(
          `${many} items of 0 ms, 4 slots`,
          '<= 1.5 x the shell loop',
          wall / plain,
          1.5,
          `${seconds(wall)}, ${ms(samples.median(`processor ${many}`))} of processor an item; shell loop ${seconds(plain)}`,
          times(wall / plain),
        ),
        {
          figure: 'the same against the loop that checks what it lands',
          goal: '',
          measured: `shell loop ${seconds(verified)}`,
          ratio: times(wall / verified),
          reached: null,
        },
        bounded(
          `time an item at ${many} / at ${few}`,
          '<= 1.5',
          each / eachOfFew,
          1.5,
          `${ms(each)} / ${ms(eachOfFew)}`,
          times(each / eachOfFew),
        ),
        bounded(`own memory at ${many} items, database included`, '<= 350 MB', memory, 350, `${Math.round(memory)} MB`),
        bounded(`mw add of ${many} items`, '<= 3 s', added, 3_000, seconds(added)),
      ];
    },
  };
}
