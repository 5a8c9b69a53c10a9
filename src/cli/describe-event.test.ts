import { expect, test } from 'vitest';
import type { CheckResult } from '../model/outcome.ts';
import { describeEvent, placeOf } from './describe-event.ts';

test.each([
  ['MW-1:1/build/attempt-1', 'build'],
  ['MW-1:1/build/attempt-12', 'build #12'],
  ['MW-1:1/run/prepare-1', 'prepare'],
  ['MW-1:1/land/land-2', 'land'],
  ['MW-1:1/build/checks-3', 'build checks'],
  ['MW-1:1/review/review.security-2', 'review.security'],
])('%s is %s to a person', (effect, place) => {
  expect(placeOf(effect)).toBe(place);
});

function checked(results: readonly Partial<CheckResult>[], decided: readonly string[] = []) {
  const whole = results.map((result): CheckResult => ({
    name: 'types',
    kind: 'types',
    status: 'passed',
    exitCode: 0,
    tests: null,
    excerpt: '',
    signature: '',
    log: null,
    durationMs: 1,
    ...result,
  }));
  const body = {
    type: 'checks-finished' as const,
    effect: 'MW-1:1/build/checks-1',
    commit: 'a'.repeat(40),
    results: whole,
  };
  return describeEvent({
    seq: 1,
    item: 'MW-1',
    n: 1,
    id: 'e',
    body,
    machine: 1,
    decided,
    at: '2026-01-01T00:00:00.000Z',
  });
}

test('failing checks come first, with the lines that name the failure and where the work goes', () => {
  const excerpt = 'checking\nsrc/a.ts(1,2): error TS2322: no\n  a detail\nFound 1 error.\nmore: error\n';
  expect(
    checked(
      [
        { name: 'test', tests: { passed: 4, failed: 0, skipped: 0 } },
        { status: 'failed', excerpt },
      ],
      ['MW-1:1/build/attempt-2'],
    ),
  ).toEqual({
    mark: 'bad',
    place: 'checks',
    text: 'types failed, test passed (4 tests): back to build #2',
    more: ['src/a.ts(1,2): error TS2322: no', 'Found 1 error.'],
  });
});

test('output that names no failure is shown from its beginning, with control characters visible', () => {
  expect(checked([{ status: 'timed-out', excerpt: '\n  step 1\u001B[2J\nstep 2\nstep 3\n' }])?.more).toEqual([
    'step 1\\u{1b}[2J',
    'step 2',
  ]);
});
