/** `mw demo`: a use case becomes a landed program in a folder of its own, by the same calls that every other command makes. */
import { createAdapters } from '../app/adapters.ts';
import { runDemoProgram } from '../app/demo-program.ts';
import { makeDemoProject } from '../app/demo-project.ts';
import type { AppEnvironment } from '../app/environment.ts';
import { readDiff } from '../app/item-diff.ts';
import { openFactory, type Factory } from '../app/open-factory.ts';
import { registerProject } from '../app/projects.ts';
import { addItems, ask, requireGate, requireItem } from '../app/work.ts';
import { readItem } from '../insight/item-page.ts';
import { usd } from '../model/money.ts';
import type { SandboxRung } from '../model/sandbox-rung.ts';
import { exitCode, type ExitCode } from '../model/user-error.ts';
import type { CliContext } from './context.ts';
import { closePlace, openPlace, type DemoPlace } from './demo-place.ts';
import { createDemoTeller, type DemoTeller } from './demo-teller.ts';
import { runAndFollow } from './follow.ts';

const programArgs = ['src/main.ts', 'csv', 'data/invoices.json'];
const slots = 4;
/** The gate asks once; more often than this would mean that approving has no effect. */
const mostApprovals = 3;

interface Stage {
  readonly context: CliContext;
  readonly place: DemoPlace;
  readonly teller: DemoTeller;
  /** Aborted when the person wants no more of it. */
  readonly signal: AbortSignal;
}

/** Removes what it made, also after Ctrl-C, unless `keep` names a folder or something went wrong: then it says where it is. */
export async function runDemo(context: CliContext, keep: string | null): Promise<ExitCode> {
  const teller = createDemoTeller(context.output);
  const place = await openPlace(keep);
  const interrupt = watchInterrupts();
  let code: ExitCode = exitCode.error;
  try {
    code = await tellStory({ context, place, teller, signal: interrupt.signal });
  } catch (error) {
    // On a terminal Ctrl-C reaches whatever is just being started as well, and that then fails.
    if (!interrupt.signal.aborted) throw error;
    code = exitCode.interrupted;
  } finally {
    const left = await closePlace(place, { failed: code !== exitCode.done && code !== exitCode.interrupted });
    interrupt.close();
    if (code === exitCode.done) teller.end(left);
    else teller.stopped(left);
  }
  return code;
}

/** Ctrl-C, a request to end, and a reader that has gone away. */
function watchInterrupts(): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const abortUnheard = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (!controller.signal.aborted) process.kill(process.pid, 'SIGTERM');
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  process.stdout.on('error', abortUnheard);
  return {
    signal: controller.signal,
    close() {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}

async function tellStory(stage: Stage): Promise<ExitCode> {
  const { context, place, teller, signal } = stage;
  const environment: AppEnvironment = {
    ...context.environment,
    home: place.home,
    databaseUrl: undefined,
    user: 'demo',
  };
  const walls = await createAdapters(environment).sandboxOf('bubblewrap').missing();
  const rung: SandboxRung = walls === null ? 'bubblewrap' : 'clone';
  const project = await makeDemoProject(place.repository, rung);
  teller.begin(project, walls);
  if (signal.aborted) return exitCode.interrupted;
  const factory = await openFactory(environment, () => undefined);
  try {
    const { id: projectId } = await registerProject(factory.store, place.repository);
    const [item] = await addItems(factory, projectId, [{ title: project.title, body: project.body }]);
    if (item === undefined) throw new Error('no item was added');
    teller.ready(`${item.id} added; sandbox ${rung}, a PostgreSQL of its own`);
    const code = await buildItem(factory, item.id, stage);
    if (code === exitCode.done) await showResult(factory, item.id, stage);
    return code;
  } finally {
    await factory.close();
  }
}

/** Works until the item has landed. Whether a person is asked is read from the item's state, so that no event can be missed. */
async function buildItem(factory: Factory, id: string, { context, teller, signal }: Stage): Promise<ExitCode> {
  for (let approvals = 0; ; approvals += 1) {
    if (signal.aborted) return exitCode.interrupted;
    const code = await runAndFollow(factory, context, {
      json: false,
      slots,
      untilEmpty: true,
      endsAt: null,
      maxCostMicroUsd: null,
      maxItems: null,
      only: [id],
      progress: teller.progress(),
    });
    if (code !== exitCode.needsPerson || approvals === mostApprovals) return code;
    const gate = requireGate(await requireItem(factory, id), ['approval']);
    teller.asked(id, gate);
    await ask(factory, id, {
      type: 'approved',
      gate: gate.id,
      by: factory.environment.user,
      note: 'the demo answers for you',
    });
    teller.answered();
  }
}

async function showResult(factory: Factory, id: string, { place, teller }: Stage): Promise<void> {
  const page = await readItem(factory.store, id);
  const { text: stat } = await readDiff(factory, id, true);
  const program = await runDemoProgram(place.repository, programArgs);
  if (program.exitCode !== 0)
    throw new Error(`the program that was built ended with exit code ${program.exitCode}:\n${program.output}`);
  teller.landed({
    commit: page.landed?.commit ?? '',
    stat,
    command: ['node', ...programArgs].join(' '),
    output: program.output,
    sessions: page.attempts.reduce((sum, { sessions }) => sum + sessions.length, 0),
    cost: usd(page.knownMicroUsd),
  });
}
