/** How soon work begins, and how soon a question is answered. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { mwCommand, runMw, stopDatabase } from '../factory.ts';
import { bounded, createSamples, ms, times, type Figure, type Samples } from '../figure.ts';
import { mustRun } from '../run-program.ts';
import { withWorkspace, type Job, type Workspace } from '../workspace.ts';

/** The third and fourth item are for a factory that is there already. */
const job: Job = { seconds: [0, 0, 0, 0], phases: 1, slots: 4 };

export function startFigure(): Figure {
  const samples = createSamples();
  return {
    name: 'start',
    round: () =>
      withWorkspace(job, async (workspace) => {
        try {
          await measureCold(workspace, samples);
          await measureWarm(workspace, samples);
        } finally {
          await stopDatabase(workspace);
        }
      }),
    rows() {
      const status = samples.median('status, running') / samples.median('node');
      const asleep = samples.median('status, asleep') / samples.median('node');
      const stopped = samples.median('status, stopped') / samples.median('node');
      const bare = `bare Node ${ms(samples.median('node'))}`;
      return [
        bounded(
          'first agent, nothing running, from the start of mw up',
          '<= 400 ms',
          samples.median('cold'),
          400,
          ms(samples.median('cold')),
        ),
        bounded(
          'first agent, factory at work, from the item in the journal',
          '<= 60 ms',
          samples.median('warm'),
          60,
          ms(samples.median('warm')),
        ),
        {
          figure: 'the same for the first item that a factory takes on',
          goal: '',
          measured: ms(samples.median('warm, its first')),
          ratio: '',
          reached: null,
        },
        {
          figure: 'the same from the start of the program mw add',
          goal: '',
          measured: ms(samples.median('warm, command')),
          ratio: '',
          reached: null,
        },
        bounded(
          'mw status, factory running',
          '<= 3 x bare Node',
          status,
          3,
          `${ms(samples.median('status, running'))}; ${bare}`,
          times(status),
        ),
        bounded(
          'mw status, factory stopped, database still up',
          '<= 3 x bare Node',
          asleep,
          3,
          `${ms(samples.median('status, asleep'))}; ${bare}`,
          times(asleep),
        ),
        bounded(
          'mw status, nothing running',
          '<= 3 x bare Node',
          stopped,
          3,
          `${ms(samples.median('status, stopped'))}; ${bare}`,
          times(stopped),
        ),
      ];
    },
  };
}

/** An existing home that has worked before: an item has landed, then everything was stopped. */
async function measureCold(workspace: Workspace, samples: Samples): Promise<void> {
  await addItem(workspace, 1);
  await runMw(workspace, ['up', '--until-empty', '--json']);
  await addItem(workspace, 2);
  await stopDatabase(workspace);
  const run = await runMw(workspace, ['up', '--until-empty', '--json']);
  samples.add('cold', beganAt(workspace, 'MW-2') - run.startedAt);
  samples.add('status, asleep', await timeStatus(workspace));
  await stopDatabase(workspace);
  samples.add('status, stopped', (await runMw(workspace, ['status'])).wallMs);
  samples.add(
    'node',
    (await mustRun([process.execPath, '-e', '0'], { cwd: workspace.folder, env: workspace.env })).wallMs,
  );
}

async function measureWarm(workspace: Workspace, samples: Samples): Promise<void> {
  const [program, ...args] = mwCommand('up', '--json');
  const factory = spawn(program, args, {
    cwd: workspace.repository,
    env: { ...workspace.env },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => factory.once('exit', resolve));
  try {
    await waitFor(async () => (await runMw(workspace, ['status'])).stdout.includes('running'));
    samples.add('status, running', await timeStatus(workspace));
    const first = await timeItem(workspace, 3);
    samples.add('warm, its first', first.fromJournalMs);
    const { fromJournalMs, fromCommandMs } = await timeItem(workspace, 4);
    samples.add('warm', fromJournalMs);
    samples.add('warm, command', fromCommandMs);
  } finally {
    factory.kill('SIGINT');
    await ended;
  }
}

/** From an item's place in the journal, and from the start of the program that put it there, to its agent's. */
async function timeItem(workspace: Workspace, number: number) {
  const item = `MW-${number}`;
  const { startedAt } = await addItem(workspace, number);
  const journal = async () => (await runMw(workspace, ['events', item, '--json'])).stdout;
  await waitFor(async () => workspace.agentRuns().some((run) => run.item === item));
  await waitFor(async () => (await journal()).includes('"landed"'));
  const began = beganAt(workspace, item);
  return { fromJournalMs: began - addedAt(await journal()), fromCommandMs: began - startedAt };
}

async function addItem(workspace: Workspace, number: number) {
  return runMw(workspace, ['add', '--json', '-'], { input: JSON.stringify({ title: `Item MW-${number}` }) });
}

/** The second of two: the first one has read the program from disk. */
async function timeStatus(workspace: Workspace): Promise<number> {
  await runMw(workspace, ['status']);
  return (await runMw(workspace, ['status'])).wallMs;
}

function beganAt(workspace: Workspace, item: string): number {
  const run = workspace.agentRuns().find((each) => each.item === item);
  if (run === undefined) throw new Error(`no agent has run for ${item}`);
  return run.beganAt;
}

function addedAt(journal: string): number {
  const at = /"at":\s*"([^"]+)"/.exec(journal)?.[1];
  if (at === undefined) throw new Error(`mw events printed no time: ${journal.slice(0, 500)}`);
  return Date.parse(at);
}

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error('waited 30 s for the factory');
    await pause(20);
  }
}
