/** One factory in which rounds of the matrix follow each other: work, a freeze at one point, a kill, work again. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../../src/app/environment.ts';
import { openFactory, type Factory } from '../../src/app/open-factory.ts';
import { registerProject } from '../../src/app/projects.ts';
import { addItems } from '../../src/app/work.ts';
import type { SandboxRung } from '../../src/model/sandbox-rung.ts';
import { inspectSession } from '../../src/sandbox/session.ts';
import { commit, openDesk, waitFor, type Desk, type Ran, type Running } from '../support/cli-desk.ts';
import { findLeftovers, judgeLedger } from './leftovers.ts';
import { openLedger, type Ledger, type LedgerLine } from './ledger.ts';
import { agentsAlive, isFrozen, killDatabase, killFactory } from './processes.ts';
import { sessionOf, sessionsOf, workload } from './workload.ts';

/** What is killed: only the worker · worker, wrappers, agents · only the database · worker and database. */
export const kills = ['worker', 'tree', 'database', 'worker+database'] as const;
export type Kill = (typeof kills)[number];

export interface Round {
  /** As `MW_FAULT` takes it. */
  readonly point: string;
  readonly kill: Kill;
  readonly rung: SandboxRung;
}

export interface RoundResult extends Round {
  /** False when the work was over before the point was reached. */
  readonly reached: boolean;
  readonly violations: readonly string[];
  /** From the start of the next `mw up` to the first line of its first agent; `null` when none was started. */
  readonly firstAgentMs: number | null;
  readonly tookMs: number;
}

export interface Lane {
  readonly desk: Desk;
  readonly factory: Factory;
  readonly ledger: Ledger;
  addThree(rung: SandboxRung): Promise<readonly string[]>;
  /** Items that wait for nothing. */
  addMore(count: number): Promise<readonly string[]>;
  /** `mw up --until-empty`, stopping at `point` if one is given. */
  up(point?: string): Running;
  runRound(round: Round): Promise<RoundResult>;
  close(): Promise<void>;
}

const roundMs = 40_000;

export async function openLane(): Promise<Lane> {
  const desk = openDesk({ 'README.md': 'three items\n' });
  await desk.usePackage();
  const ledger = openLedger(join(desk.root, 'ledger'));
  commit(desk.repository, workload(ledger.folder));
  const environment = { ...readEnvironment(), home: desk.home, databaseUrl: undefined, userHome: desk.userHome };
  const factory = await openFactory(environment, () => undefined);
  const { id: project } = await registerProject(factory.store, desk.repository);
  let batches = 0;

  const lane: Lane = {
    desk,
    factory,
    ledger,
    async addThree(rung) {
      // Each round makes its own proof of the clean base and its own working copies, so that they can be killed at it.
      for (const name of ['proofs', 'copies'])
        rmSync(join(factory.home.project(project).root, name), { recursive: true, force: true });
      ledger.clear();
      batches += 1;
      const keys = ['one', 'two', 'three'].map((key) => `${key}-${batches}`);
      const items = await addItems(
        factory,
        project,
        keys.map((key, index) => ({ key, title: key, rung, after: keys.slice(index - 1, index) })),
      );
      return items.map(({ id }) => id);
    },
    async addMore(count) {
      const items = await addItems(
        factory,
        project,
        Array.from({ length: count }, (_, index) => ({ title: `more ${index}` })),
      );
      return items.map(({ id }) => id);
    },
    up: (point) =>
      desk.start(['up', '--until-empty', '--slots', '2'], { env: point === undefined ? {} : { MW_FAULT: point } }),
    async runRound(round) {
      const begun = performance.now();
      try {
        return await runRound(lane, round);
      } catch (error) {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return {
          ...round,
          reached: true,
          violations: [`the round itself failed: ${text}`],
          firstAgentMs: null,
          tookMs: performance.now() - begun,
        };
      }
    },
    async close() {
      ledger.release();
      await factory.close();
      await killFactory(desk.home);
      await desk.close();
      ledger.close();
    },
  };
  return lane;
}

