/** A world for the machine: generated pipelines, and a walk that lets everything happen that can happen to one item. */
import fc from 'fast-check';
import { pipelineFor, fold } from '../../src/machine/fold.ts';
import type { FactoryView } from '../../src/machine/factory-view.ts';
import { schedule } from '../../src/machine/schedule.ts';
import type { ItemState } from '../../src/machine/state.ts';
import { machineVersion } from '../../src/machine/transition.ts';
import type { Effect } from '../../src/model/effect.ts';
import type { EventBody, JournalEvent } from '../../src/model/event.ts';
import type { PinnedPhase, PinnedPipeline } from '../../src/model/pipeline.ts';
import { unknownUsage } from '../../src/model/usage.ts';
import type { WorkItem } from '../../src/model/work-item.ts';
import { scheduledItem } from '../../src/machine/view.ts';
import { attemptOutcome, breakOutcome, checkResult, reviewOutcome } from './outcomes.ts';

const hash = (n: number) => n.toString(16).padStart(64, '0');
export const commitOf = (n: number) => n.toString(16).padStart(40, '0');
export const pipelineHash = hash(7);
const commands = ['types', 'test', 'lint'];
const checkNames = [...commands, 'guard'];
const reviewers = ['correctness', 'security', 'tests'];

export const item: WorkItem = {
  id: 'MW-1',
  project: 'p',
  key: null,
  title: 't',
  body: '',
  after: [],
  pipeline: null,
  priority: 0,
  budgetMicroUsd: null,
  rung: null,
  criteria: [
    {
      id: 'a/AC-1',
      action: 'implement',
      hash: 'a'.repeat(16),
      text: 'it is',
      before: null,
      evidence: { type: 'test' },
    },
  ],
};

const phaseShape = fc.record({
  maker: fc.boolean(),
  writes: fc.boolean(),
  text: fc.boolean(),
  checks: fc.subarray(checkNames),
  breaker: fc.oneof(
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) },
  ),
  reviews: fc.subarray(reviewers),
  approval: fc.boolean(),
  max: fc.integer({ min: 1, max: 3 }),
  back: fc.nat(5),
  when: fc.option(fc.nat(5), { nil: null }),
});

/** Valid pinned pipelines: the first phase has a maker, phases without one send findings to an earlier one that has. */
export const pipelines: fc.Arbitrary<PinnedPipeline> = fc
  .record({
    shapes: fc.array(phaseShape, { minLength: 1, maxLength: 5 }),
    budget: fc.option(fc.integer({ min: 0, max: 12 }), { nil: null }),
    sessionUsd: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ shapes, budget, sessionUsd }) => {
    const phases: PinnedPhase[] = [];
    for (const [index, shape] of shapes.entries()) {
      const hasMaker = index === 0 || shape.maker;
      const earlier = phases.filter(({ maker }) => maker !== null);
      const target = hasMaker ? `p${index}` : (earlier[shape.back % earlier.length]?.id ?? 'p0');
      const condition = shape.when !== null && index > 0 ? phases[shape.when % index] : undefined;
      phases.push({
        id: `p${index}`,
        maker: hasMaker
          ? {
              instructions: { name: 'x', hash: hash(1) },
              agent: 'maker',
              output: shape.text ? { type: 'text' } : { type: 'schema', name: 's', schema: {} },
              writes: index === 0 || shape.writes,
            }
          : null,
        checks: hasMaker ? shape.checks : [...shape.checks],
        ...(shape.breaker === null ? {} : { breaker: breaker(shape.breaker) }),
        reviews: (hasMaker ? shape.reviews : shape.reviews.length === 0 ? ['correctness'] : shape.reviews).map(
          (id) => ({
            id,
            instructions: { name: id, hash: hash(2) },
            agent: 'reviewer',
          }),
        ),
        approval: shape.approval,
        loop: { to: target, max: shape.max },
        attempts: shape.max,
        when: condition === undefined || condition.maker === null ? null : { [`${condition.id}.size`]: ['big'] },
        limits: { idleMs: 1, sessionMs: 1 },
      });
    }
    const agent = { adapter: 'command' as const, command: 'x', sessionUsd };
    return {
      name: 'generated',
      phases,
      agents: { maker: agent, reviewer: agent },
      checks: {
        ...Object.fromEntries(commands.map((name) => [name, { run: 'x', kind: 'command' as const }])),
        guard: { kind: 'guard' },
      },
      setup: null,
      target: 'main',
      rung: 'clone',
      network: { setup: [], checks: [] },
      readOnly: [],
      limits: {
        slots: 4,
        itemMicroUsd: budget === null ? null : budget * 1_000_000,
        dayMicroUsd: null,
        checkMs: 1,
        copyBytes: 1,
      },
      land: 'fast-forward',
      protect: [],
      guard: { tests: [], judges: [], allow: [] },
    };
  });

