import { expect, test } from 'vitest';
import { sumReports, tellExceptions } from '../../scripts/sum-reports.ts';

const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [] };

test('reports of several suites are summed', () => {
  expect(sumReports([report, report])).toEqual({ passed: 10, failed: 2, skipped: 6 });
});

test('a suite that left no report counts as failed', () => {
  expect(sumReports([report, null])).toEqual({ passed: 5, failed: 2, skipped: 3 });
});

test('a test file that did not load counts as failed', () => {
  const unloaded = { name: '/repo/a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] };
  const broken = { ...report, testResults: [unloaded] };
  expect(sumReports([broken]).failed).toBe(2);
  expect(tellExceptions([broken], '/repo')).toEqual(['✗ a.test.ts', '    no such module']);
});

test('what failed is named with its reason, what was skipped too, and what passed is not', () => {
  const assertionResults = [
    { fullName: 'adds', status: 'passed' },
    { fullName: 'divides', status: 'failed', failureMessages: ['expected 2\n  at a.test.ts:3'] },
    { fullName: 'waits', status: 'skipped', failureMessages: [] },
  ];
  const mixed = {
    ...report,
    testResults: [{ name: '/repo/a.test.ts', status: 'failed', message: '', assertionResults }],
  };
  expect(tellExceptions([mixed, null], '/repo')).toEqual([
    '✗ a.test.ts > divides',
    '    expected 2',
    '      at a.test.ts:3',
    '- a.test.ts > waits: skipped',
    '✗ a suite left no report',
  ]);
});