async function runRound(lane: Lane, round: Round): Promise<RoundResult> {
  const begun = performance.now();
  const items = await lane.addThree(round.rung);
  const held = heldSession(round.point, items);
  if (held !== null) lane.ledger.hold(held);
  const first = lane.up(round.point);
  const reached = await isReached(first);
  if (!reached) {
    const violations = await judge(lane, items, [], await first.ended);
    return { ...round, reached, violations, firstAgentMs: null, tookMs: performance.now() - begun };
  }
  const cut = await kill(lane, round, first);
  const startsBefore = startedSessions(lane).length;
  const again = performance.now();
  // Whoever lost only its database goes on by itself.
  const second = round.kill === 'database' ? first : lane.up();
  const end = await within(roundMs, second);
  const next = startedSessions(lane)[startsBefore];
  const violations = await judge(lane, items, cut, end);
  const firstAgentMs = round.kill === 'database' || next === undefined ? null : next.atMs - again;
  return { ...round, reached, violations, firstAgentMs, tookMs: performance.now() - begun };
}

/** The N-th session of a round waits in its middle; reviewers come in any order, so both do. */
function heldSession(point: string, items: readonly string[]): string | null {
  const [name, count] = point.split(':');
  if (name !== 'during-session') return null;
  const index = Number(count) - 1;
  const perItem = sessionsOf('').length;
  return `${items[Math.floor(index / perItem)]}-${index % perItem === 0 ? 'build' : 'review'}`;
}

async function isReached(worker: Running): Promise<boolean> {
  const over = worker.ended.then(() => false);
  const frozen = waitFor('the worker has reached its point', roundMs, () => isFrozen(worker.child.pid ?? 0));
  return Promise.race([frozen, over]);
}

/** Kills while the worker is frozen. Answers the effects whose sessions were cut short. */
async function kill(lane: Lane, { kill: what, point }: Round, { child, ended }: Running): Promise<readonly string[]> {
  const { home } = lane.desk;
  let cut: readonly string[] = [];
  if (what === 'tree') {
    // A session between its last line and its receipt would be paid again, rightly; here it is to be the one or the other.
    if (!point.startsWith('during-session')) await waitFor('sessions have ended', 5_000, () => agentsAlive(home) === 0);
    await killFactory(home);
    cut = await vanishedSessions(lane);
  }
  if (what === 'worker' || what === 'worker+database') child.kill('SIGKILL');
  if (what === 'database' || what === 'worker+database') await killDatabase(home);
  if (what === 'database') child.kill('SIGCONT');
  else await ended;
  lane.ledger.release();
  return cut;
}

/** Effects whose session of an agent was begun and will never end. */
async function vanishedSessions({ factory }: Lane): Promise<readonly string[]> {
  const running = await factory.store.running();
  return running
    .map(({ effect }) => effect)
    .filter((effect) => inspectSession(join(factory.home.effect(effect), 'turn-1')) === 'vanished');
}

function startedSessions({ ledger }: Lane): readonly LedgerLine[] {
  return ledger.lines().filter(({ type }) => type === 'start');
}

async function within(ms: number, running: Running): Promise<Ran | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  const end = await Promise.race([running.ended, late]);
  clearTimeout(timer);
  if (end !== null) return end;
  running.child.kill('SIGKILL');
  await running.ended;
  return null;
}

async function judge(
  lane: Lane,
  items: readonly string[],
  cut: readonly string[],
  end: Ran | null,
): Promise<readonly string[]> {
  const exit =
    end === null
      ? [`mw up was not done after ${roundMs} ms`]
      : end.code === 0
        ? []
        : [`mw up ended with ${end.code}: ${end.stderr.slice(-1_000)}${end.stdout.slice(-1_000)}`];
  return [
    ...exit,
    ...judgeLedger(lane.ledger.lines(), items, cut.map(sessionOf)),
    ...(await findLeftovers(lane.factory, lane.desk.repository, items, cut)),
  ];
}
