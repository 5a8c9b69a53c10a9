/** CTRF (ctrf.io): each reviewer is a test, which fails by a finding that stops the change, and without a verdict. */
import { isStopping } from '../model/outcome.ts';
import type { ReviewReport } from './review-report.ts';
import { tellFinding } from './tell-finding.ts';

export function toCtrf({ version, commit, reviews }: ReviewReport): object {
  const tests = reviews.map(({ reviewer, verdict, findings, why, durationMs }) => ({
    name: reviewer,
    status: verdict === 'pass' ? 'passed' : 'failed',
    duration: durationMs,
    suite: ['review'],
    ...(verdict === 'pass' ? {} : { message: why ?? findings.find(isStopping)?.title ?? 'failed without a finding' }),
    ...(findings.length === 0 ? {} : { trace: findings.map(tellFinding).join('\n') }),
  }));
  const failed = tests.filter(({ status }) => status === 'failed').length;
  const count = { tests: tests.length, passed: tests.length - failed, failed, skipped: 0, pending: 0, other: 0 };
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 'millwright', version },
      summary: { ...count, start: 0, stop: reviews.reduce((sum, { durationMs }) => sum + durationMs, 0) },
      tests,
      environment: { commit },
    },
  };
}
