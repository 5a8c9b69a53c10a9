/**
 * What the guard finds goes back to the maker first. When nothing else is wrong and the maker leaves it as it is, a
 * person is asked; their word is on exactly what they saw.
 */
import type { Concern } from '../model/concern.ts';
import type { CheckResult } from '../model/outcome.ts';
import { conflictTitle } from './contradiction.ts';
import { openGate } from './gate.ts';
import type { Draft } from './state.ts';

/** The concerns of a candidate that every other check has passed; `null` when something else is wrong with it, or nothing. */
export function concernsAlone(required: readonly string[], results: readonly CheckResult[]): readonly Concern[] | null {
  const failing = required.filter((name) => results.find((result) => result.name === name)?.status !== 'passed');
  const guard = results.find(({ kind }) => kind === 'guard');
  if (guard?.concerns === undefined || guard.concerns.length === 0) return null;
  // Without its criteria nobody can judge what is left; they are looked at in the same run.
  return failing.length === 1 && failing[0] === guard.name ? guard.concerns : null;
}

/** Whether the maker was told of the same concerns before, in the same places. */
export function isToldAlready(draft: Draft, phase: string, concerns: readonly Concern[]): boolean {
  const told = draft.concerns;
  if (told === undefined || told === null || told.phase !== phase) return false;
  const before = new Set(told.list.map(placeOf));
  return concerns.every((each) => before.has(placeOf(each)));
}

function placeOf({ family, path }: Concern): string {
  return `${family} ${path}`;
}

/** Asks a person about what stands in the candidate as it is. */
export function askAboutConcerns(draft: Draft, phase: string, concerns: readonly Concern[]): void {
  const lines = concerns
    .slice(0, 20)
    .map(
      ({ family, path, line, says }) =>
        `${path === '' ? '' : `${path}${line === null ? '' : `:${line}`}: `}${says} (${family})`,
    );
  const more =
    concerns.length > lines.length ? [`and ${concerns.length - lines.length} more: mw show ${draft.item.id}`] : [];
  openGate(
    draft,
    'concerns',
    phase,
    [whatIsAsked(draft, concerns), ...lines, ...more].join('\n').slice(0, 15_000).toWellFormed(),
    [],
    [],
    concerns,
  );
}

/** The concerns that the maker has just left as they are; `null` when there are none. */
export function insistedOn(draft: Draft, phase: string): readonly Concern[] | null {
  const told = draft.concerns;
  return told !== undefined && told !== null && told.phase === phase && told.commit === draft.head ? told.list : null;
}

function whatIsAsked({ item }: Draft, concerns: readonly Concern[]): string {
  return isAboutTests(concerns) ? `${conflictTitle(item)}:` : 'the work may make its own checks say more than is true:';
}

const aboutTests = new Set<Concern['family']>([
  'test-changed',
  'test-lost',
  'snapshot-refreshed',
  'assertion-weakened',
]);

/**
 * Whether a test that passed before says something else now, and nothing worse: then what is wanted stands against what
 * it asked.
 */
export function isAboutTests(concerns: readonly Concern[]): boolean {
  const isChanged = concerns.some(({ family }) => family === 'test-changed');
  return isChanged && concerns.every(({ family }) => aboutTests.has(family));
}
