import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holds } from '../../src/machine/condition.ts';
import { refold } from '../../src/machine/fold.ts';
import { schedule } from '../../src/machine/schedule.ts';
import type { ItemState } from '../../src/machine/state.ts';
import type { EventOf } from '../../src/model/event.ts';
import type { Facts } from '../../src/model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../../src/model/pipeline.ts';
import { pipelines, viewOf, walk, type Walk } from './world.ts';

const sequences = fc.tuple(pipelines, fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 250 }));
const runs = 10_000;

describe('over generated pipelines and everything that can happen', () => {
  test('every run ends or waits with a reason, spends within its budget, replays to the same state, and lands only what every gate has passed on', () => {
    const seen = {
      landed: 0,
      landedAfterRebase: 0,
      waiting: 0,
      concerns: 0,
      broken: 0,
      paused: 0,
      parked: 0,
      cancelled: 0,
      budget: 0,
    };
    fc.assert(
      fc.property(sequences, ([pipeline, choices]) => {
        const done = walk(pipeline, choices);
        expectReplayed(done);
        for (const state of done.states) {
          expectReason(state, done);
          expectWithinBudget(state, done);
        }
        expectGatesPassed(done);
        count(seen, done);
      }),
      { numRuns: runs },
    );
    // The walk must reach every kind of end, or the properties would hold of nothing; the rarest comes about 65 times.
    for (const [name, times] of Object.entries(seen)) expect(times, name).toBeGreaterThan(15);
  }, 120_000);

  test('a phase that was left out is due when a later answer of the phase it looks at says so', () => {
    const instructions = { name: 'x', hash: '0'.repeat(64) };
    const common = { checks: [], reviews: [], approval: false, limits: { idleMs: 1, sessionMs: 1 } };
    const output = { type: 'schema' as const, name: 's', schema: {} };
    const pipeline: PinnedPipeline = {
      name: 'left-out',
      phases: [
        {
          ...common,
          id: 'p0',
          maker: { instructions, agent: 'maker', output, writes: true },
          checks: ['lint'],
          loop: { to: 'p0', max: 2 },
          attempts: 2,
          when: null,
        },
        {
          ...common,
          id: 'p1',
          maker: null,
          reviews: [{ id: 'correctness', instructions, agent: 'reviewer' }],
          loop: { to: 'p0', max: 1 },
          attempts: 1,
          when: { 'p0.size': ['big'] },
        },
      ],
      agents: {
        maker: { adapter: 'command', command: 'x', sessionUsd: 0 },
        reviewer: { adapter: 'command', command: 'x', sessionUsd: 0 },
      },
      checks: { lint: { run: 'x', kind: 'command' } },
      setup: null,
      target: 'main',
      rung: 'clone',
      network: { setup: [], checks: [] },
      readOnly: [],
      limits: { slots: 4, itemMicroUsd: null, dayMicroUsd: null, checkMs: 1, copyBytes: 1 },
      land: 'fast-forward',
      protect: [],
      guard: { tests: [], judges: [], allow: [] },
    };
    // The first attempt says small; after a rebase its check fails, and the next attempt does not say.
    const choices = [
      4, 0, 44, 0, 0, 4, 0, 6697, 44, 0, 4, 0, 50642, 496361, 125415, 607626, 143690, 373305, 4, 2, 45164, 0, 452701,
      419409, 0, 119164, 183856, 2124, 1, 52785, 2, 364, 2, 1, 41192, 389049, 9876, 0, 1, 1953, 0, 255087,
    ];
    const done = walk(pipeline, choices);
    expect(done.events.filter(({ body }) => body.type === 'rebased')).not.toEqual([]);
    expectGatesPassed(done);
  });

  test.each<[string, (phase: PinnedPhase) => PinnedPhase]>([
    ['reviewers', (phase) => ({ ...phase, reviews: [] })],
    ['breaker', ({ breaker, ...phase }) => (breaker === undefined ? phase : { ...phase })],
  ])(
    'a machine that forgot its %s would be caught',
    (_, forget) => {
      const caught = fc.check(
        fc.property(sequences, ([pipeline, choices]) => {
          const done = walk({ ...pipeline, phases: pipeline.phases.map(forget) }, choices);
          expectGatesPassed({ ...done, pipeline });
        }),
        { numRuns: 2_000 },
      );
      expect(caught.failed).toBe(true);
    },
    60_000,
  );
});

function expectReplayed({ pipeline, events, states }: Walk): void {
  const { state, disagreements } = refold(events, () => pipeline);
  expect(disagreements).toEqual([]);
  expect(state).toEqual(states.at(-1));
}

function expectReason(state: ItemState, { pipeline }: Walk): void {
  if (state.landed !== null || state.status === 'cancelled') {
    expect(Object.keys(state.awaiting)).toEqual([]);
    return;
  }
  expect(state.stopped?.code, state.stopped?.text).not.toBe('machine-refused');
  if (state.status === 'waiting' || state.status === 'paused' || state.status === 'parked') {
    expect(state.reason?.text).toBeTruthy();
    expect(state.reason?.next).toBeTruthy();
    return;
  }
  // Queued or running: something is under way, or the scheduler starts it, or says why it does not.
  const awaited = Object.values(state.awaiting);
  expect(awaited.length).toBeGreaterThan(0);
  const plan = schedule(viewOf(state, pipeline, '2026-01-01T00:00:00.000Z'));
  const running = awaited.filter((each) => each.state === 'running').length;
  expect(running + plan.starts.length + plan.waits.length).toBe(awaited.length);
  for (const wait of plan.waits) expect(wait.text && wait.next).toBeTruthy();
}

