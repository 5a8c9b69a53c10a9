/** What one phase costs: the pause between two agents of one item, and processor time. */
import { median, percentile } from '../durations.ts';
import { addItems, runFactory, stopDatabase } from '../factory.ts';
import { bounded, createSamples, ms, times, type Figure } from '../figure.ts';
import { runShellLoop } from '../shell-loop.ts';
import { gapsBetweenPhases } from '../stand-in.ts';
import { withWorkspace, type Job } from '../workspace.ts';

const phases = 8;

/** One item after the other: nothing but the item's own next phase is waited for. */
export function latencyFigure(): Figure {
  const job: Job = { seconds: Array.from({ length: 10 }, () => 0.05), phases, slots: 1, chained: true };
  const gaps: number[] = [];
  const loopGaps: number[] = [];
  return {
    name: 'latency',
    async round() {
      await withWorkspace(job, async (workspace) => {
        await runShellLoop(workspace, 'plain');
        loopGaps.push(...gapsBetweenPhases(workspace.agentRuns()));
      });
      await withWorkspace(job, async (workspace) => {
        try {
          await addItems(workspace);
          await runFactory(workspace);
          gaps.push(...gapsBetweenPhases(workspace.agentRuns()));
        } finally {
          await stopDatabase(workspace);
        }
      });
    },
    rows() {
      const [p50, p99] = [percentile(gaps, 50), percentile(gaps, 99)];
      const [loop50, loop99] = [percentile(loopGaps, 50), percentile(loopGaps, 99)];
      return [
        bounded(
          'from the end of one agent to the start of the next, p50',
          '<= 15 ms',
          p50,
          15,
          `${ms(p50)}; shell loop ${ms(loop50)}`,
          times(p50 / loop50),
        ),
        bounded('the same, p99', '<= 60 ms', p99, 60, `${ms(p99)}; shell loop ${ms(loop99)}`, times(p99 / loop99)),
      ];
    },
  };
}

/** User and system time of the factory, the database and everything they start, the agents included on both sides. */
export function processorFigure(): Figure {
  const job: Job = { seconds: Array.from({ length: 20 }, () => 0), phases, slots: 4 };
  const count = job.seconds.length * phases;
  const samples = createSamples();
  return {
    name: 'processor',
    async round() {
      for (const kind of ['plain', 'verified'] as const) {
        await withWorkspace(job, async (workspace) =>
          samples.add(kind, (await runShellLoop(workspace, kind)).cpuMs / count),
        );
      }
      await withWorkspace(job, async (workspace) => {
        try {
          await addItems(workspace);
          const run = await runFactory(workspace);
          samples.add('factory', (run.cpuMs + run.databaseCpuMs) / count);
          samples.add('database', run.databaseCpuMs / count);
        } finally {
          await stopDatabase(workspace);
        }
      });
    },
    rows() {
      const [factory, plain, verified] = ['factory', 'plain', 'verified'].map((name) => median(samples.all(name))) as [
        number,
        number,
        number,
      ];
      const measured = `${ms(factory)}, of it database ${ms(samples.median('database'))}; shell loop ${ms(plain)}`;
      return [
        bounded(
          'processor time a phase',
          '<= 1.5 x the shell loop',
          factory / plain,
          1.5,
          measured,
          times(factory / plain),
        ),
        {
          figure: 'the same against the loop that checks what it lands',
          goal: '',
          measured: `shell loop ${ms(verified)}`,
          ratio: times(factory / verified),
          reached: null,
        },
      ];
    },
  };
}
