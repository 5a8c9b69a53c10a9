import { describe, expect, it } from 'vitest';
import type { CriterionTask } from '../model/criterion.ts';
import type { CheckResult } from '../model/outcome.ts';
import { judgeEvidence } from './built-in-checks.ts';
import { readNamedTests } from '../verify/named-tests.ts';
import type { RanCheck } from './run-commands.ts';
import type { StepItem } from './context.ts';
import type { GradedHoldout } from './grade-holdouts.ts';

const commit = 'c'.repeat(40);

function about(task: Partial<CriterionTask>): StepItem {
  const criterion: CriterionTask = {
    id: 'login/AC-1',
    action: 'implement',
    hash: '0'.repeat(16),
    text: 'WHEN asked, the program SHALL answer.',
    before: null,
    evidence: { type: 'test' },
    ...task,
  };
  const item = {
    id: 'MW-1',
    project: 'p',
    key: null,
    title: 'Login',
    body: '',
    after: [],
    pipeline: null,
    priority: 0,
    budgetMicroUsd: null,
    rung: null,
    criteria: [criterion],
  };
  return { item, pipeline: null, proven: {}, reservedMicroUsd: 0 };
}

function ran(output: string, parts: Partial<CheckResult> = {}): RanCheck {
  const result: CheckResult = {
    name: 'test',
    kind: 'test',
    status: 'passed',
    exitCode: 0,
    tests: { passed: 2, failed: 0, skipped: 0 },
    excerpt: '',
    signature: '',
    log: null,
    durationMs: 1,
    ...parts,
  };
  return { result, output, tests: readNamedTests(output), reporter: 'theirs' };
}

const graded = (passed: boolean): GradedHoldout => ({
  id: 'login/AC-1',
  passed,
  says: 'No answer.',
  output: 'secret',
  digest: null,
});
const named = ran('TAP version 13\nok 1 - login/AC-1 answers\n1..1\n');
const others = ran('TAP version 13\nok 1 - something else\n1..1\n');
const nameless = ran('2 passed\n');

describe('the evidence of a criterion', () => {
  it('is a passing test that names it', () => {
    expect(judgeEvidence(about({}), commit, [named], [])).toMatchObject({ status: 'passed' });
    expect(judgeEvidence(about({}), commit, [others], [])).toMatchObject({
      status: 'failed',
      excerpt: expect.stringContaining('no test names it') as string,
    });
  });

  it('of one that is taken away is that no test is left, which a runner without names cannot show', () => {
    const removed = about({ action: 'remove' });
    expect(judgeEvidence(removed, commit, [others], [])).toMatchObject({ status: 'passed' });
    expect(judgeEvidence(removed, commit, [named], []).excerpt).toContain('a test still names it');
    expect(judgeEvidence(removed, commit, [nameless], [])).toMatchObject({
      status: 'failed',
      excerpt: expect.stringContaining('nothing shows that no test is left') as string,
    });
  });

  it('is a hold-out where the spec asks for one', () => {
    const hidden = about({ evidence: { type: 'hold-out' } });
    expect(judgeEvidence(hidden, commit, [named], [graded(true)])).toMatchObject({
      status: 'passed',
      criteria: [{ id: 'login/AC-1', holdout: 'passed' }],
    });
    const failed = judgeEvidence(hidden, commit, [named], [graded(false)]);
    expect(failed).toMatchObject({ status: 'failed', criteria: [{ holdout: 'failed' }] });
    expect(failed.excerpt).toBe('login/AC-1: a scenario that you cannot see failed: No answer.');
    expect(judgeEvidence(hidden, commit, [named], [])).toMatchObject({ status: 'failed' });
  });

  it('is both, where there is a hold-out and the spec asks for a test', () => {
    expect(judgeEvidence(about({}), commit, [named], [graded(true)])).toMatchObject({ status: 'passed' });
    expect(judgeEvidence(about({}), commit, [named], [graded(false)])).toMatchObject({ status: 'failed' });
    expect(judgeEvidence(about({}), commit, [others], [graded(true)])).toMatchObject({ status: 'failed' });
  });

  it('is the check that the spec names, passed now or on this very commit before', () => {
    const asked = about({ evidence: { type: 'command', check: 'lint' } });
    const lint = (status: CheckResult['status']) => ran('', { name: 'lint', kind: 'lint', status, tests: null });
    expect(judgeEvidence(asked, commit, [lint('passed')], [])).toMatchObject({ status: 'passed' });
    expect(judgeEvidence(asked, commit, [lint('failed')], [])).toMatchObject({ status: 'failed' });
    expect(judgeEvidence({ ...asked, proven: { lint: commit } }, commit, [], [])).toMatchObject({ status: 'passed' });
    expect(judgeEvidence({ ...asked, proven: { lint: 'd'.repeat(40) } }, commit, [], [])).toMatchObject({
      status: 'failed',
    });
  });
});
