import { expect, test } from 'vitest';
import type { PinnedPipeline } from '../model/pipeline.ts';
import { awaitedInOrder, phasesInOrder, reviewsInOrder } from './order.ts';
import { freshProgress, type Awaiting } from './state.ts';

const pipeline = {
  phases: [
    { id: 'specify', reviews: [] },
    { id: 'build', reviews: [] },
    { id: 'review', reviews: [{ id: 'correctness' }, { id: 'security' }, { id: 'tests' }] },
    { id: 'gate', reviews: [] },
  ],
} as unknown as PinnedPipeline;

/** As PostgreSQL gives the keys of a jsonb back: the short ones first. */
function stored<T>(names: readonly string[], value: T): Record<string, T> {
  return Object.fromEntries(names.toSorted((a, b) => a.length - b.length).map((name) => [name, value]));
}

function awaiting(type: string, reviewer = ''): Awaiting {
  return { effect: { type, phase: 'review', reviewer, id: `${type} ${reviewer}` } } as unknown as Awaiting;
}

const ids = (awaited: readonly Awaiting[]) => awaited.map(({ effect }) => effect.id);

test('phases come in the order of the pipeline, not by the length of their names, and unknown ones last', () => {
  const phases = stored(['specify', 'build', 'review', 'gate', 'old'], freshProgress);
  expect(Object.keys(phases)).toEqual(['old', 'gate', 'build', 'review', 'specify']);
  expect(phasesInOrder(phases, pipeline).map(([id]) => id)).toEqual(['specify', 'build', 'review', 'gate', 'old']);
});

test('reviewers come in the order of their phase', () => {
  const reviews = stored(['correctness', 'security', 'tests'], 1);
  expect(reviewsInOrder(reviews, 'review', pipeline)).toEqual([
    ['correctness', 1],
    ['security', 1],
    ['tests', 1],
  ]);
});

test('reviews that are awaited come in the order of their phase, after all else', () => {
  const awaited = [awaiting('review', 'tests'), awaiting('review', 'correctness'), awaiting('timer')];
  expect(ids(awaitedInOrder(awaited, pipeline))).toEqual(['timer ', 'review correctness', 'review tests']);
});

test('without a pipeline the order stays', () => {
  const awaited = [awaiting('review', 'tests'), awaiting('review', 'security')];
  expect(ids(awaitedInOrder(awaited, null))).toEqual(['review tests', 'review security']);
  expect(phasesInOrder({ b: freshProgress, a: freshProgress }, null).map(([id]) => id)).toEqual(['b', 'a']);
});
