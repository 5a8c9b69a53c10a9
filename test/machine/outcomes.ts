/** How generated sessions and checks end. */
import type { BreakerCase, BreakOutcome } from '../../src/model/breaker.ts';
import type { Concern } from '../../src/model/concern.ts';
import type { EffectOf } from '../../src/model/effect.ts';
import type { AttemptOutcome, CheckStatus, ReviewOutcome } from '../../src/model/outcome.ts';
import type { SessionFailure } from '../../src/model/session-failure.ts';

const failures: readonly SessionFailure[] = [
  { type: 'crashed', exitCode: 1, detail: 'x' },
  { type: 'stalled', silentMs: 5 },
  { type: 'timed-out', afterMs: 5 },
  { type: 'malformed', problems: ['x'] },
  { type: 'denied', detail: 'x' },
  { type: 'over-budget', detail: 'x' },
  { type: 'over-turns', detail: 'x' },
  { type: 'unauthorized', detail: 'x' },
  { type: 'rate-limited', detail: 'x', resetsAt: '2026-01-02T00:00:00.000Z' },
  { type: 'rate-limited', detail: 'x', resetsAt: null },
  { type: 'provider-failed', detail: 'x' },
  { type: 'unreachable', detail: 'x' },
  { type: 'context-overflow', detail: 'x' },
  { type: 'not-installed', detail: 'x' },
  { type: 'unsafe-content', problems: ['x'] },
];

export function attemptOutcome(start: string, pick: (n: number) => number, newCommit: () => string): AttemptOutcome {
  const turn = pick(12);
  const facts = pick(2) === 0 ? { size: pick(2) === 0 ? 'big' : 'small' } : {};
  if (turn < 9) return { type: 'succeeded', commit: newCommit(), changed: true, result: null, facts, summary: '' };
  if (turn === 9) return { type: 'succeeded', commit: start, changed: false, result: null, facts, summary: '' };
  const others: AttemptOutcome[] = [
    { type: 'unchanged', summary: '' },
    { type: 'no-change-needed', reason: 'x' },
    { type: 'spec-conflict', criterion: 'x', evidence: 'x' },
    { type: 'question', question: 'x', options: [] },
    ...failures,
  ];
  return others[pick(others.length)] ?? { type: 'unchanged', summary: '' };
}

export function breakOutcome(
  { asks, commit, known }: EffectOf<'break'>,
  pick: (n: number) => number,
  newCommit: () => string,
): BreakOutcome {
  const turn = pick(12);
  if (turn === 0) return { type: 'no-case', cases: [], tried: [] };
  if (turn === 1) return failures[pick(failures.length)] ?? { type: 'no-case', cases: [], tried: [] };
  const verdict = turn < 4 ? 'broke' : 'held';
  const cases: BreakerCase[] = [{ path: 't', criteria: ['a/AC-1'], verdict, says: '' }];
  const isThere = known !== null && pick(2) === 0;
  return {
    type: 'tried',
    cases,
    tried: [],
    asked: asks,
    commit: isThere ? commit : newCommit(),
    excerpt: '',
  };
}

export function checkResult(name: string, pick: (n: number) => number) {
  if (pick(60) === 0) return [];
  const statuses: CheckStatus[] = [
    'passed',
    'passed',
    'passed',
    'passed',
    'passed',
    'passed',
    'passed',
    'passed',
    'passed',
    'failed',
    'ran-no-test',
    'timed-out',
  ];
  const isGuard = name === 'guard';
  const status = isGuard && pick(3) === 0 ? 'failed' : (statuses[pick(statuses.length)] ?? 'failed');
  return [
    {
      name,
      kind: isGuard ? ('guard' as const) : ('command' as const),
      ...(isGuard && status === 'failed' ? { concerns: concernsOf(pick) } : {}),
      status,
      exitCode: 0,
      tests: null,
      excerpt: '',
      signature: String(pick(3)),
      log: null,
      durationMs: 1,
    },
  ];
}

function concernsOf(pick: (n: number) => number): Concern[] {
  return Array.from({ length: pick(3) }, (_, index) => ({
    family: pick(2) === 0 ? 'test-changed' : 'lint-silenced',
    key: pick(4).toString(16).padStart(64, '0').slice(0, 16),
    path: `${index}.ts`,
    line: null,
    says: 'x',
  }));
}

export function reviewOutcome(pick: (n: number) => number): ReviewOutcome {
  const turn = pick(14);
  if (turn < 11) return { type: 'reviewed', review: { verdict: 'pass', findings: [] } };
  if (turn === 11) {
    return {
      type: 'reviewed',
      review: {
        verdict: 'fail',
        findings: [{ severity: 'major', title: `t${pick(2)}`, file: null, line: null, evidence: 'e' }],
      },
    };
  }
  if (turn === 12)
    return {
      type: 'reviewed',
      review: {
        verdict: 'pass',
        findings: [{ severity: 'blocker', title: 't', file: null, line: null, evidence: 'e' }],
      },
    };
  return failures[pick(failures.length)] ?? { type: 'stalled', silentMs: 1 };
}
