import { describe, expect, test } from 'vitest';
import { commitOf } from '../../test/machine/world.ts';
import { pass, phase, pipelineOf, reviewer, tell } from '../../test/machine/run.ts';
import type { EventBody, JournalEvent } from '../model/event.ts';
import type { ItemState } from '../machine/state.ts';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { listClaims } from './evidence.ts';

const pipeline = pipelineOf([phase('build', { checks: ['types'], approval: true, reviews: [reviewer('security')] })]);

function eventsOf(...bodies: readonly EventBody[]): readonly JournalEvent[] {
  return bodies.map((body, index) => ({
    seq: index,
    item: 'MW-1',
    n: index,
    id: `${index}`,
    body,
    machine: 1,
    decided: [],
    at: '',
  }));
}

const checked = (commit: number): EventBody => ({
  type: 'checks-finished',
  effect: 'MW-1:1/build/checks-1',
  commit: commitOf(commit),
  results: [
    {
      name: 'types',
      kind: 'types',
      status: 'passed',
      exitCode: 0,
      tests: null,
      excerpt: '',
      signature: '',
      log: null,
      durationMs: 1,
    },
  ],
});
const made: EventBody = {
  type: 'attempt-finished',
  effect: 'MW-1:1/build/attempt-1',
  outcome: { type: 'succeeded', commit: commitOf(2), changed: true, result: null, facts: {}, summary: 'all done' },
  usage: { costMicroUsd: 0 } as never,
  sessions: [],
};

const levels = (state: ItemState, of: PinnedPipeline, events: readonly JournalEvent[]) =>
  Object.fromEntries(listClaims(state, of, events).map(({ claim, level }) => [claim, level]));

describe('evidence', () => {
  test('rises from what the maker says to what a person accepts', () => {
    const story = tell(pipeline);
    story.succeed(2);
    const work = {
      'the work is done': 'claimed',
      'check types': null,
      'review build.security': null,
      'approval build': null,
    };
    expect(levels(story.state(), pipeline, eventsOf(made))).toEqual(work);
    story.check({ types: 'passed' });
    const seen = eventsOf(made, checked(2));
    expect(levels(story.state(), pipeline, seen)).toEqual({ ...work, 'check types': 'observed' });
    story.review('security', pass);
    expect(levels(story.state(), pipeline, seen)).toMatchObject({
      'review build.security': 'examined',
      'the work is done': 'claimed',
    });
    story.append({ type: 'approved', gate: story.state().gate?.id ?? '', by: 'Pat', note: null });
    expect(levels(story.state(), pipeline, seen)).toMatchObject({
      'approval build': 'accepted',
      'the work is done': 'accepted',
    });
  });

  test('is of one commit: what was found on another counts for nothing, and that is said', () => {
    const story = tell(pipeline);
    story.succeed(2);
    story.check({ types: 'failed' });
    story.succeed(3);
    const claims = listClaims(story.state(), pipeline, eventsOf(made, checked(2)));
    expect(claims.find(({ claim }) => claim === 'check types')).toEqual({
      claim: 'check types',
      level: null,
      proof: `ran on ${commitOf(2).slice(0, 10)}, which is not the candidate`,
      commit: null,
    });
    expect(claims[0]?.proof).toContain('not passed on this commit: check types, review build.security, approval build');
  });

  test('there is none of work that changes nothing', () => {
    expect(listClaims(tell(pipeline).state(), pipeline, [])).toEqual([]);
  });
});
