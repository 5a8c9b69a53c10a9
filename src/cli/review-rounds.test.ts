import { expect, test } from 'vitest';
import type { EventBody, JournalEvent } from '../model/event.ts';
import { unknownUsage } from '../model/usage.ts';
import type { EventLine } from './describe-event.ts';
import { createReviewRounds } from './review-rounds.ts';

const commit = 'a'.repeat(40);
const review = (reviewer: string, number = 1) => `MW-1:1/review/review.${reviewer}-${number}`;
const findings = [
  { severity: 'major' as const, title: 'Quotes are lost', file: 'src/csv.ts', line: 15, evidence: 'ran it' },
];

function event(body: EventBody, decided: readonly string[] = []): JournalEvent {
  return { seq: 1, item: 'MW-1', n: 1, id: 'e', body, machine: 1, decided, at: '2026-01-01T00:00:00.000Z' };
}

function finished(effect: string, verdict: 'pass' | 'fail' | 'crashed', decided: readonly string[] = []): JournalEvent {
  const outcome =
    verdict === 'crashed'
      ? { type: 'crashed' as const, exitCode: 1, detail: 'died' }
      : { type: 'reviewed' as const, review: { verdict, findings: verdict === 'pass' ? [] : findings } };
  return event({ type: 'review-finished', effect, outcome, usage: unknownUsage, sessions: [] }, decided);
}

const begun = (...reviewers: readonly string[]) =>
  event(
    { type: 'checks-finished', effect: 'MW-1:1/build/checks-1', commit, results: [] },
    reviewers.map((each) => review(each)),
  );
const texts = (lines: readonly EventLine[]) => lines.map(({ mark, text }) => `${mark} ${text}`);

test('reviewers that agree are one line, once the last of them has', () => {
  const linesOf = createReviewRounds();
  linesOf(begun('tests', 'security'));
  expect(texts(linesOf(finished(review('tests'), 'pass')))).toEqual([]);
  expect(texts(linesOf(finished(review('security'), 'pass')))).toEqual(['ok passed by 2 of 2']);
});

test('what was found is told at once, and at the end where the work goes', () => {
  const linesOf = createReviewRounds();
  linesOf(begun('tests', 'security'));
  expect(texts(linesOf(finished(review('tests'), 'fail')))).toEqual([
    'bad tests: major: Quotes are lost (src/csv.ts:15)',
  ]);
  const last = linesOf(finished(review('security'), 'pass', ['MW-1:1/build/attempt-2']));
  expect(texts(last)).toEqual(['bad passed by 1 of 2: back to build #2']);
});

test('a reviewer that is tried again after a wait belongs to the same round', () => {
  const linesOf = createReviewRounds();
  linesOf(begun('tests', 'security'));
  linesOf(finished(review('security'), 'pass'));
  const timer = 'MW-1:1/review/timer-1';
  expect(texts(linesOf(finished(review('tests'), 'crashed', [timer])))).toEqual([
    expect.stringContaining('bad tests gave no verdict: '),
  ]);
  linesOf(event({ type: 'timer-fired', effect: timer }, [review('tests', 2)]));
  expect(texts(linesOf(finished(review('tests', 2), 'pass')))).toEqual(['ok passed by 2 of 2']);
});

test('a round that was given up does not count in the next one', () => {
  const linesOf = createReviewRounds();
  linesOf(begun('tests', 'security'));
  linesOf(finished(review('security'), 'pass'));
  linesOf(begun('tests'));
  expect(texts(linesOf(finished(review('tests'), 'pass')))).toEqual(['ok passed by 1 of 1']);
});

test('who comes in the middle of a round is told of each reviewer', () => {
  const linesOf = createReviewRounds();
  expect(texts(linesOf(finished(review('tests'), 'pass')))).toEqual(['ok tests: pass']);
});