export function breaker(rounds: number): NonNullable<PinnedPhase['breaker']> {
  const instructions = { name: 'break', hash: hash(3) };
  return { instructions, agent: 'reviewer', judge: { instructions, agent: 'reviewer' }, rounds };
}

export interface Walk {
  readonly pipeline: PinnedPipeline;
  readonly events: readonly JournalEvent[];
  readonly states: readonly ItemState[];
  /** Every effect that was ever asked for. */
  readonly effects: ReadonlyMap<string, Effect>;
}

/** Lets the numbers decide what happens next, with good news twice as likely as all bad news together. */
export function walk(pipeline: PinnedPipeline, choices: readonly number[]): Walk {
  const events: JournalEvent[] = [];
  const states: ItemState[] = [];
  const effects = new Map<string, Effect>();
  let state: ItemState | null = null;
  let commits = 1;
  let clock = Date.parse('2026-01-01T00:00:00.000Z');
  let next = 0;
  const pick = (n: number) => (choices[next++ % choices.length] ?? 0) % n;

  const append = (body: EventBody) => {
    const at = new Date((clock += 1_000)).toISOString();
    const pinned = pipelineFor(state, { body, at }, () => pipeline);
    const decision = fold(pinned, state, { body, at });
    for (const effect of Object.values(decision.state.awaiting)) effects.set(effect.effect.id, effect.effect);
    events.push({
      seq: events.length + 1,
      item: item.id,
      n: events.length + 1,
      id: `e${events.length}`,
      body,
      machine: machineVersion,
      decided: decision.effects.map(({ id }) => id),
      at,
    });
    state = decision.state;
    states.push(state);
  };
  const newCommit = () => commitOf((commits += 1));

  append({ type: 'work-item-added', item });
  for (let step = 0; step < choices.length && state !== null; step += 1) {
    const now: ItemState = state;
    if (now.landed !== null || now.status === 'cancelled') break;
    const body = nextEvent(now, pipeline, pick, newCommit, new Date(clock).toISOString());
    if (body === null) break;
    append(body);
  }
  return { pipeline, events, states, effects };
}

function nextEvent(
  state: ItemState,
  pipeline: PinnedPipeline,
  pick: (n: number) => number,
  newCommit: () => string,
  now: string,
): EventBody | null {
  const odd = pick(40);
  if (odd === 0) return { type: 'pause-requested', by: 'a', reason: '' };
  if (odd === 1 && pick(4) === 0) return { type: 'cancel-requested', by: 'a', reason: '' };
  if (odd === 2) return { type: 'approved', gate: 'MW-1:1/p0/gate-1', by: 'stale', note: null };
  if (odd === 3) return staleEnd(state, newCommit());
  if (state.held !== null && pick(2) === 0) return { type: 'resume-requested', by: 'a' };
  if (state.gate !== null) {
    const { id: gate, type } = state.gate;
    if (type === 'question') return { type: 'answered', gate, by: 'a', answer: 'yes' };
    return pick(3) === 0
      ? { type: 'rejected', gate, by: 'a', reason: 'no' }
      : { type: 'approved', gate, by: 'a', note: null };
  }
  if (state.stopped !== null) return retry(state, pipeline, pick);
  const running = Object.values(state.awaiting).filter((each) => each.state === 'running');
  const plan = schedule(viewOf(state, pipeline, now));
  const start = plan.starts[pick(Math.max(plan.starts.length, 1))];
  if (start !== undefined && (running.length === 0 || pick(2) === 0)) {
    const awaited = state.awaiting[start.effect];
    if (start.worker === null) return { type: 'timer-fired', effect: start.effect };
    return {
      type: 'effect-started',
      effect: start.effect,
      worker: start.worker,
      token: (awaited?.token ?? 0) + 1,
      reservedMicroUsd: start.reserveMicroUsd,
    };
  }
  const ending = running[pick(Math.max(running.length, 1))];
  if (ending !== undefined) return endOf(ending.effect, ending.token, ending.reservedMicroUsd, pick, newCommit);
  const timer = Object.values(state.awaiting).find(({ effect }) => effect.type === 'timer');
  if (timer !== undefined) return { type: 'timer-fired', effect: timer.effect.id };
  return null;
}

