/** The order of the pinned pipeline. A stored state has lost it: the store keeps the keys of an object in an order of its own. */
import type { PinnedPipeline } from '../model/pipeline.ts';
import type { Awaiting, PhaseProgress } from './state.ts';

/** Phases as the pipeline lists them; those of an earlier pipeline, which it no longer has, come last. */
export function phasesInOrder(
  phases: Readonly<Record<string, PhaseProgress>>,
  pipeline: PinnedPipeline | null,
): readonly (readonly [string, PhaseProgress])[] {
  return inOrder(
    Object.entries(phases),
    (pipeline?.phases ?? []).map(({ id }) => id),
    ([id]) => id,
  );
}

/** What the phase's reviewers have, by reviewer, as the pipeline lists them. */
export function reviewsInOrder<T>(
  reviews: Readonly<Record<string, T>>,
  phase: string,
  pipeline: PinnedPipeline | null,
): readonly (readonly [string, T])[] {
  return inOrder(Object.entries(reviews), reviewersOf(phase, pipeline), ([id]) => id);
}

/** What an item awaits: its reviews as the pipeline lists the reviewers, all else before them. */
export function awaitedInOrder(awaited: readonly Awaiting[], pipeline: PinnedPipeline | null): readonly Awaiting[] {
  // Nearly every item awaits one thing, and the scheduler looks at all of them.
  if (awaited.length < 2) return awaited;
  const first = awaited.filter(({ effect }) => effect.type !== 'review');
  const phase = awaited.map(({ effect }) => effect).find((effect) => effect.type === 'review')?.phase ?? '';
  const reviews = awaited.filter(({ effect }) => effect.type === 'review');
  const reviewerOf = ({ effect }: Awaiting) => (effect.type === 'review' ? effect.reviewer : '');
  return [...first, ...inOrder(reviews, reviewersOf(phase, pipeline), reviewerOf)];
}

function reviewersOf(phase: string, pipeline: PinnedPipeline | null): readonly string[] {
  return pipeline?.phases.find(({ id }) => id === phase)?.reviews.map(({ id }) => id) ?? [];
}

function inOrder<T>(all: readonly T[], names: readonly string[], nameOf: (each: T) => string): readonly T[] {
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = (each: T) => places.get(nameOf(each)) ?? names.length;
  return [...all].sort((a, b) => placeOf(a) - placeOf(b));
}
