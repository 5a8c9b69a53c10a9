/** How soon `mw why FILE:LINE` answers in a large repository with a long past. */
import { median } from '../durations.ts';
import { runMw, stopDatabase } from '../factory.ts';
import { bounded, createSamples, ms, times, type Figure, type Row } from '../figure.ts';
import type { OldRepository } from '../history/repository.ts';
import type { Kind } from '../history/past.ts';
import { mustRun } from '../run-program.ts';

const kinds: readonly Kind[] = ['by people', 'generated', 'reformatted', 'moved'];

/** `questions`: lines of each kind that are asked about in a round; others in each round. */
export function whyFigure(open: () => Promise<OldRepository>, questions: number, lines: number): Figure {
  const samples = createSamples();
  let about = '';
  let rounds = 0;
  return {
    name: 'why',
    async round() {
      const old = await open();
      about = `${lines} lines, ${old.commits} commits`;
      // A plan was made before: it leaves behind what makes the walk through history short.
      await runMw(old, ['plan']);
      await stopDatabase(old);
      const node = [process.execPath, '-e', '0'] as const;
      for (const kind of kinds) {
        const places = old.places[kind];
        for (let question = 0; question < questions; question += 1) {
          const place = places[(rounds * questions + question) % places.length];
          if (place === undefined) throw new Error(`the repository has no line of the kind: ${kind}`);
          const { path, line } = place;
          const why = await runMw(old, ['why', `${path}:${line}`]);
          // In generated files people have lines, too; in theirs the factory has none.
          if (kind === 'by people' && !why.stdout.includes('outside the factory'))
            throw new Error(`mw why ${path}:${line}, a line ${kind}: ${why.stdout}`);
          samples.add(kind, why.wallMs);
          samples.add('processor', why.cpuMs);
          const options = { cwd: old.repository, env: old.env };
          const blame = ['git', 'blame', '-L', `${line},${line}`, 'HEAD', '--', path] as const;
          samples.add('blame', (await mustRun(blame, options)).wallMs);
          samples.add('node', (await mustRun(node, options)).wallMs);
        }
      }
      rounds += 1;
    },
    rows() {
      const all = kinds.flatMap((kind) => samples.all(kind));
      const [half, worst] = [median(all), Math.max(...all)];
      const limit = samples.median('blame') + samples.median('node');
      const beside = `git blame ${ms(samples.median('blame'))}, bare Node ${ms(samples.median('node'))}`;
      return [
        bounded(
          `mw why FILE:LINE, ${about}, median of ${all.length} lines`,
          '<= 150 ms',
          half,
          150,
          `${ms(half)}; ${beside}`,
          times(half / limit),
        ),
        bounded(
          'the same, the slowest line',
          '<= 150 ms',
          worst,
          150,
          `${ms(worst)}; git blame ${ms(Math.max(...samples.all('blame')))}`,
        ),
        ...kinds.map((kind) => note(`the same, lines ${kind}`, ms(samples.median(kind)))),
        note('processor time of the same, with git', ms(samples.median('processor'))),
      ];
    },
  };
}

function note(figure: string, measured: string): Row {
  return { figure, goal: '', measured, ratio: '', reached: null };
}
