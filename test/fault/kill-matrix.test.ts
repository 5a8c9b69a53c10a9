/**
 * Every kind of kill at every event of the journal, before and after it is written, and before, during and after every
 * session, over a workload of three items. The point is exact: the worker freezes itself there. After each kill the work goes on, and
 * then everything that must hold is looked at. All breaks of all rounds are shown together.
 */
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kills, openLane, type Kill, type Lane, type Round, type RoundResult } from './lane.ts';
import { renderResults, renderViolations } from './report.ts';
import { sessionsOf } from './workload.ts';

/** Rounds next to each other; each lane has a factory, a database and a repository of its own. */
const laneCount = Math.min(2, availableParallelism());
/** Inside a transaction there is nothing to see but that it is undone: one of three, and the worker alone. */
const sampled = 3;
/** Once this many rounds are broken the rest would only take time. */
const mostBroken = 12;
/** A factory that has seen this many rounds makes room for a new one, so that late rounds take no longer than early ones. */
const roundsPerLane = 40;

const lanes: Lane[] = [];
beforeAll(async () => {
  for (let n = 1; n <= laneCount; n += 1) lanes.push(await openLane());
});
afterAll(() => Promise.all(lanes.map((lane) => lane.close())));

it(
  'lands every item once and leaves nothing behind, whatever is killed at whichever event',
  async () => {
    const rounds = planRounds(await countPoints(lanes[0]));
    const results = await runAll(rounds);
    console.log(renderResults(results));
    const violations = renderViolations(results);
    expect(violations, violations).toBe('');
    expect(results.filter(({ reached }) => !reached)).toEqual([]);
    expect(results).toHaveLength(rounds.length);
    for (const lane of lanes) expect(await checkWhole(lane)).toBe('');
  },
  40 * 60_000,
);

interface Points {
  readonly events: number;
  readonly sessions: number;
}

/** How much there is to kill at, from a round in which nothing is killed. */
async function countPoints(lane: Lane | undefined): Promise<Points> {
  if (lane === undefined) throw new Error('no lane');
  const before = await lane.factory.store.lastSeq();
  const { violations } = await lane.runRound({ point: 'none', kill: 'worker', rung: 'clone' });
  expect(violations, 'without any kill').toEqual([]);
  const events = await lane.factory.store.events({ afterSeq: before });
  return {
    events: events.filter(({ body }) => body.type !== 'work-item-added').length,
    sessions: 3 * sessionsOf('').length,
  };
}

function planRounds({ events, sessions }: Points): readonly Round[] {
  const around = (name: string, total: number) =>
    count(total).flatMap((n) => [`before-${name}:${n}`, `after-${name}:${n}`]);
  const inside = count(events)
    .filter((n) => n % sampled === 0)
    .map((n) => `inside-append:${n}`);
  const during = count(sessions).map((n) => `during-session:${n}`);
  const edges = [...around('append', events), ...around('session', sessions)];
  return [
    ...inside.map((point) => roundAt(point, 'worker')),
    ...kills.flatMap((kill) => [...edges, ...during].map((point) => roundAt(point, kill))),
    ...kills.flatMap((kill) =>
      during.slice(0, 3).map((point) => ({ ...roundAt(point, kill), rung: 'bubblewrap' as const })),
    ),
  ];
}

function roundAt(point: string, kill: Kill): Round {
  return { point, kill, rung: 'clone' };
}

function count(to: number): readonly number[] {
  return Array.from({ length: to }, (_, index) => index + 1);
}

/** A lane in which something was wrong is given up for a new one, so that it spoils no later round. */
async function runAll(rounds: readonly Round[]): Promise<readonly RoundResult[]> {
  const queue = [...rounds];
  const results: RoundResult[] = [];
  await Promise.all(
    lanes.map(async (_, index) => {
      let used = 0;
      for (let round = queue.shift(); round !== undefined; round = queue.shift()) {
        const lane = lanes[index];
        if (lane === undefined) throw new Error('no lane');
        const result = await lane.runRound(round);
        results.push(result);
        used += 1;
        const broken = result.violations.length > 0;
        if (broken) console.log(renderViolations([result]));
        if (!broken && used < roundsPerLane) continue;
        if (!broken) expect(await checkWhole(lane)).toBe('');
        used = 0;
        if (results.filter(({ violations }) => violations.length > 0).length >= mostBroken) queue.length = 0;
        lanes[index] = await openLane();
        await lane.close();
      }
    }),
  );
  return results;
}

/** The whole of a lane's journal, as a person would have it checked; what does not fit, if anything. */
async function checkWhole({ desk }: Lane): Promise<string> {
  const { code, stdout, stderr } = await desk.mw(['db', 'check']);
  return code === 0 ? '' : `${stdout}${stderr}`;
}