function retry(state: ItemState, pipeline: PinnedPipeline, pick: (n: number) => number): EventBody {
  const names = [null, 'land', state.phase, ...pipeline.phases.map(({ id }) => id)];
  return { type: 'retry-requested', by: 'a', phase: names[pick(names.length)] ?? null, feedback: [] };
}

function staleEnd(state: ItemState, commit: string): EventBody {
  const effect = `MW-1:${state.run}/p0/checks-99`;
  return { type: 'checks-finished', effect, commit, results: [] };
}

export function viewOf(state: ItemState, pipeline: PinnedPipeline, now: string): FactoryView {
  const pinned = state.pipeline === null ? null : pipeline;
  return {
    now,
    items: [scheduledItem({ number: 1, state }, pinned)],
    over: new Map(),
    projects: { p: { slots: 9, dayMicroUsd: null, spentTodayMicroUsd: 0, agents: {} } },
    workers: [{ id: 'w', sessions: 9, work: 9 }],
    closed: null,
    bounds: { itemsLeft: null, costLeftMicroUsd: null, only: null },
  };
}

function endOf(
  effect: Effect,
  token: number,
  reserved: number,
  pick: (n: number) => number,
  newCommit: () => string,
): EventBody {
  const id = effect.id;
  const bad = pick(30);
  if (bad === 0) return { type: 'effect-lost', effect: id, token, why: 'x' };
  if (bad === 1) return { type: 'effect-broke', effect: id, error: 'x' };
  const cost = pick(3) === 0 ? null : Math.floor((reserved * pick(11)) / 10);
  const usage = { ...unknownUsage, costMicroUsd: cost };
  switch (effect.type) {
    case 'prepare':
      return pick(8) === 0
        ? { type: 'prepare-refused', effect: id, reason: 'base-red', detail: 'x', next: 'x' }
        : { type: 'prepared', effect: id, base: newCommit(), pipeline: pipelineHash, grants: [] };
    case 'attempt':
      return {
        type: 'attempt-finished',
        effect: id,
        outcome: attemptOutcome(effect.start, pick, newCommit),
        usage,
        sessions: [],
      };
    case 'checks':
      return {
        type: 'checks-finished',
        effect: id,
        commit: effect.commit,
        results: effect.checks.flatMap((name) => checkResult(name, pick)),
      };
    case 'review':
      return { type: 'review-finished', effect: id, outcome: reviewOutcome(pick), usage, sessions: [] };
    case 'break':
      return {
        type: 'break-finished',
        effect: id,
        outcome: breakOutcome(effect, pick, newCommit),
        usage,
        sessions: [],
      };
    case 'land': {
      const turn = pick(6);
      if (turn === 0)
        return { type: 'rebased', effect: id, commit: newCommit(), base: newCommit(), samePatch: pick(3) > 0 };
      if (turn === 1)
        return { type: 'land-conflicted', effect: id, commit: newCommit(), base: newCommit(), files: ['a'] };
      if (turn === 2) return { type: 'land-refused', effect: id, detail: 'x', next: 'x' };
      return { type: 'landed', effect: id, commit: effect.commit, delivery: { type: 'delivered', branch: 'main' } };
    }
    case 'timer':
      return { type: 'timer-fired', effect: id };
  }
}
