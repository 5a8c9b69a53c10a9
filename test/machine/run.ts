/** A run driven event by event, for tests that tell one story. */
import type { WorkItem } from '../../src/model/work-item.ts';
import { fold } from '../../src/machine/fold.ts';
import type { ItemState } from '../../src/machine/state.ts';
import type { Effect } from '../../src/model/effect.ts';
import type { EventBody } from '../../src/model/event.ts';
import type { AttemptOutcome, CheckStatus, Finding, ReviewOutcome } from '../../src/model/outcome.ts';
import type { PinnedPhase, PinnedPipeline } from '../../src/model/pipeline.ts';
import { unknownUsage } from '../../src/model/usage.ts';
import { commitOf, item, pipelineHash } from './world.ts';

const hash = '1'.repeat(64);

export function phase(id: string, change: Partial<PinnedPhase> = {}): PinnedPhase {
  return {
    id,
    maker: { instructions: { name: id, hash }, agent: 'maker', output: { type: 'text' }, writes: true },
    checks: [],
    reviews: [],
    approval: false,
    loop: { to: id, max: 4 },
    attempts: 4,
    when: null,
    limits: { idleMs: 1, sessionMs: 1 },
    ...change,
  };
}

export function reviewer(id: string): PinnedPhase['reviews'][number] {
  return { id, instructions: { name: id, hash }, agent: 'reviewer' };
}

export function pipelineOf(phases: readonly PinnedPhase[], change: Partial<PinnedPipeline> = {}): PinnedPipeline {
  return {
    name: 'story',
    phases: [...phases],
    agents: {
      maker: { adapter: 'command', command: 'x', sessionUsd: 1 },
      reviewer: { adapter: 'command', command: 'x', free: true },
    },
    checks: { test: { run: 'x', kind: 'test' }, types: { run: 'x', kind: 'types' } },
    setup: null,
    target: 'main',
    rung: 'clone',
    network: { setup: [], checks: [] },
    readOnly: [],
    limits: { slots: 2, itemMicroUsd: null, dayMicroUsd: null, checkMs: 1, copyBytes: 1 },
    land: 'fast-forward',
    protect: [],
    guard: { tests: [], judges: [], allow: [] },
    ...change,
  };
}

export interface Story {
  readonly state: () => ItemState;
  readonly append: (body: EventBody) => ItemState;
  /** The only effect of a type that is awaited. */
  readonly awaited: <T extends Effect['type']>(type: T) => Extract<Effect, { type: T }>;
  readonly all: (type: Effect['type']) => readonly Effect[];
  readonly attempt: (outcome: AttemptOutcome) => ItemState;
  readonly succeed: (commit: number, facts?: Record<string, string>) => ItemState;
  readonly check: (results: Record<string, CheckStatus>, signature?: string) => ItemState;
  readonly review: (reviewer: string, outcome: ReviewOutcome) => ItemState;
}

/** An item that is prepared on commit 1. */
export function tell(pipeline: PinnedPipeline, criteria: WorkItem['criteria'] = []): Story {
  let state: ItemState | null = null;
  let clock = Date.parse('2026-01-01T00:00:00.000Z');
  const current = (): ItemState => {
    if (state === null) throw new Error('not begun');
    return state;
  };
  const append = (body: EventBody): ItemState => {
    state = fold(pipeline, state, { body, at: new Date((clock += 1_000)).toISOString() }).state;
    return state;
  };
  const all = (type: Effect['type']) =>
    Object.values(current().awaiting).flatMap(({ effect }) => (effect.type === type ? [effect] : []));
  const awaited = <T extends Effect['type']>(type: T) => {
    const [first, second] = all(type);
    if (first === undefined || second !== undefined)
      throw new Error(`expected one ${type}, there are: ${Object.keys(current().awaiting).join(', ') || 'none'}`);
    return first as Extract<Effect, { type: T }>;
  };
  const attempt = (outcome: AttemptOutcome) =>
    append({
      type: 'attempt-finished',
      effect: awaited('attempt').id,
      outcome,
      usage: { ...unknownUsage, costMicroUsd: 0 },
      sessions: [],
    });
  append({ type: 'work-item-added', item: { ...item, criteria } });
  append({ type: 'prepared', effect: awaited('prepare').id, base: commitOf(1), pipeline: pipelineHash, grants: [] });
  return {
    state: current,
    append,
    awaited,
    all,
    attempt,
    succeed: (commit, facts = {}) =>
      attempt({ type: 'succeeded', commit: commitOf(commit), changed: true, result: null, facts, summary: '' }),
    check: (results, signature = 's') => {
      const { id, commit } = awaited('checks');
      const list = Object.entries(results).map(([name, status]) => ({
        name,
        kind: 'command' as const,
        status,
        exitCode: 0,
        tests: null,
        excerpt: `output of ${name}`,
        signature,
        log: null,
        durationMs: 1,
      }));
      return append({ type: 'checks-finished', effect: id, commit, results: list });
    },
    review: (name, outcome) => {
      const effect = all('review').find((each) => each.type === 'review' && each.reviewer === name);
      if (effect === undefined) throw new Error(`no review by ${name} is awaited`);
      return append({
        type: 'review-finished',
        effect: effect.id,
        outcome,
        usage: { ...unknownUsage, costMicroUsd: 0 },
        sessions: [],
      });
    },
  };
}

export const pass: ReviewOutcome = { type: 'reviewed', review: { verdict: 'pass', findings: [] } };

export function fail(title: string, severity: Finding['severity'] = 'major'): ReviewOutcome {
  return {
    type: 'reviewed',
    review: { verdict: 'fail', findings: [{ severity, title, file: null, line: null, evidence: 'seen' }] },
  };
}