function expectWithinBudget(state: ItemState, { pipeline }: Walk): void {
  const budget = pipeline.limits.itemMicroUsd;
  if (budget === null) return;
  const reserved = Object.values(state.awaiting).reduce((sum, each) => sum + each.reservedMicroUsd, 0);
  expect(state.spending.knownMicroUsd + state.spending.unknownMicroUsd + reserved).toBeLessThanOrEqual(budget);
}

/** Reads the journal alone, not the machine's own bookkeeping. */
function expectGatesPassed(done: Walk): void {
  const { pipeline, events, effects } = done;
  const landings = events.filter(({ body }) => body.type === 'landed' && effects.has(body.effect));
  expect(landings.length).toBeLessThanOrEqual(1);
  const landed = landings[0]?.body;
  if (landed?.type !== 'landed') return;
  const source = sourceOf(landed.commit, done);
  let fromStart = false;
  const facts = new Map<string, Facts>();
  const proven = new Set<string>();
  const judged = new Set<string>();
  const approvals = new Set<string>();
  const held = new Set<string>();
  const gates = new Map(done.states.flatMap(({ gate }) => (gate === null ? [] : [[gate.id, gate] as const])));
  for (const { body } of events) {
    if (body.type === 'retry-requested') fromStart = body.phase === null;
    if (body.type === 'prepared' && fromStart) facts.clear();
    if (body.type === 'attempt-finished' && body.outcome.type === 'succeeded') {
      const effect = effects.get(body.effect);
      if (effect?.type === 'attempt') facts.set(effect.phase, body.outcome.facts);
    }
    if (body.type === 'checks-finished' && body.commit === landed.commit) {
      for (const { name, status } of body.results) if (status === 'passed') proven.add(name);
    }
    const effect = body.type === 'review-finished' ? effects.get(body.effect) : undefined;
    if (
      body.type === 'review-finished' &&
      effect?.type === 'review' &&
      (effect.commit === landed.commit || effect.commit === source)
    ) {
      const good =
        body.outcome.type === 'reviewed' &&
        body.outcome.review.verdict === 'pass' &&
        body.outcome.review.findings.length === 0;
      if (good) judged.add(`${effect.phase}/${effect.reviewer}`);
    }
    const broken = body.type === 'break-finished' ? effects.get(body.effect) : undefined;
    if (body.type === 'break-finished' && broken?.type === 'break' && body.outcome.type === 'tried') {
      const { commit, cases } = body.outcome;
      const isHeld = cases.every(({ verdict }) => verdict === 'held');
      if (isHeld && (commit === landed.commit || commit === source)) held.add(broken.phase);
    }
    const gate = body.type === 'approved' ? gates.get(body.gate) : undefined;
    if (gate?.type === 'dispute' && (gate.commit === landed.commit || gate.commit === source))
      for (const name of gate.disputed ?? []) judged.add(`${gate.phase}/${name}`);
    if (gate?.type === 'approval' && (gate.commit === landed.commit || gate.commit === source))
      approvals.add(gate.phase);
  }
  for (const phase of pipeline.phases) {
    if (!holds(phase.when, (id) => facts.get(id) ?? null)) continue;
    for (const name of phase.checks) expect(proven, `${name} on the landed commit`).toContain(name);
    for (const { id } of phase.reviews)
      expect(judged, `reviewer ${id} on the landed commit`).toContain(`${phase.id}/${id}`);
    if (phase.breaker !== undefined) expect(held, `breaker of ${phase.id}`).toContain(phase.id);
    if (phase.approval) expect(approvals, `approval of ${phase.id}`).toContain(phase.id);
  }
}

/** The commit whose patch was rebased into this one, through as many rebases as there were. */
function sourceOf(commit: string, { events, effects }: Walk): string {
  let source = commit;
  for (const { body } of [...events].reverse()) {
    const effect =
      body.type === 'rebased' && body.samePatch && body.commit === source ? effects.get(body.effect) : undefined;
    if (effect?.type === 'land') source = effect.commit;
  }
  return source;
}

function count(seen: Record<string, number>, { states, events }: Walk): void {
  const last = states.at(-1);
  const add = (name: string, when: boolean) => (seen[name] = (seen[name] ?? 0) + Number(when));
  add('landed', last?.landed?.delivery != null);
  add('landedAfterRebase', last?.landed?.delivery != null && events.some(({ body }) => body.type === 'rebased'));
  const isBroken = ({ outcome }: EventOf<'break-finished'>) =>
    outcome.type === 'tried' && outcome.cases.some(({ verdict }) => verdict === 'broke');
  add(
    'broken',
    events.some(({ body }) => body.type === 'break-finished' && isBroken(body)),
  );
  add(
    'concerns',
    states.some(({ gate }) => gate?.type === 'concerns'),
  );
  add(
    'waiting',
    states.some(({ status }) => status === 'waiting'),
  );
  add('paused', last?.status === 'paused');
  add(
    'parked',
    states.some(({ status }) => status === 'parked'),
  );
  add('cancelled', last?.status === 'cancelled');
  add(
    'budget',
    states.some(({ stopped }) => stopped !== null),
  );
}
