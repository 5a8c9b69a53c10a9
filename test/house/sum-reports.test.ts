import { expect, test } from 'vitest';
import { sumReports } from '../../scripts/sum-reports.ts';

const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [] };

test('reports of several suites are summed', () => {
  expect(sumReports([report, report])).toEqual({ passed: 10, failed: 2, skipped: 6 });
});

test('a suite that left no report counts as failed', () => {
  expect(sumReports([report, null])).toEqual({ passed: 5, failed: 2, skipped: 3 });
});

test('a test file that did not load counts as failed', () => {
  const broken = { ...report, testResults: [{ status: 'failed', assertionResults: [] }] };
  expect(sumReports([broken]).failed).toBe(2);
});
