/**
 * Measures the factory beside the physical limit, a shell loop that does the same work, and prints a Markdown table.
 * `npm run bench -- --runs 1 --only latency,start`. See docs/performance.md for what the figures mean.
 */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure, Row } from './figure.ts';
import { cloneFigure } from './figures/clone.ts';
import { latencyFigure, processorFigure } from './figures/phases.ts';
import { planFigure } from './figures/plan.ts';
import { scaleFigure } from './figures/scale.ts';
import { scheduleFigure } from './figures/schedule.ts';
import { startFigure } from './figures/start.ts';
import { whyFigure } from './figures/why.ts';
import { openOnce } from './history/repository.ts';
import { isQuiet, waitForQuiet } from './quiet.ts';

const quietWaitMs = 60_000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
    items: { type: 'string', default: '1000' },
    files: { type: 'string', default: '50000' },
    /** Of the repository with a long past. */
    commits: { type: 'string', default: '100000' },
    lines: { type: 'string', default: '1000000' },
    /** Lines of each kind that `mw why` is asked about in a round. */
    questions: { type: 'string', default: '5' },
    /** Measures although the machine is busy, and says so in the table. */
    busy: { type: 'boolean', default: false },
  },
});

const [commits, lines] = [Number(values.commits), Number(values.lines)];
const openOld = openOnce({ commits, lines, specs: 50, criteria: 20, handEdits: 300 });
const figures = [
  scheduleFigure(),
  latencyFigure(),
  processorFigure(),
  startFigure(),
  cloneFigure(Number(values.files)),
  scaleFigure(Number(values.items)),
  planFigure(openOld),
  whyFigure(openOld, Number(values.questions), lines),
];
const names = values.only?.split(',') ?? figures.map(({ name }) => name);
const unknown = names.find((name) => figures.every((figure) => figure.name !== name));
if (unknown !== undefined)
  throw new Error(`--only knows ${figures.map(({ name }) => name).join(', ')}, not ${unknown}`);
const chosen = figures.filter(({ name }) => names.includes(name));
const measured = new Set<Figure>();
let failure: Error | null = null;
const busiest = await measure(chosen, Number(values.runs)).catch((error: unknown) => {
  // What was measured so far took minutes: it is printed all the same.
  failure = error instanceof Error ? error : new Error(String(error));
  return Number.NaN;
});
const rows = chosen.filter((figure) => measured.has(figure)).flatMap((figure) => figure.rows());
process.stdout.write(`${describeMachine(Number(values.runs), busiest)}\n\n${writeTable(rows)}\n`);
if (failure !== null) throw failure as Error;

/** Rounds of all figures in turn, so that what disturbs the machine for a while disturbs all alike. */
async function measure(chosenFigures: readonly Figure[], rounds: number): Promise<number> {
  let busiestSeen = 0;
  for (let round = 1; round <= rounds; round += 1) {
    for (const figure of chosenFigures) {
      const busy = await waitForQuiet(quietWaitMs);
      busiestSeen = Math.max(busiestSeen, busy);
      if (!isQuiet(busy) && !values.busy) {
        throw new Error(
          `the processors are ${Math.round(busy * 100)} % busy with something else; wait, or give --busy to measure anyway`,
        );
      }
      process.stderr.write(
        `round ${round} of ${rounds}: ${figure.name}${isQuiet(busy) ? '' : ` (processors ${Math.round(busy * 100)} % busy before)`}\n`,
      );
      await figure.round();
      measured.add(figure);
    }
  }
  return busiestSeen;
}

function writeTable(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ figure, goal, measured, ratio, reached }) =>
      `| ${[figure, goal, measured, ratio, reached === null ? '' : reached ? 'yes' : '**no**'].join(' | ')} |`,
  );
  return ['| figure | goal | measured | ratio | reached |', '|---|---|---|---|---|', ...lines].join('\n');
}

function describeMachine(rounds: number, busy: number): string {
  const [cpu] = cpus();
  const git = execFileSync('git', ['--version'], { encoding: 'utf8' }).trim();
  const parts = [
    new Date().toISOString().slice(0, 10),
    `${cpus().length} x ${cpu?.model ?? 'unknown processor'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    git,
    `median of ${rounds}`,
    `processors at most ${Math.round(busy * 100)} % busy before a run`,
  ];
  return parts.join(' · ');
}
